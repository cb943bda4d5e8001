import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { environmentOf, installCommand, missingNeeds } from './needs.ts';

describe('needs', () => {
  const { PATH, LATCHKEY_TEST_NGINX: nginx } = process.env;
  afterEach(() => {
    process.env['PATH'] = PATH;
    if (nginx === undefined) delete process.env['LATCHKEY_TEST_NGINX'];
    else process.env['LATCHKEY_TEST_NGINX'] = nginx;
  });

  it('that are missing are told with how to provide each', () => {
    process.env['PATH'] = '/nowhere';
    process.env['LATCHKEY_TEST_NGINX'] = '/nowhere/nginx';
    assert.deepEqual(missingNeeds(['nginx', 'openssl', 'certutil', 'names']), [
      'nginx is missing: install it, or set LATCHKEY_TEST_NGINX',
      'openssl is missing: install it',
      'certutil is missing: install it',
      'names is missing: allow mount namespaces (unshare --mount), or user namespaces to ordinary users',
    ]);
  });

  it('that are Debian packages are named one by one', () => {
    process.env['PATH'] = '/nowhere'; // so that PHP and its extensions are not found
    const [line = ''] = missingNeeds(['php-applications']);
    assert.match(line, /^php-applications is missing: install the Debian packages .*\bphp-mysql\b/);
  });

  it('that a variable names are passed on by it, the others not at all', () => {
    process.env['LATCHKEY_TEST_NGINX'] = process.execPath;
    assert.deepEqual(environmentOf(['nginx', 'openssl', 'names']), { LATCHKEY_TEST_NGINX: process.execPath });
  });
});

describe('installing what is missing', () => {
  let folder: string;
  let policy: string;
  let env: NodeJS.ProcessEnv;

  /** Puts another program in the place of apt-get. */
  const apt = (script: string): void => {
    const file = join(folder, 'apt-get');
    writeFileSync(file, `#!/bin/sh\necho "$@" >> "${folder}/calls"\n${script}\n`);
    chmodSync(file, 0o755);
  };
  const install = (): number | null => {
    const [command, ...order] = installCommand(['nginx', 'openssl'], policy);
    return spawnSync(command, order, { env, stdio: 'ignore' }).status;
  };

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'latchkey-needs-'));
    policy = join(folder, 'policy-rc.d');
    env = { PATH: `${folder}${delimiter}${process.env['PATH'] ?? ''}` };
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('starts no service: a policy says so as long as it takes', () => {
    apt(`"${policy}" nginx start; echo "$?" > "${folder}/answer"`);
    assert.equal(install(), 0);
    assert.equal(readFileSync(join(folder, 'answer'), 'utf8'), '101\n');
    assert.equal(existsSync(policy), false);
    assert.match(readFileSync(join(folder, 'calls'), 'utf8'), / update\n.* install .*nginx openssl\n$/);
  });

  it('leaves the machine its own policy', () => {
    writeFileSync(policy, '#!/bin/sh\nexit 0\n');
    apt('');
    assert.equal(install(), 0);
    assert.equal(readFileSync(policy, 'utf8'), '#!/bin/sh\nexit 0\n');
  });

  it('fails as apt-get does, and removes the policy', () => {
    apt('exit 100');
    assert.equal(install(), 100);
    assert.equal(existsSync(policy), false);
  });

  it('removes the policy when it is ended at its limit', async () => {
    apt('echo begun; exec sleep 30');
    const [command, ...order] = installCommand(['nginx'], policy);
    const child = spawn(command, order, { env, detached: true, stdio: ['ignore', 'pipe', 'ignore'] });
    await once(child.stdout, 'data');
    assert.equal(existsSync(policy), true);
    process.kill(-(child.pid ?? 0), 'SIGTERM');
    await once(child, 'close');
    assert.equal(existsSync(policy), false);
  });
});
