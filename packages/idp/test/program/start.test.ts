import assert from 'node:assert/strict';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { redirectUri } from '../support/running-provider.ts';
import { authorizationRequest, signIn, signInForTokens, UserAgent } from '../support/user-agent.ts';
import {
  beginLatchkey,
  latchkey,
  latchkeyJson,
  makeFolder,
  startLatchkey,
  timeStarts,
  type Folder,
  type Started,
} from './latchkey-program.ts';

const password = 'correct horse battery staple';
const addAlice = ['account', 'add', '--username', 'alice', '--email', 'alice@example.org', '--password-stdin'];
const addNotes = ['client', 'add', '--id', 'notes', '--name', 'Notes', '--redirect-uri', redirectUri, '--trusted'];

const modeOf = async (...path: string[]): Promise<number> => (await stat(join(...path))).mode & 0o777;

const profile = (agent: UserAgent, accessToken: string) =>
  agent.ask('/profile', { headers: { authorization: `Bearer ${accessToken}` } });

describe('latchkey start with the embedded database', { timeout: 240_000 }, () => {
  let folder: Folder;
  let dataDir: string;
  let first: Started;
  let client: { client_id: string; client_secret: string };
  before(async () => {
    folder = await makeFolder();
    dataDir = join(folder.path, 'not-there-yet', 'data');
    first = await startLatchkey({ DATA_DIR: dataDir });
    client = (await latchkeyJson({ DATA_DIR: dataDir }, addNotes)) as typeof client;
    await latchkeyJson({ DATA_DIR: dataDir }, addAlice, { input: `${password}\n` });
  });
  after(async () => {
    await first.child.kill9();
    await folder.remove();
  });

  it('says where it is ready and what to do next, in commands that are there', async () => {
    const { lines } = await first.child.kill9();
    const text = lines.filter((line) => !line.startsWith('{')).join('\n');
    assert.match(text, /^Latchkey is ready at http:\/\/localhost:\d+\n\nWhat to do next/);
    assert.ok(text.includes(`${first.issuer}/.well-known/openid-configuration`));
    assert.ok(text.includes(`the database in ${dataDir}`));
    const commands = [...text.matchAll(/^ {2}(?:echo '[^']+' \| )?npx --no latchkey (.+)$/gm)].map(([, command = '']) =>
      command.split(' '),
    );
    assert.deepEqual(
      commands.map((words) => words.slice(0, 2)),
      [
        ['account', 'add'],
        ['client', 'add'],
      ],
    );
    for (const words of commands) {
      const { code, stdout } = await latchkey({}, [...words.slice(0, 2), '--help']);
      assert.equal(code, 0);
      for (const option of words.filter((word) => word.startsWith('--')))
        assert.ok(stdout.includes(`${option} `), option);
    }
  });

  it('keeps everything in a data directory that is its owner’s alone', async () => {
    assert.equal(await modeOf(dataDir), 0o700);
    assert.equal(await modeOf(dataDir, 'secret.key'), 0o600);
    assert.equal(Buffer.from((await readFile(join(dataDir, 'secret.key'), 'utf8')).trim(), 'base64url').length, 32);
    assert.equal(await modeOf(dataDir, 'database'), 0o700);
  });

  it('is ready in under 2 seconds with existing data', async (t) => {
    const { figures, limitMs } = await timeStarts({ DATA_DIR: dataDir }, 2000);
    t.diagnostic(
      `ready after ${figures.join(', ')} ms, limit ${limitMs} ms; the first start of all took ${Math.round(first.readyAfterMs)} ms`,
    );
    assert.ok(
      figures.some((ms) => ms < limitMs),
      figures.join(', '),
    );
  });

  it('keeps keys, accounts, sessions and tokens when it is killed', async () => {
    const settings = { DATA_DIR: dataDir, ISSUER: 'http://localhost:3999' };
    const killed = await startLatchkey(settings);
    const agent = new UserAgent(killed, { port: killed.port });
    const tokens = await signInForTokens(agent, client);
    const keys = (await agent.ask('/jwks')).json();
    await killed.child.kill9();

    const again = await startLatchkey(settings);
    try {
      const sameBrowser = new UserAgent(again, { port: again.port });
      for (const [key, cookie] of agent.cookies) sameBrowser.cookies.set(key, cookie);
      assert.deepEqual((await sameBrowser.ask('/jwks')).json(), keys);
      const answer = await profile(sameBrowser, tokens.access_token);
      assert.deepEqual([answer.status, answer.json()['preferred_username']], [200, 'alice']);
      const silent = await sameBrowser.ask(authorizationRequest('notes', { prompt: 'none' }).url);
      assert.ok(silent.location?.searchParams.has('code'), silent.location?.href);
    } finally {
      await again.stop();
    }
  });

  it('writes a line for each request, and no query, code, token, name or address in any', async () => {
    const started = await startLatchkey({ DATA_DIR: dataDir, LOG_LEVEL: 'trace' });
    const agent = new UserAgent(started);
    const authorization = authorizationRequest('notes', { login_hint: 'alice@example.org' });
    const callback = await signIn(agent, authorization);
    const exchanged = await agent.ask('/token', {
      form: {
        grant_type: 'authorization_code',
        redirect_uri: redirectUri,
        code: callback.searchParams.get('code') ?? '',
        code_verifier: authorization.codeVerifier,
        client_id: client.client_id,
      },
      headers: {
        authorization: `Basic ${Buffer.from(`${client.client_id}:${client.client_secret}`).toString('base64')}`,
      },
    });
    assert.equal(exchanged.status, 200, exchanged.text);
    const { access_token: accessToken, id_token: idToken } = exchanged.json() as Record<string, string>;
    assert.equal((await profile(agent, accessToken ?? '')).status, 200);
    await started.stop();

    const { lines } = await started.child.ended;
    const requests = lines
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as Record<string, unknown>)
      .filter(({ msg }) => msg === 'request')
      .map(({ method, path, status }) => [method, path, status].join(' '));
    assert.deepEqual(requests, [
      'GET /auth 303',
      'GET /interaction/:uid 200',
      'POST /interaction/:uid/sign-in 200',
      'GET /auth/:uid 303',
      'POST /token 200',
      'GET /profile 200',
    ]);
    const secrets = [
      ...[...agent.cookies.values()].map(({ value }) => value),
      ...callback.searchParams.values(),
      accessToken ?? '',
      idToken ?? '',
      client.client_secret,
      password,
      'alice',
      '127.0.0.1:',
      authorization.nonce,
      authorization.codeVerifier,
    ].filter((secret) => secret !== started.issuer);
    const log = lines.filter((line) => line.startsWith('{')).join('\n');
    for (const secret of secrets) assert.ok(!log.includes(secret), `the log holds ${secret}`);
  });

  it('says with LOG_LEVEL=silent nothing but that it is ready, and with --json that in one line', async () => {
    const settings = { DATA_DIR: dataDir, LOG_LEVEL: 'silent' };
    const json = beginLatchkey(settings, {}, '--json');
    const line = await json.line(() => true);
    json.process.kill('SIGTERM');
    assert.deepEqual((await json.ended).lines, [line]);
    const { issuer, ...rest } = JSON.parse(line) as Record<string, unknown>;
    assert.match(String(issuer), /^http:\/\/localhost:\d+$/);
    assert.deepEqual(rest, { ready: true });
  });
});
