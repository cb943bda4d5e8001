import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdir, readlink, realpath, stat } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { startCommand } from '../support/child-process.ts';
import {
  assertEndedWell,
  beginLatchkey,
  environment,
  hostPath,
  isRunning,
  makeFolder,
  repository,
  startedBy,
  startLatchkey,
  type Folder,
} from './latchkey-program.ts';

const limitMs = 10_000;
const patienceMs = 30_000;

/** Waits for a condition that must come. */
const until = async (what: string, holds: () => Promise<boolean> | boolean): Promise<void> => {
  const deadline = performance.now() + patienceMs;
  while (!(await holds())) {
    assert.ok(performance.now() < deadline, `${what}: not within ${patienceMs / 1000} s`);
    await delay(10);
  }
};

/** Ids of the processes that this one started, directly and through others. */
const descendantsOf = async (pid: number): Promise<readonly number[]> => {
  const { lines } = await startCommand(['ps', '-e', '-o', 'pid=,ppid=']).ended;
  const parents = lines.map((line) => line.trim().split(/\s+/).map(Number));
  const childrenOf = (parent: number): number[] =>
    parents.filter(([, of]) => of === parent).flatMap(([child = 0]) => [child, ...childrenOf(child)]);
  return childrenOf(pid);
};

/** Everything that the server says on a connection until it closes it. */
const readAll = async (socket: Socket): Promise<string> => {
  let text = '';
  socket.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  await once(socket, 'close');
  return text;
};

/** Begins a request to the token endpoint: its headers are there and read, its body is not. */
const beginRequest = async (issuer: string): Promise<{ socket: Socket; answer: Promise<string> }> => {
  const { host, port } = new URL(issuer);
  const socket = connect(Number(port), '127.0.0.1');
  const headers = ['POST /token HTTP/1.1', `Host: ${host}`, 'Content-Type: application/x-www-form-urlencoded'];
  socket.write([...headers, 'Content-Length: 13', 'Expect: 100-continue', '', ''].join('\r\n'));
  const answer = readAll(socket);
  await once(socket, 'data'); // 100 Continue
  return { socket, answer };
};

// Two at a time: they wait more than they work.
describe('ending latchkey', { timeout: 240_000, concurrency: 2 }, () => {
  let folder: Folder;
  before(async () => {
    folder = await makeFolder();
  });
  after(() => folder.remove());

  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    it(`by ${signal} frees the port and the data directory`, async () => {
      const dataDir = await folder.migrated();
      const started = await startLatchkey({ DATA_DIR: dataDir });
      assert.ok((await readdir(dataDir)).includes('control.sock'));
      await started.stop(signal);
      assert.deepEqual((await readdir(dataDir)).toSorted(), ['database', 'database.lock', 'secret.key']);
      await assert.rejects(fetch(`${started.issuer}/health/live`));
    });
  }

  it('twice is ending it once: a terminal signals every process, and npm passes its own on', async () => {
    const started = await startLatchkey({ DATA_DIR: await folder.migrated() });
    const { socket, answer } = await beginRequest(started.issuer);
    started.child.process.kill('SIGINT');
    started.child.process.kill('SIGINT');
    await delay(50);
    started.child.process.kill('SIGTERM');
    socket.write('grant_type=no');
    assert.match(await answer, /^HTTP\/1\.1 100 [^]*HTTP\/1\.1 400 /);
    assertEndedWell(await started.child.ended);
  });

  it('lets a request that is under way have its answer, and takes no new one', async () => {
    const started = await startLatchkey({ DATA_DIR: await folder.migrated() });
    const { socket, answer } = await beginRequest(started.issuer);
    started.child.process.kill('SIGTERM');
    await until('the port is closed', () =>
      fetch(`${started.issuer}/health/live`).then(
        () => false,
        () => true,
      ),
    );
    assert.equal(started.child.process.exitCode, null);
    socket.write('grant_type=no');
    const text = await answer;
    assert.match(text, /HTTP\/1\.1 400 Bad Request\r\n[^]*Connection: close\r\n[^]*"error":"/i);
    assert.equal((await started.child.ended).code, 0);
  });

  it('does not wait for a request that never ends, nor for a connection without one', async () => {
    const started = await startLatchkey({ DATA_DIR: await folder.migrated() });
    const { answer } = await beginRequest(started.issuer);
    const silent = connect(started.port, '127.0.0.1');
    await once(silent, 'connect');
    const silentEnd = readAll(silent);
    await started.stop(); // within 10 seconds
    assert.deepEqual([await answer, await silentEnd], ['HTTP/1.1 100 Continue\r\n\r\n', '']);
  });

  it('during its first start leaves no process and no half of a database', async () => {
    const fresh = await folder.fresh();
    const child = beginLatchkey({ DATA_DIR: fresh });
    const pid = child.process.pid ?? 0;
    let started: readonly number[] = [];
    await until('initdb has begun', async () => {
      started = await descendantsOf(pid);
      return started.length > 0;
    });
    const toldAt = performance.now();
    child.process.kill('SIGTERM');
    const ended = await child.ended;
    assert.ok(performance.now() - toldAt < limitMs);
    assertEndedWell(ended);
    assert.ok(!ended.lines.some((line) => line.startsWith('Latchkey is ready')), 'it does not say that it is ready');
    await until('initdb is gone', () => !started.some(isRunning));
    const left = (await readdir(fresh)).filter((name) => !name.startsWith('database.'));
    assert.deepEqual(left, [], 'and nothing that the next start would take for a database');
  });
});

describe('npm start', { timeout: 240_000 }, () => {
  let folder: Folder;
  before(async () => {
    folder = await makeFolder();
  });
  after(() => folder.remove());

  /**
   * Whatever `.env` the repository's folder has, these come first. An install would take away the modules under
   * everything else that runs here: npm is told to change nothing, and the test sees that it had not been asked.
   */
  const npmEnvironment = (dataDir: string): NodeJS.ProcessEnv => ({
    ...environment({ PATH: hostPath, DATA_DIR: dataDir, PORT: '0', npm_config_dry_run: 'true' }),
    ...Object.fromEntries(['DATABASE_URL', 'HOST', 'ISSUER', 'LOG_LEVEL', 'SECRET_KEY'].map((name) => [name, ''])),
  });
  const npmStart = async (options: { detached?: boolean } = {}) => {
    const env = npmEnvironment(await folder.migrated());
    return startedBy(() => startCommand(['npm', 'start'], { env, cwd: repository, ...options }));
  };

  it('runs on the repository’s Node, installs nothing again, and ends with SIGTERM to npm without an orphan', async (t) => {
    const installed = join(repository, 'node_modules/.package-lock.json');
    const before = await stat(installed);
    const started = await npmStart();
    t.diagnostic(`npm start is ready after ${Math.round(started.readyAfterMs)} ms`);
    assert.equal(await readlink(`/proc/${started.pid}/exe`), await realpath(process.execPath));

    const processes = await descendantsOf(started.child.process.pid ?? 0);
    assert.ok(processes.includes(started.pid));
    await started.stop('SIGTERM'); // to npm
    assert.deepEqual(processes.filter(isRunning), []);
    await assert.rejects(fetch(`${started.issuer}/health/live`));

    const { lines } = await started.child.ended;
    assert.ok(!lines.some((line) => /npm ci|installing/i.test(line)), lines.join('\n'));
    const after = await stat(installed);
    assert.deepEqual([after.ino, after.mtimeMs], [before.ino, before.mtimeMs]);
  });

  it('ends with Ctrl-C, which a terminal sends to npm and to what npm runs', async () => {
    const started = await npmStart({ detached: true });
    const leader = started.child.process.pid ?? 0;
    const processes = await descendantsOf(leader);
    process.kill(-leader, 'SIGINT');
    assertEndedWell(await started.child.ended);
    assert.deepEqual(processes.filter(isRunning), []);
  });
});
