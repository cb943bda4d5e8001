import assert from 'node:assert/strict';
import { chmod, lstat, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { CommandRunner, type CommandServices } from '../../src/cli/commands.ts';
import { sendCommand } from '../../src/cli/control-client.ts';
import { openControlSocket, type ControlSocket, type ControlSocketOptions } from '../../src/cli/control-socket.ts';
import { CommandFailure } from '../../src/cli/failure.ts';
import { AccountError } from '../../src/domain/account/account-error.ts';
import { ClientError } from '../../src/domain/client/client-error.ts';

const modeOf = async (path: string): Promise<number> => (await stat(path)).mode & 0o777;

interface Reply {
  readonly status: number;
  readonly headers: Record<string, unknown>;
  readonly body: unknown;
}

/** Speaks to the socket as no well-behaved client would. */
const ask = (
  socketPath: string,
  body: string | Buffer,
  options: { method?: string; path?: string; chunked?: boolean } = {},
): Promise<Reply> =>
  new Promise((settle, fail) => {
    const headers = options.chunked
      ? { 'transfer-encoding': 'chunked' }
      : { 'content-length': Buffer.byteLength(body) };
    const outgoing = request({
      socketPath,
      agent: false,
      method: options.method ?? 'POST',
      path: options.path ?? '/',
      headers,
    });
    outgoing.once('error', fail);
    outgoing.once('response', (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.once('end', () =>
        settle({ status: response.statusCode ?? 0, headers: response.headers, body: JSON.parse(text) }),
      );
    });
    outgoing.end(body);
  });

describe('the control socket', () => {
  let folder: string;
  let dataDir: string;
  let opened: ControlSocket[];
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lk-'));
    dataDir = join(folder, 'data');
    opened = [];
  });
  afterEach(async () => {
    for (const control of opened) await control.close();
    await rm(folder, { recursive: true });
  });

  const calls: unknown[] = [];
  const open = async (options: Partial<ControlSocketOptions> = {}): Promise<ControlSocket> => {
    calls.length = 0;
    const runner = {
      run: (name: string, input: unknown) => {
        calls.push([name, input]);
        return Promise.resolve({ done: name });
      },
    };
    const control = await openControlSocket({ dataDir, runner, ...options });
    opened.push(control);
    return control;
  };
  const failing = (error: Error): ControlSocketOptions['runner'] => ({
    run: async () => {
      throw error;
    },
  });
  const inUse = { name: 'CommandFailure', code: 'ERR_CONTROL_SOCKET' };

  describe('its place', () => {
    it('is the data directory, for its owner alone, however that was made', async () => {
      await mkdir(dataDir, { mode: 0o755 });
      const { path } = await open();
      assert.equal(path, join(dataDir, 'control.sock'));
      assert.equal(await modeOf(path), 0o600);
      assert.equal(await modeOf(dataDir), 0o700);
      assert.deepEqual(await sendCommand(dataDir, 'keys.list', {}), { done: 'keys.list' });
    });

    it('is left empty', async () => {
      const control = await open();
      await control.close();
      assert.deepEqual(await readdir(dataDir), []);
    });

    it('is a fresh folder of the temporary directory where the path would be too long', async () => {
      dataDir = join(folder, 'd'.repeat(60), 'e'.repeat(60));
      const control = await open();
      const { path } = control;
      assert.ok(!path.startsWith(folder) && Buffer.byteLength(path) <= 100, path);
      assert.equal(await modeOf(path), 0o600);
      assert.equal(await modeOf(dirname(path)), 0o700);
      assert.equal(await readFile(join(dataDir, 'control.path'), 'utf8'), `${path}\n`);
      assert.equal(await modeOf(join(dataDir, 'control.path')), 0o600);
      assert.deepEqual(await sendCommand(dataDir, 'keys.list', {}), { done: 'keys.list' });
      await control.close();
      assert.deepEqual(await readdir(dataDir), []);
      await assert.rejects(stat(dirname(path)), { code: 'ENOENT' });
    });

    it('counts bytes, not characters', async () => {
      dataDir = join(folder, 'ä'.repeat(40));
      const { path } = await open();
      assert.ok(!path.startsWith(folder));
      assert.deepEqual(await sendCommand(dataDir, 'keys.list', {}), { done: 'keys.list' });
    });

    it('is not taken from a process that listens there', async () => {
      await open();
      await assert.rejects(open(), { ...inUse, message: /another process listens/ });
      assert.deepEqual(await sendCommand(dataDir, 'keys.list', {}), { done: 'keys.list' });
    });

    it('is not taken from a process that listens in the temporary directory', async () => {
      dataDir = join(folder, 'd'.repeat(120));
      await open();
      await assert.rejects(open(), { ...inUse, message: /another process listens/ });
      assert.deepEqual(await sendCommand(dataDir, 'keys.list', {}), { done: 'keys.list' });
    });

    it('is not cleared of what is no socket', async () => {
      await mkdir(dataDir);
      await writeFile(join(dataDir, 'control.sock'), 'a file of somebody');
      await assert.rejects(open(), { ...inUse, message: /is not a socket/ });
      assert.equal(await readFile(join(dataDir, 'control.sock'), 'utf8'), 'a file of somebody');
    });

    it('does not follow a record to what it did not make', async () => {
      await mkdir(dataDir);
      const other = join(folder, 'control.sock');
      await writeFile(other, 'a file of somebody');
      for (const record of [other, '/etc/passwd', '', '../../x', join(folder, 'latchkey-gone', 'control.sock')]) {
        await writeFile(join(dataDir, 'control.path'), `${record}\n`);
        const control = await open();
        assert.equal(control.path, join(dataDir, 'control.sock'));
        assert.deepEqual(await readdir(dataDir), ['control.sock']);
        await control.close();
      }
      assert.equal(await readFile(other, 'utf8'), 'a file of somebody');
    });
  });

  describe('what it answers', () => {
    it('hands name and input to the runner, and its result back', async () => {
      await open();
      const input = { account: 'alice', name: 'Älice "😀"', groups: [], email: null, password: 'secret' };
      assert.deepEqual(await sendCommand(dataDir, 'account.update', input), { done: 'account.update' });
      assert.deepEqual(calls, [['account.update', input]]);
    });

    it('hands failures back with their kind, code, text and problems', async () => {
      const problems = [
        { code: 'ERR_USERNAME_INVALID', message: 'one' },
        { code: 'ERR_NAME_INVALID', message: 'two' },
      ] as const;
      const cases = [
        [new AccountError(problems), { kind: 'refused', code: 'ERR_ACCOUNT_INVALID', message: 'one; two', problems }],
        [new ClientError('ERR_CLIENT_NOT_FOUND'), { kind: 'refused', code: 'ERR_CLIENT_NOT_FOUND', problems: [] }],
        [
          new CommandFailure('usage', 'ERR_COMMAND_INPUT', 'no'),
          { kind: 'usage', code: 'ERR_COMMAND_INPUT', message: 'no' },
        ],
        [new CommandFailure('settings', 'ERR_X', 'no'), { kind: 'settings', code: 'ERR_X' }],
        [Object.assign(new Error('x'), { code: '57P01' }), { kind: 'unreachable', code: 'ERR_DATABASE_UNAVAILABLE' }],
      ] as const;
      for (const [error, expected] of cases) {
        const control = await open({ runner: failing(error), onInternalError: () => assert.fail() });
        await assert.rejects(sendCommand(dataDir, 'client.list', {}), { name: 'CommandFailure', ...expected });
        await control.close();
      }
    });

    it('tells the provider of failures that nobody foresaw', async () => {
      const seen: unknown[] = [];
      const error = new TypeError('oh');
      await open({ runner: failing(error), onInternalError: (reason) => seen.push(reason) });
      await assert.rejects(sendCommand(dataDir, 'client.list', {}), { kind: 'internal', code: 'ERR_INTERNAL' });
      assert.deepEqual(seen, [error]);
    });

    it('refuses everything but POST to /', async () => {
      const { path } = await open();
      for (const method of ['GET', 'PUT', 'DELETE', 'OPTIONS']) {
        const { status, headers } = await ask(path, '', { method });
        assert.deepEqual([status, headers['allow']], [405, 'POST'], method);
      }
      assert.equal((await ask(path, '{"name":"keys.list"}', { path: '/keys.list' })).status, 404);
      assert.equal((await ask(path, '{"name":"keys.list"}', { path: '/?name=keys.list' })).status, 404);
      assert.deepEqual(calls, []);
    });

    it('refuses more than 64 KiB, with and without a length in front, and goes on', async () => {
      const { path } = await open();
      const most = JSON.stringify({ name: 'x', input: 'y'.repeat(64 * 1024 - 24) }).padEnd(64 * 1024);
      for (const chunked of [false, true]) {
        assert.equal((await ask(path, most, { chunked })).status, 200);
        calls.length = 0;
        assert.equal((await ask(path, `${most} `, { chunked })).status, 413);
      }
      assert.deepEqual(calls, []);
      assert.deepEqual(await sendCommand(dataDir, 'keys.list', {}), { done: 'keys.list' });
    });

    it('refuses what is no command', async () => {
      const { path } = await open();
      const bodies = [
        '',
        'x',
        '{',
        '[]',
        'null',
        '"keys.list"',
        '{}',
        '{"name":1}',
        '{"input":{}}',
        Buffer.from([0x7b, 0xff]),
      ];
      for (const body of bodies) {
        const reply = await ask(path, body);
        assert.equal(reply.status, 400, String(body));
        assert.equal((reply.body as { error: string }).error, 'ERR_CONTROL_REQUEST');
      }
      assert.deepEqual(calls, []);
    });

    it('refuses unknown commands and inputs of another shape', async () => {
      const untouchable = new Proxy({}, { get: () => assert.fail('a service was reached') }) as CommandServices;
      const { path } = await open({ runner: new CommandRunner(untouchable) });
      for (const name of [
        '',
        'start',
        'migrate ',
        'client',
        'client.',
        'constructor',
        '__proto__',
        'toString',
        'keys.list ',
      ]) {
        const { status, body } = await ask(path, JSON.stringify({ name, input: {} }));
        assert.deepEqual([status, (body as { error: string }).error], [400, 'ERR_UNKNOWN_COMMAND'], name);
      }
      const inputs: readonly (readonly [string, unknown])[] = [
        ['client.show', {}],
        ['client.show', { clientId: 1 }],
        ['client.show', null],
        ['client.add', { clientId: 'wiki', clientName: 'Wiki' }],
        ['client.add', { clientId: 'wiki', clientName: 'Wiki', redirectUris: 'https://x.example' }],
        ['client.add', { clientId: 'wiki', clientName: 'Wiki', redirectUris: [], secretHash: 'x' }],
        ['client.update', { clientId: 'wiki', applicationType: 'native' }],
        ['client.update', { clientId: 'wiki', idTokenSignedResponseAlg: 'none' }],
        ['account.add', { username: 'alice', passwordHash: 'x' }],
        ['account.update', { account: 'alice', username: 'bobby' }],
        ['account.update', { account: 'alice', id: 'x' }],
        ['keys.rotate', { alg: 'none' }],
        ['migrate', { directory: '/tmp' }],
      ];
      for (const [name, input] of inputs) {
        const { status, body } = await ask(path, JSON.stringify({ name, input }));
        assert.deepEqual(
          [status, (body as { error: string }).error],
          [400, 'ERR_COMMAND_INPUT'],
          JSON.stringify(input),
        );
      }
    });
  });

  describe('the client', () => {
    let silent: Server | undefined;
    afterEach(() => silent?.close());
    /** Something that listens where the provider would. */
    const listen = async (onConnection: Parameters<typeof createServer>[1]): Promise<void> => {
      await mkdir(dataDir, { recursive: true, mode: 0o700 });
      const server = createServer(onConnection);
      silent = server;
      await new Promise<void>((settle) => {
        server.listen(join(dataDir, 'control.sock'), () => settle());
      });
    };

    it('says when nobody listens', async () => {
      const nobody = { kind: 'unreachable', code: 'ERR_PROVIDER_NOT_LISTENING' };
      await assert.rejects(sendCommand(dataDir, 'keys.list', {}), nobody);
      await mkdir(dataDir);
      await assert.rejects(sendCommand(dataDir, 'keys.list', {}), nobody);
    });

    it('waits for an answer for so long only, and says that the change may have been made', async () => {
      await listen((socket) => socket.on('error', () => {}));
      await assert.rejects(sendCommand(dataDir, 'keys.list', {}, 100), {
        kind: 'unreachable',
        code: 'ERR_PROVIDER_NO_ANSWER',
        message: /within 0\.1 s; the change may have been made/,
      });
    });

    it('waits so long only for the end of an answer too', async () => {
      await listen((socket) => socket.on('error', () => {}).write('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{'));
      await assert.rejects(sendCommand(dataDir, 'keys.list', {}, 100), {
        code: 'ERR_PROVIDER_NO_ANSWER',
        message: /within/,
      });
    });

    it('says when the provider ends before it answers', async () => {
      await listen((socket) => socket.once('data', () => socket.destroy()));
      await assert.rejects(sendCommand(dataDir, 'keys.list', {}), {
        kind: 'unreachable',
        code: 'ERR_PROVIDER_NO_ANSWER',
        message: /ended before it answered; the change may have been made/,
      });
    });

    it('takes nothing for an answer that is none', async () => {
      await listen((socket) =>
        socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\n"hm"')),
      );
      await assert.rejects(sendCommand(dataDir, 'keys.list', {}), {
        kind: 'unreachable',
        code: 'ERR_PROVIDER_NO_ANSWER',
      });
    });

    it('tells no secret to a socket in a folder where others may write', async () => {
      const { path } = await open();
      for (const mode of [0o770, 0o707, 0o777]) {
        await chmod(dirname(path), mode);
        await assert.rejects(sendCommand(dataDir, 'account.update', { account: 'alice', password: 'secret' }), inUse);
      }
      assert.deepEqual(calls, []);
    });

    it('sends nothing that the provider would not read', async () => {
      await open();
      await assert.rejects(sendCommand(dataDir, 'client.add', { jwks: 'x'.repeat(65_536) }), { kind: 'usage' });
      assert.deepEqual(calls, []);
    });
  });

  it('keeps what is in the way when it cannot begin', async () => {
    await mkdir(dataDir);
    await mkdir(join(dataDir, 'control.sock'));
    await assert.rejects(open(), inUse);
    assert.ok((await lstat(join(dataDir, 'control.sock'))).isDirectory());
  });
});
