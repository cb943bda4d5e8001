import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { decodeProtectedHeader } from 'jose';
import { openPostgresqlDatabase } from '../../src/storage/postgresql-database.ts';
import { startLogoutReceiver } from '../session/logout-receiver.ts';
import { outcomeOf, SessionWorld, sidOf, type TestClient } from '../session/session-world.ts';
import { startProvider } from '../support/running-provider.ts';
import { openTestDatabase, type TestDatabase } from '../support/test-database.ts';
import { authorizationRequest, exchange, signIn, type Answer, type UserAgent } from '../support/user-agent.ts';
import { runLatchkey, startProviderProcess, type Installation, type ProviderProcess } from './provider-process.ts';

describe('several processes on one database', () => {
  let database: TestDatabase;
  let installation: Installation;
  let processes: ProviderProcess[];
  /** A third process, this one, for what the tests do besides. */
  let world: SessionWorld;
  before(async () => {
    database = await openTestDatabase('postgresql');
    await database.knex.raw('drop schema public cascade; create schema public');
    installation = {
      ISSUER: 'http://localhost:3999',
      DATABASE_URL: database.url ?? assert.fail('a PostgreSQL database has a URL'),
      SECRET_KEY: randomBytes(32).toString('hex'),
    };
    processes = await Promise.all([startProviderProcess(installation), startProviderProcess(installation)]);
    const env = { ISSUER: installation.ISSUER, SECRET_KEY: installation.SECRET_KEY };
    world = new SessionWorld(database, await startProvider(database, { env }), await startLogoutReceiver());
  });
  after(async () => {
    await Promise.all(processes.map((process) => process.close()));
    await world.close();
  });

  /** Browsers and clients that reach the processes in turn. */
  const via = (index: number): UserAgent => {
    const process = processes[index % processes.length] ?? assert.fail('a process');
    return process.browser();
  };
  const profile = (index: number, token: string): Promise<Answer> =>
    via(index).ask('/profile', { headers: { authorization: `Bearer ${token}` } });

  it('start at once on an empty database: one migrates it and makes the keys, and they agree', async () => {
    const keys = await database.knex('signing_keys').orderBy('alg').select('alg', 'retired_at');
    assert.deepEqual(keys, [
      { alg: 'ES256', retired_at: null },
      { alg: 'RS256', retired_at: null },
    ]);
    assert.equal((await database.knex('installation')).length, 1);
    const [first, second] = await Promise.all([0, 1].map(async (index) => (await via(index).ask('/jwks')).text));
    assert.equal(first, second);
    for (const { child } of processes) assert.equal(child.process.exitCode, null);
  });

  it('one code and 50 simultaneous exchanges: one success, whose token is revoked, and nothing else is', async () => {
    const [person, client] = [await world.person(), await world.client()];
    const agent = world.browser();
    const untouched = await world.signIn(agent, client, person);
    const authorization = authorizationRequest(client.client_id);
    const callback = await signIn(agent, authorization, person.username);
    const code = callback.searchParams.get('code') ?? '';
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        exchange(via(index), client, { code, code_verifier: authorization.codeVerifier }),
      ),
    );
    const successes = answers.filter(({ status }) => status === 200);
    assert.equal(successes.length, 1);
    for (const answer of answers) {
      if (answer.status === 200) continue;
      assert.deepEqual([answer.status, answer.json()['error']], [400, 'invalid_grant']);
    }
    const token = String(successes[0]?.json()['access_token']);
    for (const index of [0, 1]) assert.equal((await profile(index, token)).status, 401);
    assert.equal((await profile(0, untouched.access_token)).status, 200, 'what came of another code lives');
    const events = await database.knex('security_events').where({ event: 'code.reused' });
    assert.deepEqual(
      events.map(({ client_id: id }) => id),
      [client.client_id],
      'one event, however often it was tried',
    );
  });

  it('20 parallel silent sign-ins for 5 clients: 5 rows, 5 grants, one sid for each client', async () => {
    const person = await world.person();
    const clients: TestClient[] = [];
    for (let index = 0; index < 5; index += 1) clients.push(await world.client());
    const browser = world.browser();
    await world.signIn(browser, clients[0] ?? assert.fail(), person);
    await database.knex('session_clients').delete();
    const cookie = browser.cookieHeader('/');
    const answers = await Promise.all(
      Array.from({ length: 20 }, async (_, index) => {
        const client = clients[index % 5] ?? assert.fail('a client');
        const authorization = authorizationRequest(client.client_id, { prompt: 'none' });
        // Not in step with the processes, or each client would have one of its own.
        const agent = via(Math.floor(index / 5));
        const { location } = await agent.ask(authorization.url, { headers: { cookie } });
        assert.equal(outcomeOf(location), 'ok');
        const code = location?.searchParams.get('code') ?? '';
        const exchanged = await exchange(agent, client, { code, code_verifier: authorization.codeVerifier });
        assert.equal(exchanged.status, 200, exchanged.text);
        return { client, tokens: exchanged.json() as never };
      }),
    );
    const { uid } = await world.onlySession(person);
    assert.equal((await database.knex('session_clients').where({ session_uid: uid })).length, 5);
    assert.equal((await database.knex('grants').where({ session_uid: uid })).length, 5);
    const sids = new Set(answers.map(({ client, tokens }) => `${client.client_id} ${sidOf(tokens)}`));
    assert.equal(sids.size, 5);
    await world.provider.command('account.sign-out', { account: person.username });
    for (const [index, { tokens }] of answers.entries()) {
      assert.equal((await profile(index, (tokens as { access_token: string }).access_token)).status, 401);
    }
    for (const client of clients) assert.equal((await world.toldSids(client)).length, 1, 'each is told once');
  });

  it('a sign-out at one is one everywhere, at once', async () => {
    const [person, client] = [await world.person(), await world.client()];
    const agent = world.browser();
    const tokens = await world.signIn(agent, client, person);
    const cookie = agent.cookieHeader('/');
    for (const index of [0, 1]) assert.equal((await profile(index, tokens.access_token)).status, 200);
    const ended = await via(0).ask(`/session/end?id_token_hint=${tokens.id_token}`, { headers: { cookie } });
    assert.equal(ended.status, 200);
    for (const index of [0, 1]) {
      assert.equal((await profile(index, tokens.access_token)).status, 401);
      const silent = authorizationRequest(client.client_id, { prompt: 'none' }).url;
      assert.equal(outcomeOf((await via(index).ask(silent, { headers: { cookie } })).location), 'login_required');
    }
  });

  it('a job in each ends every expired session once', async () => {
    const [person, client] = [await world.person(), await world.client()];
    const second = await startProvider(database, {
      env: { ISSUER: installation.ISSUER, SECRET_KEY: installation.SECRET_KEY },
      openDatabase: () => openPostgresqlDatabase({ databaseUrl: installation.DATABASE_URL, poolMax: 4 }),
    });
    try {
      await world.signIn(world.browser(), client, person);
      // 250 more, as rows: signing in so often would take half a minute.
      await database.knex.raw(
        `insert into sessions (uid, id_hash, account_id, authenticated_at, idle_expires_at, absolute_expires_at)
         select 'expired' || n, sha256(('expired' || n)::bytea), ?, now(), now() - interval '1 second', now()
         from generate_series(1, 250) n`,
        [person.sub],
      );
      await world.shift(person, { idle_expires_at: '-1 second' });
      const jobs = [world.provider, second, world.provider, second].map(({ latchkey }) => latchkey.tidyUp());
      await Promise.all(jobs);
      assert.deepEqual(await world.sessions(person), []);
      assert.equal((await world.endings(person)).length, 251);
      await second.latchkey.settled();
      assert.equal((await world.toldSids(client)).length, 1);
    } finally {
      await second.close();
    }
  });

  it('keys that one rotates by command sign in the others without a restart', async () => {
    const [person, client] = [await world.person(), await world.client()];
    const kidOf = async (): Promise<string | undefined> =>
      decodeProtectedHeader((await world.signIn(world.browser(), client, person)).id_token).kid;
    const before = await kidOf();
    const { child, remove } = await runLatchkey({ ...installation }, 'keys', 'rotate', '--json');
    const { code, lines, stderr } = await child.ended;
    await remove();
    assert.equal(code, 0, stderr);
    assert.doesNotMatch(lines.join('\n'), /"d"/);
    await world.provider.latchkey.maintainKeys();
    const published = ((await world.browser().ask('/jwks')).json()['keys'] as { kid: string; alg: string }[]).filter(
      ({ alg }) => alg === 'RS256',
    );
    assert.equal(published.length, 2, 'published before it signs');
    assert.equal(await kidOf(), before);
    await database.knex.raw("update signing_keys set active_from = active_from - interval '61 seconds'");
    await world.provider.latchkey.maintainKeys();
    const after = await kidOf();
    assert.notEqual(after, before);
    assert.ok(published.some(({ kid }) => kid === after));
    const events = await database.knex('security_events').where({ event: 'keys.rotated' });
    assert.deepEqual(
      events.map(({ actor }) => actor),
      ['command-line'],
    );
  });
});
