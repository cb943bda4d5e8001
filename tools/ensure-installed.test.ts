import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';

type Entry = Readonly<Record<string, unknown>>;

const koa = { version: '3.3.0', resolved: 'registry/koa', integrity: 'sha512-koa' };
const knip = { version: '6.40.0', resolved: 'registry/knip', integrity: 'sha512-knip', dev: true };
const forAnotherPlatform = { version: '1.0.0', integrity: 'sha512-other', optional: true };
const wanted: Readonly<Record<string, Entry>> = {
  '': { name: 'latchkey-workspace' },
  'packages/idp': { version: '0.1.0' },
  'node_modules/@latchkey/idp': { resolved: 'packages/idp', link: true },
  'node_modules/koa': koa,
  'node_modules/knip': knip,
  'node_modules/other': forAnotherPlatform,
};
const present: Readonly<Record<string, Entry>> = {
  'packages/idp': { version: '0.1.0' },
  'node_modules/@latchkey/idp': { resolved: 'packages/idp', link: true },
  'node_modules/koa': koa,
  'node_modules/knip': knip,
};

describe('ensure-installed', () => {
  let root: string;

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'latchkey-ensure-installed-'));
    mkdirSync(join(root, 'tools'));
    mkdirSync(join(root, 'npm'));
    mkdirSync(join(root, 'node_modules'));
    copyFileSync(join(import.meta.dirname, 'ensure-installed.mjs'), join(root, 'tools', 'ensure-installed.mjs'));
    // Stands in for npm: notes how it was called, and fails when it is told to.
    writeFileSync(
      join(root, 'npm', 'npm-cli.js'),
      `const { mkdirSync, writeFileSync } = require('node:fs');
       mkdirSync('node_modules', { recursive: true });
       writeFileSync('called', process.argv.slice(2).join(' '));
       process.exitCode = Number(process.env.NPM_EXIT_CODE ?? 0);`,
    );
    writeLock('package-lock.json', wanted);
  });
  afterEach(() => rmSync(root, { recursive: true }));

  function writeLock(file: string, packages: Readonly<Record<string, Entry>>): void {
    writeFileSync(join(root, file), JSON.stringify({ lockfileVersion: 3, packages }));
  }

  function install(packages: Readonly<Record<string, Entry>>): void {
    writeLock(join('node_modules', '.package-lock.json'), packages);
  }

  /** @returns what npm was asked to do, undefined when it was not */
  function ensure(commandLine: readonly string[] = [], env: NodeJS.ProcessEnv = {}): string | undefined {
    const { status, stdout, stderr } = spawnSync(process.execPath, ['tools/ensure-installed.mjs', ...commandLine], {
      cwd: root,
      encoding: 'utf8',
      env: { ...env, npm_execpath: join(root, 'npm', 'npm-cli.js'), npm_node_execpath: process.execPath },
    });
    const called = existsSync(join(root, 'called')) ? readFileSync(join(root, 'called'), 'utf8') : undefined;
    assert.equal(stderr, '');
    assert.equal(status, 0);
    assert.equal(stdout === '', called === undefined);
    return called;
  }

  it('is silent when everything is installed as the lockfile says', () => {
    install(present);
    assert.equal(ensure(), undefined);
    assert.equal(ensure(['--development']), undefined);
  });

  it('is silent when the same contents came from another registry', () => {
    install({ ...present, 'node_modules/koa': { ...koa, resolved: 'mirror/koa' } });
    assert.equal(ensure(), undefined);
  });

  it('installs when there is no node_modules', () => {
    rmSync(join(root, 'node_modules'), { recursive: true });
    assert.equal(ensure(), 'ci');
  });

  it('installs when an earlier install was cut off', () => {
    assert.equal(ensure(), 'ci');
    writeFileSync(join(root, 'node_modules', '.package-lock.json'), '{"packages": {');
    assert.equal(ensure(), 'ci');
  });

  it('installs when the lockfile has a package that is not there', () => {
    install({ ...present, 'node_modules/koa': undefined as unknown as Entry });
    assert.equal(ensure(), 'ci');
  });

  it('installs when the lockfile has another version, or other contents of the same one', () => {
    install({ ...present, 'node_modules/koa': { ...koa, version: '3.2.0' } });
    assert.equal(ensure(), 'ci');
    rmSync(join(root, 'called'));
    install({ ...present, 'node_modules/koa': { ...koa, integrity: 'sha512-changed' } });
    assert.equal(ensure(), 'ci');
  });

  it('installs when a package of a workspace is missing', () => {
    writeLock('package-lock.json', { ...wanted, 'packages/idp/node_modules/koa': koa });
    install(present);
    assert.equal(ensure(), 'ci');
  });

  it('installs once for a lockfile with a package that npm leaves out', () => {
    install({ ...present, 'node_modules/koa': undefined as unknown as Entry });
    assert.equal(ensure(), 'ci');
    rmSync(join(root, 'called'));
    assert.equal(ensure(), undefined);
    assert.equal(ensure(['--development']), 'ci --include=dev');
    rmSync(join(root, 'called'));
    assert.equal(ensure(['--development']), undefined);
    assert.equal(ensure(), undefined);
    writeLock('package-lock.json', { ...wanted, 'node_modules/koa': { ...koa, version: '3.4.0' } });
    assert.equal(ensure(), 'ci');
  });

  it('wants the developers’ packages only for tests, so that a production install can start', () => {
    const { 'node_modules/knip': _, ...production } = present;
    install(production);
    assert.equal(ensure(), undefined);
    assert.equal(ensure(['--development']), 'ci --include=dev');
  });

  it('ends with the exit code of npm', () => {
    const { status, stderr } = spawnSync(process.execPath, ['tools/ensure-installed.mjs'], {
      cwd: root,
      encoding: 'utf8',
      env: { NPM_EXIT_CODE: '7', npm_execpath: join(root, 'npm', 'npm-cli.js'), npm_node_execpath: process.execPath },
    });
    assert.equal(status, 7);
    assert.match(stderr, /npm ci did not succeed/);
  });
});
