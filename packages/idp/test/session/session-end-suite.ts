import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { password } from '../support/running-provider.ts';
import { exchange } from '../support/user-agent.ts';
import { sidOf, type Person, type SessionRow, type SessionWorld, type TestClient } from './session-world.ts';

const days = (later: Date, earlier: Date): number => Math.round((later.getTime() - earlier.getTime()) / 8_640_000) / 10;

export const describeSessionEnds = (world: () => SessionWorld): void => {
  describe('the idle and absolute end of a session', () => {
    it('are 14 and 30 days after its beginning, and applications are told the second', async () => {
      const [person, client] = [await world().person(), await world().client()];
      const agent = world().browser();
      const tokens = await world().signIn(agent, client, person);
      const { begun_at: begunAt, ...row } = (await world().onlySession(person)) as SessionRow & { begun_at: Date };
      assert.deepEqual([days(row.idle_expires_at, begunAt), days(row.absolute_expires_at, begunAt)], [14, 30]);
      const end = Math.floor(row.absolute_expires_at.getTime() / 1000);
      const claims = JSON.parse(Buffer.from(tokens.id_token.split('.')[1] ?? '', 'base64url').toString());
      assert.equal(claims.session_expires_at, end);
      assert.ok(Math.abs(tokens.expires_in - 30 * 24 * 3600) <= 2, 'the bearer lives as long as the session');
    });

    for (const column of ['idle_expires_at', 'absolute_expires_at'] as const) {
      it(`past its ${column} nothing finds a session, and what it yielded is dead with it`, async () => {
        const [person, client, other] = [await world().person(), await world().client(), await world().client()];
        const agent = world().browser();
        const tokens = await world().signIn(agent, client, person);
        const redeem = await world().signInForCode(agent, other, person);
        assert.equal(await world().profileStatus(tokens), 200);
        assert.equal(await world().isActive(client, tokens), true);
        const cookie = agent.cookie('latchkey-session') ?? assert.fail('there is a session cookie');

        await world().shift(person, { [column]: '-1 second', prolonged_at: '-1 hour' });
        const before = await world().onlySession(person);
        assert.equal(await world().profileStatus(tokens), 401);
        assert.equal(await world().isActive(client, tokens), false);
        const exchanged = await redeem();
        assert.deepEqual([exchanged.status, exchanged.json()['error']], [400, 'invalid_grant']);
        assert.doesNotMatch((await agent.ask('/')).text, new RegExp(person.username));
        assert.equal((await world().silent(agent, client)).outcome, 'login_required');
        assert.equal(agent.cookie('latchkey-session'), undefined, 'the session cookie is taken back');
        assert.equal(agent.cookie('latchkey-hint'), undefined, 'and so is the hint');

        agent.cookies.set('latchkey-session /', { value: cookie, path: '/' });
        assert.equal((await world().silent(agent, client)).outcome, 'login_required');
        assert.deepEqual(await world().onlySession(person), before, 'asking for it did not prolong it');
        const again = await world().signIn(agent, client, person);
        assert.notEqual(sidOf(again), sidOf(tokens), 'signing in again begins another session');
      });
    }

    it('a session in use is prolonged, at most every 5 minutes and never past its absolute end', async () => {
      const [person, client] = [await world().person(), await world().client()];
      const agent = world().browser();
      await world().signIn(agent, client, person);
      const use = async (shifts: Parameters<SessionWorld['shift']>[1]) => {
        await world().shift(person, shifts);
        const before = await world().onlySession(person);
        assert.equal((await world().silent(agent, client)).outcome, 'ok');
        return { before, after: await world().onlySession(person) };
      };
      const young = await use({ idle_expires_at: '1 hour', prolonged_at: '-4 minutes -50 seconds' });
      assert.deepEqual(young.after, young.before);
      const due = await use({ idle_expires_at: '1 hour', prolonged_at: '-5 minutes -1 second' });
      assert.equal(days(due.after.idle_expires_at, new Date()), 14);
      assert.ok(due.after.prolonged_at > due.before.prolonged_at);
      assert.deepEqual(due.after.absolute_expires_at, due.before.absolute_expires_at);
      const late = await use({ idle_expires_at: '1 hour', prolonged_at: '-1 hour', absolute_expires_at: '2 hours' });
      assert.deepEqual(late.after.idle_expires_at, late.before.absolute_expires_at);
      assert.deepEqual(late.after.absolute_expires_at, late.before.absolute_expires_at);
    });

    it('a session whose applications ask for the profile is in use too', async () => {
      const [person, client] = [await world().person(), await world().client()];
      const agent = world().browser();
      const tokens = await world().signIn(agent, client, person);
      const read = async () => {
        const answer = await agent.ask('/profile', { headers: { authorization: `Bearer ${tokens.access_token}` } });
        assert.equal(answer.status, 200);
        return world().onlySession(person);
      };
      await world().shift(person, { idle_expires_at: '1 hour', prolonged_at: '-4 minutes' });
      const young = await world().onlySession(person);
      assert.deepEqual(await read(), young);
      await world().shift(person, { idle_expires_at: '1 hour', prolonged_at: '-5 minutes -1 second' });
      assert.equal(days((await read()).idle_expires_at, new Date()), 14);
    });

    it('are found by a job, which ends those sessions with event and notice and leaves the others alone', async () => {
      const [idle, old, living, client] = [
        await world().person(),
        await world().person(),
        await world().person(),
        await world().client(),
      ];
      const agents = [idle, old, living].map(() => world().browser());
      const tokens = await Promise.all(
        [idle, old, living].map((person, index) => world().signIn(agents[index] ?? world().browser(), client, person)),
      );
      await world().shift(idle, { idle_expires_at: '-1 second' });
      await world().shift(old, { absolute_expires_at: '-1 second' });
      await world().provider.latchkey.tidyUp();
      const [idleSid = '', oldSid = '', livingSid = ''] = tokens.map(sidOf);
      assert.deepEqual((await world().toldSids(client)).toSorted(), [idleSid, oldSid].toSorted());
      for (const person of [idle, old]) {
        assert.deepEqual(await world().sessions(person), []);
        const [ended, ...more] = (await world().events(person)).filter(({ event }) => event === 'session.ended');
        assert.deepEqual([ended?.actor, ended?.details, more], ['latchkey', { cause: 'expiry' }, []]);
      }
      await world().provider.latchkey.tidyUp();
      assert.equal((await world().toldSids(client)).length, 2, 'once each');
      assert.deepEqual(await world().endings(living), []);
      assert.ok(!(await world().toldSids(client)).includes(livingSid));
      assert.equal((await world().sessions(living)).length, 1);
    });
  });

  describe('everything that ends sessions', () => {
    const change = (name: string, more: Record<string, unknown> = {}) => {
      return ({ username }: Person) => world().provider.command(name, { account: username, ...more });
    };
    for (const [cause, keepsOffline, end, accountEvent] of [
      ['remote sign-out', true, change('account.sign-out'), undefined],
      ['password change', false, change('account.update', { password: `${password}!` }), 'account.password_changed'],
      ['account disabled', false, change('account.disable'), 'account.disabled'],
      ['account removed', false, change('account.remove'), 'account.removed'],
    ] as const) {
      const offline = keepsOffline ? 'but not offline access' : 'offline access too';
      it(`${cause}: ends every session in every browser, ${offline}, and tells each client of each`, async () => {
        const [person, bystander] = [await world().person(), await world().person()];
        const [client, other] = [await world().client(), await world().client()];
        const reader = await world().client({ scope: 'openid offline_access' });
        const [home, work, theirs] = [world().browser(), world().browser(), world().browser()];
        const atHome = await world().signIn(home, client, person);
        const elsewhere = await world().signIn(home, other, person);
        const atWork = await world().signIn(work, client, person);
        const kept = await world().signIn(theirs, client, bystander);
        const offlineTokens = await world().consent(work, reader, person, { scope: 'openid offline_access' });
        await end(person);
        assert.deepEqual(await world().sessions(person), []);
        assert.deepEqual(await world().endings(person), [cause, cause]);
        assert.ok(
          accountEvent === undefined || (await world().events(person)).some(({ event }) => event === accountEvent),
        );
        assert.deepEqual((await world().toldSids(client)).toSorted(), [sidOf(atHome), sidOf(atWork)].toSorted());
        assert.deepEqual(await world().toldSids(other), [sidOf(elsewhere)]);
        for (const tokens of [atHome, elsewhere, atWork]) assert.equal(await world().profileStatus(tokens), 401);
        for (const agent of [home, work]) assert.equal((await world().silent(agent, client)).outcome, 'login_required');
        const refreshed = await refresh(world(), reader, offlineTokens.refresh_token);
        assert.equal(refreshed, keepsOffline ? 200 : 400);
        assert.equal(await world().profileStatus(kept), 200);
        assert.equal((await world().silent(theirs, client)).outcome, 'ok');
      });
    }

    it('sign-out ends this browser’s session alone: its tokens and its codes, nothing of another browser', async () => {
      const [person, client, other] = [await world().person(), await world().client(), await world().client()];
      const [here, there] = [world().browser(), world().browser()];
      const tokensHere = await world().signIn(here, client, person);
      const tokensThere = await world().signIn(there, client, person);
      const redeemHere = await world().signInForCode(here, other, person);
      const redeemThere = await world().signInForCode(there, other, person);
      assert.equal((await world().signOut(here, tokensHere)).status, 200);
      assert.deepEqual([await world().profileStatus(tokensHere), await world().profileStatus(tokensThere)], [401, 200]);
      assert.deepEqual([(await redeemHere()).status, (await redeemThere()).status], [400, 200]);
      assert.deepEqual(await world().toldSids(client), [sidOf(tokensHere)]);
      assert.equal((await world().toldSids(other)).length, 1, 'a client with a code alone is told too');
      assert.deepEqual(await world().endings(person), ['sign-out']);
      assert.equal((await world().silent(there, client)).outcome, 'ok');
    });

    it('ten sign-outs at once end a session once: one event, one logout token', async () => {
      const [person, client] = [await world().person(), await world().client()];
      const agent = world().browser();
      const tokens = await world().signIn(agent, client, person);
      const cookie = agent.cookieHeader('/');
      const answers = await Promise.all(
        Array.from({ length: 10 }, () =>
          world().browser().ask(`/session/end?id_token_hint=${tokens.id_token}`, { headers: { cookie } }),
        ),
      );
      assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]));
      assert.deepEqual(await world().endings(person), ['sign-out']);
      assert.deepEqual(await world().toldSids(client), [sidOf(tokens)]);
    });

    it('a client that cannot be told keeps nothing from ending, and the others are told', async () => {
      const person = await world().person();
      const client = await world().client();
      const deaf = await world().client({
        backchannelLogoutUri: 'http://127.0.0.1:1/nobody-listens',
        privateAddresses: ['127.0.0.1:1'],
      });
      const agent = world().browser();
      const lost = await world().signIn(agent, deaf, person);
      const tokens = await world().signIn(agent, client, person);
      assert.equal((await world().signOut(agent, tokens)).status, 200);
      assert.deepEqual(await world().toldSids(client), [sidOf(tokens)]);
      assert.equal(await world().profileStatus(lost), 401);
      assert.match(world().provider.log(), /a logout token was not delivered/);
    });
  });
};

const refresh = async (world: SessionWorld, client: TestClient, refreshToken = ''): Promise<number> => {
  const { status } = await exchange(world.browser(), client, {
    grant_type: 'refresh_token',
    redirect_uri: undefined,
    refresh_token: refreshToken,
  });
  return status;
};
