import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { KnexAuthorizationCodeStore } from '../../src/storage/knex-authorization-code-store.ts';
import { KnexSessionStore } from '../../src/storage/knex-session-store.ts';
import { startLogoutReceiver } from '../session/logout-receiver.ts';
import { outcomeOf, SessionWorld, sidOf, type Person, type TestClient } from '../session/session-world.ts';
import { password, startProvider } from '../support/running-provider.ts';
import { openTestDatabase } from '../support/test-database.ts';
import { authorizationRequest, formOf, refreshOf, type Answer, type UserAgent } from '../support/user-agent.ts';
import { CallGate, holdEachCall } from './call-gate.ts';
import { startProviderProcess, type ProviderProcess } from './provider-process.ts';

describe('a request held at any call to the database, while another process ends its session', () => {
  const gate = new CallGate();
  let world: SessionWorld;
  let other: ProviderProcess;
  let person: Person;
  let client: TestClient;
  let second: TestClient;
  before(async () => {
    const database = await openTestDatabase('postgresql');
    const SECRET_KEY = randomBytes(32).toString('hex');
    const provider = await startProvider(database, { env: { SECRET_KEY }, wrapStores: gate.wrap });
    world = new SessionWorld(database, provider, await startLogoutReceiver());
    const DATABASE_URL = database.url ?? assert.fail('a PostgreSQL database has a URL');
    other = await startProviderProcess({ ISSUER: provider.issuer, DATABASE_URL, SECRET_KEY });
    [person, client, second] = [await world.person(), await world.client(), await world.client()];
  });
  after(async () => {
    await other.close();
    await world.close();
  });

  /** Signs out in the same browser, through the other process. */
  const signOutThere = async (cookie: string, idToken: string): Promise<void> => {
    const answer = await other.browser().ask(`/session/end?id_token_hint=${idToken}`, { headers: { cookie } });
    assert.equal(answer.status, 200, answer.text);
    assert.match(String(answer.headers['set-cookie']), /latchkey-session=;/);
  };

  const assertNothingLeft = async (): Promise<void> => {
    assert.deepEqual(await world.sessions(person), []);
    for (const table of ['session_clients', 'grants', 'authorization_codes', 'access_tokens']) {
      assert.deepEqual(await world.database.knex(table), [], table);
    }
  };

  const assertSignedOut = async (agent: UserAgent, answer: Answer, sessionCookie: string): Promise<void> => {
    assert.equal(outcomeOf(answer.location), 'login_required', `${answer.status} ${answer.text}`);
    assert.equal(answer.location?.searchParams.has('code'), false);
    const lines = [answer.headers['set-cookie'] ?? []].flat();
    assert.ok(
      lines.some((line) => line.startsWith('latchkey-session=;')),
      'the session cookie is taken back',
    );
    assert.ok(
      lines.some((line) => line.startsWith('latchkey-hint=;')),
      'and the hint',
    );
    assert.ok(!lines.some((line) => /^latchkey-(?:session|hint)=[^;]/.test(line)), 'and none is set');
    agent.cookies.set('latchkey-session /', { value: sessionCookie, path: '/' });
    assert.equal((await world.silent(agent, client)).outcome, 'login_required');
    await assertNothingLeft();
  };

  it('a silent sign-in yields neither session nor code nor cookie, and is answered as signed out', async () => {
    const calls = await holdEachCall(gate, async () => {
      const agent = world.browser();
      const tokens = await world.signIn(agent, client, person);
      const cookie = agent.cookieHeader('/');
      const sessionCookie = agent.cookie('latchkey-session') ?? assert.fail('a session cookie');
      const authorization = authorizationRequest(second.client_id, { prompt: 'none' });
      return {
        request: () => agent.ask(authorization.url),
        meanwhile: () => signOutThere(cookie, tokens.id_token),
        verify: async (answer, held) => {
          if (held !== undefined) return assertSignedOut(agent, answer, sessionCookie);
          // The sign-out came after the answer: what that one brought is dead.
          assert.equal(outcomeOf(answer.location), 'ok');
          const exchanged = await world.redeem(second, authorization, answer.location ?? assert.fail('a redirect'));
          assert.deepEqual([exchanged.status, exchanged.json()['error']], [400, 'invalid_grant']);
          assert.equal((await world.silent(agent, client)).outcome, 'login_required');
          await assertNothingLeft();
        },
      };
    });
    for (const call of ['sessions.findByIdHash', 'authorizationCodes.issue', 'sessions.prolong']) {
      assert.ok(calls.includes(call), `${call} is among ${calls.join(', ')}`);
    }
    assert.equal(calls.at(-1), 'sessions.prolong', 'nothing is written after the session was seen to live');
  });

  it('the exchange of a code yields no usable token', async () => {
    let succeeded = 0;
    const calls = await holdEachCall(gate, async () => {
      const agent = world.browser();
      const tokens = await world.signIn(agent, client, person);
      const cookie = agent.cookieHeader('/');
      const redeem = await world.signInForCode(agent, second, person);
      return {
        request: redeem,
        meanwhile: () => signOutThere(cookie, tokens.id_token),
        verify: async (answer) => {
          if (answer.status === 200) {
            succeeded += 1;
            const issued = answer.json() as never;
            assert.equal(await world.profileStatus(issued), 401);
            assert.equal(await world.isActive(second, issued), false);
          } else {
            assert.deepEqual([answer.status, answer.json()['error']], [400, 'invalid_grant']);
          }
          assert.equal((await redeem()).status, 400);
          await assertNothingLeft();
        },
      };
    });
    for (const call of ['authorizationCodes.consume', 'accessTokens.insert']) assert.ok(calls.includes(call), call);
    const written = calls.length - calls.indexOf('accessTokens.insert');
    assert.equal(succeeded, written, 'only what came after the token was written is answered with one');
  });

  it('a new proof (prompt=login) does not bring the session back under a new id', async () => {
    const calls = await holdEachCall(gate, async () => {
      const agent = world.browser();
      await world.signIn(agent, client, person);
      const resume = await proveAgain(agent);
      return {
        request: () => agent.ask(resume),
        // By the account: the cookie that a sign-out would bring may be renewed by then.
        meanwhile: () => world.provider.command('account.sign-out', { account: person.username }),
        verify: async (answer, held) => {
          if (held === undefined) assert.equal(outcomeOf(answer.location), 'ok');
          else assert.notEqual(outcomeOf(answer.location), 'ok', held);
          assert.ok(held === undefined || agent.cookie('latchkey-session') === undefined, held);
          assert.equal((await world.silent(agent, client)).outcome, 'login_required');
          await assertNothingLeft();
        },
      };
    });
    assert.ok(calls.includes('sessions.reauthenticate'), calls.join(', '));
  });

  it('a sign-in begins no session for an account that is being disabled', async () => {
    const calls = await holdEachCall(gate, async () => {
      await world.provider.command('account.enable', { account: person.username });
      const agent = world.browser();
      const resume = await proveAgain(agent);
      return {
        request: () => agent.ask(resume),
        meanwhile: () => world.provider.command('account.disable', { account: person.username }),
        verify: async (answer, held) => {
          if (held !== undefined) {
            assert.notEqual(outcomeOf(answer.location), 'ok', held);
            assert.ok(answer.status < 500, `${held}: ${answer.status} ${answer.text}`);
            assert.equal(agent.cookie('latchkey-session'), undefined, held);
            assert.equal(answer.location?.searchParams.get('error'), 'login_required', held);
          }
          await assertNothingLeft();
        },
      };
    });
    await world.provider.command('account.enable', { account: person.username });
    assert.ok(calls.includes('sessions.insert'), calls.join(', '));
  });

  const proveAgain = async (agent: UserAgent): Promise<string> => {
    const started = await agent.ask(authorizationRequest(client.client_id, { prompt: 'login' }).url);
    const { action, fields } = formOf(await agent.ask(started.location ?? assert.fail(started.text)), '/sign-in');
    return refreshOf(await agent.ask(action, { form: { ...fields, username: person.username, password } }));
  };

  /** Waits until a statement of another connection waits for a lock. */
  const untilOneWaits = async (): Promise<void> => {
    const waiting = () =>
      world.database
        .knex('pg_stat_activity')
        .whereRaw('datname = current_database()')
        .where({ wait_event_type: 'Lock' })
        .first('pid');
    while ((await waiting()) === undefined) await delay(10);
  };

  it('a silent sign-in that meets a sign-out in the middle of its transaction waits for it, and is signed out', async () => {
    const agent = world.browser();
    await world.signIn(agent, client, person);
    const sessionCookie = agent.cookie('latchkey-session') ?? '';
    const { uid } = await world.onlySession(person);
    const ending = await world.database.knex.transaction();
    await new KnexSessionStore(ending).end({ uid });
    const answering = agent.ask(authorizationRequest(second.client_id, { prompt: 'none' }).url);
    await untilOneWaits();
    await ending.commit();
    await assertSignedOut(agent, await answering, sessionCookie);
  });

  it('an exchange that meets a sign-out in the middle of its transaction waits for it, and neither stops the other', async () => {
    const agent = world.browser();
    const redeem = await world.signInForCode(agent, client, person);
    const { uid } = await world.onlySession(person);
    const ending = await world.database.knex.transaction();
    await ending.raw('select 1 from sessions where uid = ? for update', [uid]);
    const answering = redeem();
    await untilOneWaits();
    // Had the exchange locked the grant by now, each would wait for the other.
    await new KnexSessionStore(ending).end({ uid });
    await ending.commit();
    const answer = await answering;
    assert.deepEqual([answer.status, answer.json()['error']], [400, 'invalid_grant']);
    await assertNothingLeft();
  });

  it('a sign-out that meets a sign-in in the middle of its transaction waits for it, and ends that too', async () => {
    const agent = world.browser();
    const tokens = await world.signIn(agent, client, person);
    const cookie = agent.cookieHeader('/');
    const { uid } = await world.onlySession(person);
    const issuing = await world.database.knex.transaction();
    const issued = await new KnexAuthorizationCodeStore(issuing).issue({
      idHash: randomBytes(32),
      sessionUid: uid,
      accountId: person.sub,
      clientId: second.client_id,
      grantId: 'a grant that is being made',
      offline: false,
      sealedPayload: Buffer.from('sealed'),
      ttlSeconds: 60,
    });
    assert.equal(issued, true);
    const ending = signOutThere(cookie, tokens.id_token);
    await untilOneWaits();
    const before = world.receiver.told(second.client_id).length;
    await issuing.commit();
    await ending;
    await assertNothingLeft();
    // The other process tells, after its answer.
    const deadlineMs = Date.now() + 10_000;
    const lastTold = () => world.receiver.told(client.client_id).at(-1)?.sid;
    while (lastTold() !== sidOf(tokens) && Date.now() < deadlineMs) await delay(10);
    while (world.receiver.told(second.client_id).length === before && Date.now() < deadlineMs) await delay(10);
    assert.equal(lastTold(), sidOf(tokens));
    assert.equal(
      world.receiver.told(second.client_id).length,
      before + 1,
      'the client that was being added is told too',
    );
  });
});
