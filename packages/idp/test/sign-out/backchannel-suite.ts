import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { createRemoteJWKSet, decodeJwt, jwtVerify, type JWTPayload } from 'jose';
import { begin, pageOf, responseOf, submitSignIn, tokensFor } from '../support/steps.ts';
import type { OpenTestDatabase } from '../support/test-database.ts';
import { TokenWorld } from '../support/token-world.ts';
import { authorizationRequest, type UserAgent } from '../support/user-agent.ts';
import { LogoutReceiver, type Received } from './logout-receiver.ts';

const event = 'http://schemas.openid.net/event/backchannel-logout';

interface Listener {
  readonly client: { readonly client_id: string; readonly client_secret: string };
  readonly path: string;
}

export const describeBackchannelLogout = (open: OpenTestDatabase): void => {
  const world = new TokenWorld(open);
  const receiver = new LogoutReceiver();
  before(() => receiver.listen());
  after(() => receiver.close());

  let counter = 0;
  const newListener = async (more: Record<string, unknown> = {}): Promise<Listener> => {
    counter += 1;
    const path = `/backchannel/${counter}`;
    return { path, client: await world.newClient({ ...receiver.registration(path), ...more }) };
  };
  /** A browser that is signed in at each of the clients; answers the `sid` towards each. */
  const signInAt = async (browser: UserAgent, username: string, listeners: readonly Listener[]): Promise<string[]> => {
    const sids: string[] = [];
    for (const { client } of listeners) {
      const { id_token: idToken } = await tokensFor(browser, client, username);
      sids.push(String(decodeJwt(idToken)['sid']));
    }
    return sids;
  };
  const signOutBy = async (browser: UserAgent, username: string, { client }: Listener): Promise<void> => {
    const { id_token: idToken } = await tokensFor(browser, client, username);
    const answer = await browser.ask(`/session/end?id_token_hint=${idToken}`);
    assert.equal(answer.status, 200);
  };
  const tokenOf = ({ body }: Received): string => body.get('logout_token') ?? '';
  const sidsFor = (path: string): unknown[] =>
    receiver.received.filter((one) => one.path === path).map((one) => decodeJwt(tokenOf(one))['sid']);
  /** All that is under way has been answered: nothing more will come. */
  const settled = (): Promise<void> => world.provider.latchkey.settled();

  describe('a logout token (OpenID Connect Back-Channel Logout 1.0)', () => {
    for (const alg of ['RS256', 'ES256'] as const) {
      it(`is what section 2.4 says, signed as the client's ID tokens are: ${alg}`, async () => {
        const person = await world.newPerson();
        const listener = await newListener({ idTokenSignedResponseAlg: alg });
        const browser = world.browser();
        const [sid] = await signInAt(browser, person.username, [listener]);
        await signOutBy(browser, person.username, listener);
        const [request] = await receiver.came(1, listener.path);
        assert.ok(request);
        assert.equal(request.method, 'POST');
        assert.match(String(request.contentType), /^application\/x-www-form-urlencoded/);
        assert.deepEqual([...request.body.keys()], ['logout_token']);
        const keys = createRemoteJWKSet(new URL('/jwks', world.provider.issuer));
        const { payload, protectedHeader } = await jwtVerify(tokenOf(request), keys, {
          issuer: world.provider.issuer,
          audience: listener.client.client_id,
          typ: 'logout+jwt',
          algorithms: [alg],
        });
        assert.equal(protectedHeader.typ, 'logout+jwt');
        const { jti, iat = 0, exp = 0, ...rest } = payload as JWTPayload & Record<string, unknown>;
        assert.deepEqual(rest, {
          iss: world.provider.issuer,
          aud: listener.client.client_id,
          sub: person.sub,
          sid,
          events: { [event]: {} },
        });
        assert.ok(typeof jti === 'string' && jti.length >= 20);
        assert.ok(exp - iat <= 120 && exp > iat && Math.abs(Date.now() / 1000 - iat) < 60);
        assert.ok(!('nonce' in payload));
      });
    }

    it('goes once to each client of the session, to each with its own sid, and to nobody else', async () => {
      const person = await world.newPerson();
      const listeners = [await newListener(), await newListener(), await newListener()];
      const stranger = await newListener();
      const silent = { client: await world.newClient(), path: '' };
      const browser = world.browser();
      const sids = await signInAt(browser, person.username, [...listeners, silent]);
      const elsewhere = world.browser();
      await signInAt(elsewhere, person.username, [...listeners, stranger]);
      const [first] = listeners;
      assert.ok(first);
      await signOutBy(browser, person.username, first);
      const paths = listeners.map(({ path }) => path);
      const requests = await receiver.came(3, ...paths);
      await settled();
      assert.equal(requests.length, 3);
      for (const [index, { path, client }] of listeners.entries()) {
        assert.deepEqual(sidsFor(path), [sids[index]]);
        const audiences = requests.filter((one) => one.path === path).map((one) => decodeJwt(tokenOf(one)).aud);
        assert.deepEqual(audiences, [client.client_id]);
      }
      assert.equal(new Set(sids).size, 4);
      assert.equal(new Set(requests.map((one) => decodeJwt(tokenOf(one)).jti)).size, 3);
      assert.deepEqual(sidsFor(stranger.path), []);
    });
  });

  describe('the end of a session reaches its clients', () => {
    const causes: readonly (readonly [
      what: string,
      end: (person: { sub: string; username: string }, browser: UserAgent, listener: Listener) => Promise<unknown>,
    ])[] = [
      [
        'by the sign-out of an administrator',
        ({ sub }) => world.provider.command('account.sign-out', { account: sub }),
      ],
      ['by disabling the account', ({ sub }) => world.provider.command('account.disable', { account: sub })],
      ['by removing the account', ({ sub }) => world.provider.command('account.remove', { account: sub })],
      [
        'by a new password',
        ({ sub }) => world.provider.command('account.update', { account: sub, password: 'another good phrase' }),
      ],
      [
        'by an account switch',
        async (_person, browser, { client }) => {
          const other = await world.newPerson();
          const page = pageOf(await begin(browser, authorizationRequest(client.client_id, { prompt: 'login' })));
          responseOf(await submitSignIn(browser, page, other.username));
        },
      ],
      ...(['idle_expires_at', 'absolute_expires_at'] as const).map(
        (column) =>
          [
            `by its end (${column})`,
            async ({ sub }: { sub: string }) => {
              await world.sql(`update sessions set ${column} = now() - interval '1 second' where account_id = ?`, sub);
              await world.provider.latchkey.tidyUp();
            },
          ] as const,
      ),
    ];
    for (const [what, end] of causes) {
      it(what, async () => {
        const person = await world.newPerson();
        const listeners = [await newListener(), await newListener()];
        const browser = world.browser();
        const sids = await signInAt(browser, person.username, listeners);
        const [first] = listeners;
        assert.ok(first);
        await end(person, browser, first);
        await receiver.came(2, ...listeners.map(({ path }) => path));
        await settled();
        assert.deepEqual(
          listeners.map(({ path }) => sidsFor(path)),
          sids.map((sid) => [sid]),
        );
      });
    }

    it('for each of a person’s sessions by itself', async () => {
      const person = await world.newPerson();
      const listener = await newListener();
      const sids = [
        ...(await signInAt(world.browser(), person.username, [listener])),
        ...(await signInAt(world.browser(), person.username, [listener])),
      ];
      const result = await world.provider.command('account.sign-out', { account: person.sub });
      assert.deepEqual(result['signed_out'], { sessions: 2, client_ids: [listener.client.client_id] });
      await receiver.came(2, listener.path);
      await settled();
      assert.equal(sidsFor(listener.path).length, 2);
      assert.deepEqual(new Set(sidsFor(listener.path)), new Set(sids));
    });

    it('although the client may keep its offline access', async () => {
      const person = await world.newPerson();
      const listener = await newListener({ scope: 'openid offline_access' });
      const offline = { scope: 'openid offline_access', prompt: 'consent' };
      const tokens = await tokensFor(world.browser(), listener.client, person.username, offline);
      await world.provider.command('account.sign-out', { account: person.sub });
      await receiver.came(1, listener.path);
      assert.deepEqual(sidsFor(listener.path), [decodeJwt(tokens.id_token)['sid']]);
      assert.equal((await world.server(listener.client).refresh(tokens.refresh_token ?? '')).status, 200);
    });

    it('once, however often the sign-out is repeated', async () => {
      const person = await world.newPerson();
      const listener = await newListener();
      const browser = world.browser();
      await signInAt(browser, person.username, [listener]);
      const { id_token: idToken } = await tokensFor(browser, listener.client, person.username);
      for (let turn = 0; turn < 3; turn += 1) await browser.ask(`/session/end?id_token_hint=${idToken}`);
      await world.provider.command('account.sign-out', { account: person.sub });
      await receiver.came(1, listener.path);
      await settled();
      assert.equal(sidsFor(listener.path).length, 1);
    });
  });

  describe('the way out', () => {
    it('to loopback is not even registered without an exception', async () => {
      const { backchannelLogoutUri } = receiver.registration('/x');
      await assert.rejects(() => world.newClient({ backchannelLogoutUri }), /exception/);
      const elsewhere = { backchannelLogoutUri, privateAddresses: ['127.0.0.1:1'] };
      await assert.rejects(() => world.newClient(elsewhere), /exception/);
    });

    it('to loopback is not taken once the exception is gone', async () => {
      const person = await world.newPerson();
      const listener = await newListener();
      const browser = world.browser();
      await signInAt(browser, person.username, [listener]);
      await world.sql(`update clients set private_addresses = '[]' where client_id = ?`, listener.client.client_id);
      const { connections } = receiver;
      await signOutBy(browser, person.username, listener);
      await settled();
      assert.equal(receiver.connections, connections);
      assert.match(world.provider.log(), new RegExp(`"clientId":"${listener.client.client_id}".*not delivered`));
    });

    it('is not another client’s: an exception counts for the client that has it', async () => {
      const person = await world.newPerson();
      const [with_, without] = [await newListener(), await newListener()];
      const browser = world.browser();
      await signInAt(browser, person.username, [with_, without]);
      await world.sql(`update clients set private_addresses = '[]' where client_id = ?`, without.client.client_id);
      await signOutBy(browser, person.username, with_);
      await receiver.came(1, with_.path);
      await settled();
      assert.deepEqual(sidsFor(without.path), []);
    });

    it('that is dead delays neither the person nor the other applications', async (t) => {
      const hanging = new LogoutReceiver();
      hanging.answer = undefined;
      await hanging.listen();
      t.after(() => hanging.close());
      const person = await world.newPerson();
      const hung = { path: '/hung', client: await world.newClient(hanging.registration('/hung')) };
      const refused = {
        path: '/refused',
        client: await world.newClient({
          backchannelLogoutUri: 'http://127.0.0.1:1/',
          privateAddresses: ['127.0.0.1:1'],
        }),
      };
      const alive = await newListener();
      const browser = world.browser();
      await signInAt(browser, person.username, [hung, refused, alive]);
      await signOutBy(browser, person.username, alive);
      await receiver.came(1, alive.path);
      // The one that hangs was asked and has not been given up yet: nobody waited for it.
      await hanging.came(1, '/hung');
      hanging.hangUp();
      await settled();
      assert.equal(hanging.received.length, 1);
      for (const { client } of [hung, refused]) {
        assert.match(world.provider.log(), new RegExp(`"clientId":"${client.client_id}".*not delivered`));
      }
    });

    for (const status of [302, 400, 500]) {
      it(`that answers ${status} is noted, not followed and not asked again`, async (t) => {
        const person = await world.newPerson();
        const listener = await newListener();
        const before = receiver.answer;
        t.after(() => {
          receiver.answer = before;
        });
        receiver.answer = () => ({ status, location: `http://${receiver.hostAndPort}/elsewhere` });
        const browser = world.browser();
        await signInAt(browser, person.username, [listener]);
        await signOutBy(browser, person.username, listener);
        await receiver.came(1, listener.path);
        await settled();
        assert.equal(sidsFor(listener.path).length, 1);
        assert.deepEqual(sidsFor('/elsewhere'), []);
        assert.match(world.provider.log(), new RegExp(`"clientId":"${listener.client.client_id}".*not delivered`));
      });
    }
  });

  it('writes no logout token to the log', () => {
    assert.doesNotMatch(world.provider.log(), /eyJ|"level":(?:50|60)/);
  });
};
