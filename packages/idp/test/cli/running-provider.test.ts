import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, describe, it } from 'node:test';
import type { CommandServices } from '../../src/cli/commands.ts';
import { openControlSocket } from '../../src/cli/control-socket.ts';
import { migrate } from '../../src/storage/migrate.ts';
import { openDatabase } from '../../src/storage/open-database.ts';
import { startChild, type Child } from '../support/child-process.ts';
import { runLatchkey, testServices, type CliOptions } from './cli-world.ts';

const program = new URL('./control-socket-process.ts', import.meta.url);
const uri = 'https://wiki.example.org/callback';

describe('latchkey beside a provider on the embedded database', () => {
  let dataDir: string;
  let provider: Child | undefined;
  before(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'lk-'));
  });
  after(async () => {
    await provider?.kill9();
    await rm(dataDir, { recursive: true });
  });

  const withServices = async <T>(_config: unknown, work: (services: CommandServices) => Promise<T>): Promise<T> => {
    const database = await openDatabase({ dataDir });
    try {
      await migrate(database);
      return await work(testServices(database));
    } finally {
      await database.close();
    }
  };
  const run = (argv: readonly string[], options: CliOptions = {}) =>
    runLatchkey(argv, { readConfig: () => ({ dataDir }), withServices, ...options });
  const addClient = (id: string) => run(['client', 'add', '--id', id, '--name', id, '--redirect-uri', uri]);
  const blogFolder = async (): Promise<string> => {
    const folder = join(dataDir, 'blog');
    await mkdir(folder);
    for (const name of ['wp-settings.php', 'wp-config.php']) await writeFile(join(folder, name), '<?php');
    return folder;
  };
  const clientIds = async (): Promise<readonly string[]> => {
    const { stdout } = await run(['client', 'list', '--json']);
    return (JSON.parse(stdout) as { clients: { client_id: string }[] }).clients.map(({ client_id: id }) => id);
  };
  const startProvider = async (): Promise<Child> => {
    provider = startChild(program, dataDir);
    await provider.line((line) => line.startsWith('listening'));
    return provider;
  };

  it('works while none runs', async () => {
    assert.equal((await addClient('before')).code, 0);
  });

  it('asks the running one, with the same words and exit codes', async () => {
    await startProvider();
    const added = await addClient('during');
    assert.deepEqual([added.code, added.stderr], [0, '']);
    assert.match(added.stdout, /Client during was registered\.[^]*lks_/);
    assert.deepEqual(await clientIds(), ['before', 'during']);

    const taken = await addClient('during');
    assert.deepEqual(taken, { code: 1, stdout: '', stderr: 'latchkey: this client id is taken\n' });
    const wrong = await run(['client', 'add', '--id', '!', '--name', ' ', '--redirect-uri', 'x']);
    assert.deepEqual([wrong.code, wrong.stderr.trimEnd().split('\n').length], [1, 3]);
    const argv = ['account', 'add', '--username', 'alice', '--email', 'alice@example.org', '--password-stdin'];
    assert.equal((await run(argv, { stdin: 'correct horse battery staple' })).code, 0);
    assert.equal((await run(argv, { stdin: 'short' })).code, 1);
    assert.equal((await run(['account', 'sign-out', 'alice'])).code, 0);
    assert.equal((await run(['keys', 'rotate'])).code, 0);

    const connect = await run(['connect', 'wordpress', 'https://192.0.2.1/', '--id', 'during-connect', '--json']);
    const { client_secret: secret, check } = JSON.parse(connect.stdout) as Record<string, unknown>;
    assert.match(String(secret), /^lks_/);
    assert.deepEqual([connect.code, (check as { ready: boolean }).ready], [1, false]);
    assert.match(connect.stderr, /"ERR_NOT_CONNECTED".*192\.0\.2\.1 is at a private address/);
    const drupal = await run(['connect', 'wordpress', 'http://blog.example.org/']);
    assert.deepEqual([drupal.code, drupal.stdout], [1, '']);
    assert.match(drupal.stderr, /^latchkey: the address "http:\/\/blog.example.org\/" must be https [^\n]*\n$/);
    const lost = ['connect', 'wordpress', 'https://192.0.2.1/', '--id', 'during-connect', '--path', await blogFolder()];
    const refused = await run(lost);
    assert.deepEqual([refused.code, refused.stdout], [1, '']);
    assert.match(refused.stderr, /cannot be shown again: --rotate-secret/);
    const asked = await run(lost, { isTty: true, stdin: 'y\n' });
    assert.match(asked.stdout, /The settings are in .*latchkey-config\.php/);
    assert.equal((await run(['client', 'remove', 'during-connect'])).code, 0);
  });

  it('works after it was killed, and the next one clears away its socket', async () => {
    await provider?.kill9();
    assert.ok((await readdir(dataDir)).includes('control.sock'));
    assert.equal((await addClient('after-kill')).code, 0);
    const next = await startProvider();
    assert.equal((await addClient('during-next')).code, 0);
    next.process.kill('SIGTERM');
    assert.equal((await next.ended).code, 0);
    assert.ok(!(await readdir(dataDir)).includes('control.sock'));
  });

  it('lets commands that are given at the same moment wait for each other', async () => {
    const outcomes = await Promise.all(['one', 'two', 'three'].map(addClient));
    assert.deepEqual(
      outcomes.map(({ code }) => code),
      [0, 0, 0],
    );
    assert.deepEqual(await clientIds(), ['after-kill', 'before', 'during', 'during-next', 'one', 'three', 'two']);
  });
});

describe('latchkey, while the database is held', () => {
  let dataDir: string;
  let tries: number;
  before(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'lk-'));
  });
  beforeEach(() => {
    tries = 0;
  });
  after(() => rm(dataDir, { recursive: true }));

  const held = Object.assign(new Error('in use'), { code: 'ERR_DATABASE_IN_USE' });
  const options = (free: (tries: number) => Promise<boolean>): CliOptions => ({
    readConfig: () => ({ dataDir }),
    withServices: async (_config, work) => {
      if (!(await free(++tries))) throw held;
      return work({ keys: { list: () => Promise.resolve([]) } } as unknown as CommandServices);
    },
  });

  it('waits until it is free', async () => {
    const { code } = await runLatchkey(
      ['keys', 'list'],
      options((count) => Promise.resolve(count === 3)),
    );
    assert.deepEqual([code, tries], [0, 3]);
  });

  it('waits until the provider that holds it has started', async () => {
    const runner = { run: (name: string) => Promise.resolve({ keys: [], name }) };
    const starting = Promise.withResolvers<Awaited<ReturnType<typeof openControlSocket>>>();
    const outcome = await runLatchkey(
      ['keys', 'list', '--json'],
      options(async (count) => {
        if (count === 3) starting.resolve(await openControlSocket({ dataDir, runner }));
        return false;
      }),
    );
    await (await starting.promise).close();
    assert.deepEqual([outcome.code, tries], [0, 3]);
    assert.deepEqual(JSON.parse(outcome.stdout), { keys: [], name: 'keys.list' });
  });

  it('gives up in the end with 4, and says what to do', async () => {
    const { code, stdout, stderr } = await runLatchkey(['keys', 'list'], {
      ...options(() => Promise.resolve(false)),
      patienceMs: 300,
    });
    assert.deepEqual([code, stdout], [4, '']);
    assert.match(
      stderr,
      /^latchkey: another process holds the database in .*: try again when it has started or ended\n$/,
    );
    assert.ok(tries > 1);
  });

  it('never sends a command twice: a provider that ends without an answer may have run it', async () => {
    let asked = 0;
    const control = await openControlSocket({
      dataDir,
      runner: {
        run: () => {
          asked++;
          return new Promise(() => {});
        },
      },
    });
    const { code, stderr } = await runLatchkey(['keys', 'rotate'], {
      ...options(() => Promise.resolve(false)),
      patienceMs: 300,
    });
    assert.deepEqual([code, asked], [4, 1]);
    assert.match(stderr, /did not answer within 0\.3 s; the change may have been made all the same/);
    await control.close();
  });
});
