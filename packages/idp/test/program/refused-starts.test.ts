import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readdir, rename, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { latchkey, makeFolder, startLatchkey, type Folder, type Outcome, type Started } from './latchkey-program.ts';

/** One line for each thing that is wrong, no stack trace, and on standard output at most the log. */
const assertRefused = (outcome: Outcome, code: number, ...lines: readonly RegExp[]): void => {
  const said = outcome.stderr.split('\n');
  assert.equal(said.pop(), '', outcome.stderr);
  assert.equal(said.length, lines.length, outcome.stderr);
  for (const [index, line] of lines.entries()) assert.match(said[index] ?? '', line);
  for (const line of said) assert.match(line, /^latchkey: /);
  for (const line of outcome.stdout.split('\n')) assert.match(line, /^(?:\{.*\})?$/);
  assert.equal(outcome.code, code);
};

describe('latchkey start, where it cannot', { timeout: 240_000 }, () => {
  let folder: Folder;
  before(async () => {
    folder = await makeFolder();
  });
  after(() => folder.remove());

  it('names every wrong setting at once, exits with 3 and repeats no value', async () => {
    const settings = {
      ISSUER: 'http://accounts.example.org',
      PORT: 'eighty-eighty',
      DATABASE_URL: 'mysql://root:hunter2@localhost/latchkey',
      SECRET_KEY: 'hunter2hunter2',
      TRUST_PROXY: 'everybody',
      ACCENT_COLOUR: 'hunter-green',
      LOG_LEVEL: 'chatty',
      SESSION_IDLE_DAYS: '0',
      DATA_DIR: join(folder.path, 'untouched'),
    };
    const outcome = await latchkey(settings, ['start']);
    const named = [...outcome.stderr.matchAll(/^latchkey: ([A-Z_]+) must /gm)].map(([, name = '']) => name);
    const wrong = Object.keys(settings).filter((name) => name !== 'DATA_DIR');
    assert.deepEqual(named.toSorted(), wrong.toSorted());
    assert.equal(outcome.stderr.trimEnd().split('\n').length, wrong.length);
    assert.equal(outcome.code, 3);
    assert.doesNotMatch(outcome.stderr, /hunter|eighty|everybody|chatty|mysql:/);
    assert.deepEqual(await readdir(folder.path), []);
  });

  it('names what is missing behind https: the proxy, and with a shared database the secret key', async () => {
    const settings = {
      ISSUER: 'https://accounts.example.org',
      DATABASE_URL: 'postgres://localhost/latchkey',
      DATA_DIR: join(folder.path, 'untouched'),
    };
    const missing = [/SECRET_KEY is required with DATABASE_URL/, /TRUST_PROXY is required with an https issuer/];
    assertRefused(await latchkey(settings, ['start']), 3, ...missing);
  });

  it('does not touch the data directory when the port is taken', async () => {
    const other = createServer();
    other.listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const settings = { PORT: String(port), DATA_DIR: join(folder.path, 'untouched') };
    assertRefused(await latchkey(settings, ['start']), 3, /the address is taken: another process listens there/);
    assert.deepEqual(await readdir(folder.path), []);
    other.close();
  });

  it('says that it cannot listen at an address of another machine', async () => {
    const settings = { HOST: '192.0.2.1', PORT: '0', DATA_DIR: join(folder.path, 'untouched') };
    assertRefused(await latchkey(settings, ['start']), 3, /not one of this machine \(HOST\)/);
  });

  it('refuses a data directory that is a file', async () => {
    const file = join(folder.path, 'file');
    await writeFile(file, 'not a folder');
    assertRefused(await latchkey({ DATA_DIR: file, PORT: '0' }, ['start']), 3, /cannot be used: EEXIST/);
  });

  it('says in one line that no PostgreSQL answers, and does not tell its password', async () => {
    const settings = { PORT: '0', DATA_DIR: await folder.fresh() };
    const nobodyListens = 'postgres://latchkey:hunter2@127.0.0.1:1/latchkey';
    for (const argv of [['start'], ['client', 'list']]) {
      const outcome = await latchkey({ ...settings, DATABASE_URL: nobodyListens }, argv);
      assertRefused(outcome, 4, /The server of DATABASE_URL does not answer: .*ECONNREFUSED/);
      assert.doesNotMatch(outcome.stdout + outcome.stderr, /hunter2/);
    }
    const noSocket = `postgres:///latchkey?host=${folder.path}`;
    const outcome = await latchkey({ ...settings, DATABASE_URL: noSocket }, ['start']);
    assertRefused(outcome, 4, /The server of DATABASE_URL does not answer: .*ENOENT/);
  });
});

describe('latchkey start on the data directory of an installation', { timeout: 240_000 }, () => {
  let folder: Folder;
  let dataDir: string;
  let running: Started;
  before(async () => {
    folder = await makeFolder();
    dataDir = await folder.migrated();
    running = await startLatchkey({ DATA_DIR: dataDir });
  });
  after(async () => {
    await running.child.kill9();
    await folder.remove();
  });

  it('refuses to be the second process, and the first goes on', async () => {
    const outcome = await latchkey({ DATA_DIR: dataDir, PORT: '0' }, ['start']);
    assertRefused(outcome, 4, /is used by another process.*stop that process first, or set DATABASE_URL/);
    assert.equal((await fetch(`${running.issuer}/health/ready`)).status, 200);
    await running.stop();
  });

  it('refuses the secret key of another installation, as the setting that it is', async () => {
    const settings = { DATA_DIR: dataDir, PORT: '0', SECRET_KEY: randomBytes(32).toString('base64') };
    const outcome = await latchkey(settings, ['start']);
    assertRefused(outcome, 3, /SECRET_KEY is not the one that this database was set up with: restore that one/);
    assert.ok(!outcome.stderr.includes(settings.SECRET_KEY));
  });

  it('notices that its secret.key was lost, and works again once that is restored', async () => {
    const path = join(dataDir, 'secret.key');
    const settings = { DATA_DIR: dataDir, PORT: '0' };
    await rename(path, `${path}.backup`);
    assertRefused(
      await latchkey(settings, ['start']),
      3,
      /SECRET_KEY is not the one that this database was set up with/,
    );
    await rename(`${path}.backup`, path);
    const again = await startLatchkey(settings);
    await again.stop();
  });
});
