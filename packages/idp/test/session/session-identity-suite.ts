import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { decodeJwt } from 'jose';
import { KnexSessionStore } from '../../src/storage/knex-session-store.ts';
import { tokenHash } from '../../src/secrets/token-hash.ts';
import { authorizationRequest, formOf, refreshOf, followToClient, type UserAgent } from '../support/user-agent.ts';
import { outcomeOf, sidOf, type SessionWorld } from './session-world.ts';

const cookieName = 'latchkey-session';

const putSessionCookie = (agent: UserAgent, value: string): void => {
  agent.cookies.set(`${cookieName} /`, { value, path: '/' });
};

const sessionCookie = (agent: UserAgent): string => agent.cookie(cookieName) ?? assert.fail('no session cookie');

export const describeSessionIdentity = (world: () => SessionWorld): void => {
  describe('the id of a session', () => {
    it('is renewed by a new proof (prompt=login): the old cookie is dead, session and tokens live on', async () => {
      const [person, client] = [await world().person(), await world().client()];
      const agent = world().browser();
      const first = await world().signIn(agent, client, person);
      await world().shift(person, { authenticated_at: '-1 hour' });
      const before = await world().onlySession(person);
      const old = sessionCookie(agent);
      const second = await world().signIn(agent, client, person, { prompt: 'login' });
      const after = await world().onlySession(person);
      assert.equal(after.uid, before.uid);
      assert.deepEqual(after.absolute_expires_at, before.absolute_expires_at, 'a proof is no new session');
      assert.ok(after.authenticated_at.getTime() - before.authenticated_at.getTime() > 3_500_000);
      assert.equal(sidOf(second), sidOf(first));
      assert.equal(await world().profileStatus(first), 200);
      assert.notEqual(sessionCookie(agent), old);
      const thief = world().browser();
      putSessionCookie(thief, old);
      assert.equal((await world().silent(thief, client)).outcome, 'login_required');
      assert.equal((await world().silent(agent, client)).outcome, 'ok');
    });

    it('stays through silent sign-ins, so that parallel ones do not lock each other out', async () => {
      const [person, client] = [await world().person(), await world().client()];
      const agent = world().browser();
      await world().signIn(agent, client, person);
      const cookie = sessionCookie(agent);
      assert.equal((await world().silent(agent, client)).outcome, 'ok');
      assert.equal(sessionCookie(agent), cookie);
    });

    it('is never one that the browser brought (session fixation)', async () => {
      const [person, client] = [await world().person(), await world().client()];
      for (const planted of ['planted-by-somebody-else', 'A'.repeat(43), '../../etc', '%00']) {
        const agent = world().browser();
        putSessionCookie(agent, planted);
        await world().signIn(agent, client, person);
        assert.notEqual(sessionCookie(agent), planted);
        assert.match(sessionCookie(agent), /^[\w-]{43}$/);
        const other = world().browser();
        putSessionCookie(other, planted);
        assert.equal((await world().silent(other, client)).outcome, 'login_required');
      }
    });

    it('is nobody’s when the cookie comes twice, whichever of the two is real', async () => {
      const [person, client] = [await world().person(), await world().client()];
      const agent = world().browser();
      const tokens = await world().signIn(agent, client, person);
      const real = `${cookieName}=${sessionCookie(agent)}`;
      const ask = (cookie: string, path: string) => world().browser().ask(path, { headers: { cookie } });
      for (const cookie of [`${real}; ${real}`, `${real}; ${cookieName}=other`, `${cookieName}=; ${real}`]) {
        const silent = await ask(cookie, authorizationRequest(client.client_id, { prompt: 'none' }).url);
        assert.equal(outcomeOf(silent.location), 'login_required', cookie);
        assert.doesNotMatch((await ask(cookie, '/')).text, new RegExp(person.username));
        assert.equal((await ask(cookie, `/session/end?id_token_hint=${tokens.id_token}`)).status, 200);
      }
      assert.equal((await world().sessions(person)).length, 1, 'such a request ends nothing either');
      assert.match((await ask(real, '/')).text, new RegExp(person.username));
    });

    it('is nothing that a destroyed session gives back: its cookie opens and makes nothing any more', async () => {
      const [person, client] = [await world().person(), await world().client()];
      const agent = world().browser();
      const tokens = await world().signIn(agent, client, person);
      const cookie = sessionCookie(agent);
      const inFlight = Array.from({ length: 6 }, () => world().silent(copyOf(agent), client));
      const ended = world().signOut(agent, tokens);
      await Promise.all([...inFlight, ended]);
      assert.equal(agent.cookie(cookieName), undefined);
      assert.deepEqual(await world().sessions(person), []);
      for (let attempt = 0; attempt < 3; attempt += 1) {
        putSessionCookie(agent, cookie);
        const { outcome, answer } = await world().silent(agent, client);
        assert.equal(outcome, 'login_required');
        assert.match(String(answer.headers['set-cookie']), /latchkey-session=; path=\/; expires=Thu, 01 Jan 1970/i);
      }
      assert.deepEqual(await world().sessions(person), []);
    });

    it('is known to the database as a hash, and what updates a session makes none', async () => {
      const [person, client] = [await world().person(), await world().client()];
      const agent = world().browser();
      await world().signIn(agent, client, person);
      const { uid } = await world().onlySession(person);
      const store = new KnexSessionStore(world().database.knex);
      const proof = {
        idHash: tokenHash('a new id'),
        accountId: person.sub,
        authenticatedAt: new Date(),
        proofGeneration: 1,
        amr: ['pwd'],
        acr: undefined,
      };
      assert.equal(await store.reauthenticate(uid, { ...proof, accountId: 'somebody else' }), false);
      assert.equal((await store.findByIdHash(tokenHash(sessionCookie(agent))))?.uid, uid);
      await store.end({ uid });
      assert.equal(await store.reauthenticate(uid, proof), false);
      assert.equal(await store.prolong(uid, 3600), false);
      assert.equal(await store.findByIdHash(proof.idHash), undefined);
      assert.equal(await store.findByUid(uid), undefined);
      assert.deepEqual(await store.end({ uid }), { sessions: [], clients: [] });
      const renewed = {
        ...proof,
        uid,
        network: undefined,
        userAgent: undefined,
        idleTtlSeconds: 60,
        absoluteTtlSeconds: 60,
      };
      await world().provider.command('account.disable', { account: person.username });
      assert.equal(await store.insert(renewed), undefined, 'nor does a disabled account begin one');
      assert.equal(await store.insert({ ...renewed, accountId: 'nobody' }), undefined);
    });
  });

  describe('another account in the same browser', () => {
    it('ends the session of the one before, its tokens with it, and its clients are told', async () => {
      const [alice, bob] = [await world().person(), await world().person()];
      const [client, other] = [await world().client(), await world().client()];
      const agent = world().browser();
      const tokens = await world().signIn(agent, client, alice);
      const elsewhere = await world().signIn(agent, other, alice);
      const hint = agent.cookie('latchkey-hint');
      const switched = await world().signIn(agent, client, bob, { prompt: 'login' });
      assert.equal(decodeJwt(switched.id_token).sub, bob.sub);
      assert.deepEqual(await world().sessions(alice), []);
      assert.deepEqual(await world().endings(alice), ['account switch']);
      assert.deepEqual([await world().profileStatus(tokens), await world().profileStatus(elsewhere)], [401, 401]);
      assert.equal(await world().profileStatus(switched), 200);
      assert.deepEqual(await world().toldSids(client), [sidOf(tokens)]);
      assert.deepEqual(await world().toldSids(other), [sidOf(elsewhere)]);
      assert.notEqual(agent.cookie('latchkey-hint'), hint);
      assert.equal(decodeJwt(switched.id_token)['latchkey_hint'], agent.cookie('latchkey-hint'));
      assert.equal((await world().onlySession(bob)).account_id, bob.sub);
    });

    it('ends nothing as long as its password is wrong', async () => {
      const [alice, bob, client] = [await world().person(), await world().person(), await world().client()];
      const agent = world().browser();
      const tokens = await world().signIn(agent, client, alice);
      const started = await agent.ask(authorizationRequest(client.client_id, { prompt: 'login' }).url);
      const { action, fields } = formOf(await agent.ask(started.location ?? ''), '/sign-in');
      const wrong = await agent.ask(action, {
        form: { ...fields, username: bob.username, password: 'wrong password' },
      });
      assert.equal(wrong.status, 401);
      assert.equal(await world().profileStatus(tokens), 200);
      assert.equal((await world().silent(agent, client)).outcome, 'ok');
      assert.deepEqual(await world().endings(alice), []);
    });
  });

  describe('what a session is to its clients', () => {
    const rowsOf = async (uid: string) => ({
      sessionClients: await world()
        .database.knex('session_clients')
        .where({ session_uid: uid })
        .orderBy('client_id')
        .pluck('client_id'),
      grants: await world().database.knex('grants').where({ session_uid: uid }).orderBy('client_id').pluck('client_id'),
    });

    it('is one row, one grant and one sid for each, however many tabs sign in at once', async () => {
      const person = await world().person();
      const clients = [await world().client(), await world().client(), await world().client()];
      const agent = world().browser();
      await world().signIn(agent, await world().client(), person);
      const { uid } = await world().onlySession(person);
      const answers = await Promise.all(
        Array.from({ length: 12 }, async (_, index) => {
          const client = clients[index % 3] ?? assert.fail('a client');
          const authorization = authorizationRequest(client.client_id, { prompt: 'none' });
          const { location } = await agent.ask(authorization.url);
          const exchanged = await world().redeem(client, authorization, location ?? assert.fail('a redirect'));
          assert.equal(exchanged.status, 200, exchanged.text);
          return {
            clientId: client.client_id,
            sid: sidOf(exchanged.json() as never),
            token: exchanged.json() as never,
          };
        }),
      );
      const sids = new Map(answers.map(({ clientId, sid }) => [clientId, sid]));
      for (const { clientId, sid } of answers) assert.equal(sid, sids.get(clientId), 'every tab is told the same sid');
      assert.equal(new Set(sids.values()).size, 3, 'and no client the sid of another');
      const { sessionClients, grants } = await rowsOf(uid);
      assert.equal(sessionClients.length, 4);
      assert.deepEqual(grants, sessionClients);
      await assert.rejects(
        world().database.knex('session_clients').insert({ session_uid: uid, client_id: clients[0]?.client_id }),
        { code: '23505' },
      );
      await world().provider.command('account.sign-out', { account: person.username });
      for (const { token } of answers) assert.equal(await world().profileStatus(token), 401);
      for (const client of clients) assert.deepEqual(await world().toldSids(client), [sids.get(client.client_id)]);
      assert.deepEqual(await rowsOf(uid), { sessionClients: [], grants: [] });
    });

    it('differs from browser to browser of the same person, and from person to person', async () => {
      const [alice, bob, client] = [await world().person(), await world().person(), await world().client()];
      const tokens = [
        await world().signIn(world().browser(), client, alice),
        await world().signIn(world().browser(), client, alice),
        await world().signIn(world().browser(), client, bob),
      ];
      assert.equal(new Set(tokens.map(sidOf)).size, 3);
      const grants = await world().database.knex('grants').where({ client_id: client.client_id });
      assert.equal(grants.length, 3);
    });

    it('begins with the first code: asking in vain, or being refused, is not being signed in there', async () => {
      const [person, client, reader] = [
        await world().person(),
        await world().client(),
        await world().client({ trusted: false }),
      ];
      const agent = world().browser();
      await world().signIn(agent, client, person);
      assert.equal((await world().silent(agent, reader)).outcome, 'consent_required');
      const started = await agent.ask(authorizationRequest(reader.client_id).url);
      const { action, fields } = formOf(await agent.ask(started.location ?? ''), '/consent');
      const denied = await agent.ask(action, { form: { ...fields, decision: 'deny' } });
      const callback = await followToClient(agent, await agent.ask(refreshOf(denied)));
      assert.equal(outcomeOf(callback), 'access_denied');
      const { uid } = await world().onlySession(person);
      assert.deepEqual((await rowsOf(uid)).sessionClients, [client.client_id]);
    });
  });

  describe('auth_time', () => {
    it('is when the password was given, not when consent was (OpenID Connect Core 1.0, section 2)', async () => {
      const [person, client] = [await world().person(), await world().client({ trusted: false })];
      let provedSeconds = 0;
      const tokens = await world().consent(world().browser(), client, person, {}, async () => {
        provedSeconds = Math.floor((await world().onlySession(person)).authenticated_at.getTime() / 1000);
        const { promise, resolve } = Promise.withResolvers<void>();
        const look = () => (Math.floor(Date.now() / 1000) > provedSeconds ? resolve() : setTimeout(look, 20));
        look();
        await promise;
      });
      assert.equal(decodeJwt(tokens.id_token)['auth_time'], provedSeconds);
      assert.equal((await world().onlySession(person)).authenticated_at.getTime(), provedSeconds * 1000);
    });
  });
};

const copyOf = (agent: UserAgent): UserAgent => {
  const copy = agent.another();
  for (const [key, cookie] of agent.cookies) copy.cookies.set(key, cookie);
  return copy;
};
