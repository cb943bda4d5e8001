import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { decodeJwt } from 'jose';
import type { TestClient } from '../support/token-requests.ts';
import {
  allow,
  begin,
  deny,
  kindOf,
  pageOf,
  responseOf,
  submitSignIn,
  tokensFor,
  type IssuedTokens,
} from '../support/steps.ts';
import { authorizationRequest, type UserAgent } from '../support/user-agent.ts';
import { assertDead, assertError, assertGood, type TokenWorld } from '../support/token-world.ts';

const registered = 'openid profile email offline_access';
const asksForOffline = { scope: 'openid profile offline_access', prompt: 'consent' };

interface OfflineGrant {
  readonly person: { readonly sub: string; readonly username: string };
  readonly client: TestClient;
  readonly browser: UserAgent;
  readonly tokens: IssuedTokens & { readonly refresh_token: string };
}

export const describeOfflineAccess = (world: TokenWorld): void => {
  const withRefreshToken = (tokens: IssuedTokens): OfflineGrant['tokens'] => {
    assert.equal(typeof tokens.refresh_token, 'string');
    return { ...tokens, refresh_token: String(tokens.refresh_token) };
  };
  /** @param whose `new`: of a person of their own, for tests that end the account or the session */
  const granted = async (
    kind: 'public' | 'confidential' = 'confidential',
    whose: 'regular' | 'new' = 'regular',
  ): Promise<OfflineGrant> => {
    const { person, browser } =
      whose === 'regular' ? await world.regular() : { person: await world.newPerson(), browser: world.browser() };
    const client = await (kind === 'public'
      ? world.newPublicClient({ scope: registered })
      : world.newClient({ scope: registered }));
    const tokens = withRefreshToken(await tokensFor(browser, client, person.username, asksForOffline));
    return { person, client, browser, tokens };
  };
  const refreshed = async (client: TestClient, refreshToken: string): Promise<OfflineGrant['tokens']> => {
    const answer = await world.server(client).refresh(refreshToken);
    assert.equal(answer.status, 200, answer.text);
    return withRefreshToken(answer.json() as unknown as IssuedTokens);
  };
  /** As if all refresh tokens of this client had been replaced that much longer ago. */
  const shiftReplaced = (client: TestClient, interval: string): Promise<unknown> =>
    world.sql(
      `update refresh_tokens set consumed_at = consumed_at - ?::interval
       where grant_id in (select id from grants where client_id = ?)`,
      interval,
      client.client_id,
    );

  describe('offline_access (OpenID Connect Core 1.0, section 11)', () => {
    it('is asked of the person by name, of a trusted client too, and yields a refresh token', async () => {
      const person = await world.newPerson();
      const client = await world.newClient({ scope: registered });
      const browser = world.browser();
      const signIn = pageOf(await begin(browser, authorizationRequest(client.client_id, asksForOffline)));
      const page = pageOf(await submitSignIn(browser, signIn, person.username));
      assert.equal(kindOf(page), 'consent');
      assert.match(page.text, /Keep this access when you are signed out/);
      assert.ok(responseOf(await allow(browser, page)).has('code'));
      const tokens = withRefreshToken(await tokensFor(browser, client, person.username, asksForOffline));
      assert.equal(tokens.scope, 'openid profile offline_access');
      assert.equal(tokens.expires_in, 3600);
      await assertGood(world.server(client), tokens.access_token, person.sub);
    });

    const ignored: readonly (readonly [what: string, registeredScope: string, more: Record<string, string>])[] = [
      ['a client that is not registered for it', 'openid profile', asksForOffline],
      ['a request without prompt=consent', registered, { scope: asksForOffline.scope }],
      ['a request with another prompt', registered, { scope: asksForOffline.scope, prompt: 'login' }],
    ];
    for (const [what, scope, more] of ignored) {
      it(`is ignored in ${what}: the bearer dies with the session`, async () => {
        const person = await world.newPerson();
        const client = await world.newClient({ scope });
        const tokens = await tokensFor(world.browser(), client, person.username, more);
        assert.equal(tokens.refresh_token, undefined);
        assert.equal(tokens.scope, 'openid profile');
        assert.ok(tokens.expires_in > 3600);
        await world.provider.command('account.sign-out', { account: person.sub });
        await assertDead(world.server(client), tokens.access_token);
      });
    }

    it('is ignored in a silent sign-in, even after it was allowed once', async () => {
      const { person, client, browser } = await granted('confidential', 'new');
      const silent = await tokensFor(browser, client, person.username, { scope: asksForOffline.scope, prompt: 'none' });
      assert.equal(silent.refresh_token, undefined);
      await world.provider.command('account.sign-out', { account: person.sub });
      await assertDead(world.server(client), silent.access_token);
    });

    it('is not granted where the person says no', async () => {
      const { browser } = await world.regular();
      const client = await world.newClient({ scope: registered });
      const page = pageOf(await begin(browser, authorizationRequest(client.client_id, asksForOffline)));
      assert.equal(responseOf(await deny(browser, page)).get('error'), 'access_denied');
      const rows = await world.sql('select 1 from grants where client_id = ?', client.client_id);
      assert.equal(rows.length, 0);
    });

    it('is the one thing that sign-out keeps', async () => {
      const { person, client, browser, tokens } = await granted('confidential', 'new');
      const online = await tokensFor(browser, client, person.username);
      await browser.ask(`/session/end?id_token_hint=${online.id_token}`);
      await assertDead(world.server(client), online.access_token);
      await assertGood(world.server(client), tokens.access_token, person.sub);
      await world.provider.command('account.sign-out', { account: person.sub });
      const again = await refreshed(client, tokens.refresh_token);
      await assertGood(world.server(client), again.access_token, person.sub);
    });
  });

  describe('a refresh', () => {
    it('yields an ID token for the same person, issuer and client (OpenID Connect Core 1.0, section 12.2)', async () => {
      const { client, tokens } = await granted();
      const [before, after] = [tokens, await refreshed(client, tokens.refresh_token)].map(({ id_token }) =>
        decodeJwt(id_token),
      );
      for (const claim of ['iss', 'sub', 'aud', 'auth_time']) assert.deepEqual(after?.[claim], before?.[claim], claim);
    });

    it('may ask for less and not for more than was granted (RFC 6749, section 6)', async () => {
      const { client, tokens } = await granted();
      const server = world.server(client);
      const less = await server.refresh(tokens.refresh_token, { scope: 'openid' });
      assert.equal(less.json()['scope'], 'openid');
      const profile = await server.readProfile(String(less.json()['access_token']));
      assert.deepEqual(Object.keys(profile.json()), ['sub']);
      assertError(await server.refresh(tokens.refresh_token, { scope: 'openid email' }), 'invalid_scope');
      assert.equal((await server.refresh(tokens.refresh_token)).json()['scope'], tokens.scope);
    });

    const endings: readonly (readonly [what: string, end: (of: OfflineGrant) => Promise<unknown>])[] = [
      ['a disabled account', ({ person }) => world.provider.command('account.disable', { account: person.sub })],
      [
        'an account that was disabled and enabled again',
        async ({ person }) => {
          await world.provider.command('account.disable', { account: person.sub });
          await world.provider.command('account.enable', { account: person.sub });
        },
      ],
      ['a removed account', ({ person }) => world.provider.command('account.remove', { account: person.sub })],
      [
        'an account with a new password',
        ({ person }) =>
          world.provider.command('account.update', { account: person.sub, password: 'another good phrase' }),
      ],
    ];
    for (const [what, end] of endings) {
      it(`is refused for ${what}`, async () => {
        const state = await granted('confidential', 'new');
        await end(state);
        assertError(await world.server(state.client).refresh(state.tokens.refresh_token), 'invalid_grant');
      });
    }

    it('is refused past the end of its token', async () => {
      const { client, tokens } = await granted();
      await world.sql(
        'update refresh_tokens set expires_at = now() where grant_id in (select id from grants where client_id = ?)',
        client.client_id,
      );
      assertError(await world.server(client).refresh(tokens.refresh_token), 'invalid_grant');
    });

    it('is refused while the client is disabled, and works again when it is enabled', async () => {
      const { client, tokens } = await granted();
      await world.provider.command('client.disable', { clientId: client.client_id });
      assertError(await world.server(client).refresh(tokens.refresh_token), 'invalid_client', 401);
      await world.provider.command('client.enable', { clientId: client.client_id });
      await refreshed(client, tokens.refresh_token);
    });

    it('is refused once the client lost the scope', async () => {
      const { client, tokens } = await granted();
      await world.provider.command('client.update', { clientId: client.client_id, scope: 'openid profile' });
      const answer = await world.server(client).refresh(tokens.refresh_token);
      assertError(answer, 'invalid_request');
    });

    it('is refused to another client, which changes nothing for the owner', async () => {
      const { client, tokens } = await granted();
      const other = await world.newClient({ scope: registered });
      assertError(await world.server(other).refresh(tokens.refresh_token), 'invalid_grant');
      await refreshed(client, tokens.refresh_token);
    });

    it('is refused for what is no refresh token', async () => {
      const { client, tokens } = await granted();
      for (const value of ['unknown', tokens.access_token, tokens.id_token]) {
        assertError(await world.server(client).refresh(value), 'invalid_grant');
      }
    });

    it('by a confidential client keeps its refresh token (RFC 9700, section 4.14.2)', async () => {
      const { client, tokens } = await granted();
      for (let turn = 0; turn < 3; turn += 1) {
        const again = await refreshed(client, tokens.refresh_token);
        assert.equal(again.refresh_token, tokens.refresh_token);
        assert.notEqual(again.access_token, tokens.access_token);
      }
    });

    it('by a confidential client replaces one that is near its end, which stays the end', async () => {
      const { client, tokens } = await granted();
      await world.sql(
        `update refresh_tokens set created_at = created_at - interval '50 days', expires_at = expires_at - interval '50 days'
         where grant_id in (select id from grants where client_id = ?)`,
        client.client_id,
      );
      const again = await refreshed(client, tokens.refresh_token);
      assert.notEqual(again.refresh_token, tokens.refresh_token);
      const [row] = await world.sql<{ seconds: string }>(
        `select extract(epoch from max(expires_at) - min(expires_at)) as seconds from refresh_tokens
         where grant_id in (select id from grants where client_id = ?)`,
        client.client_id,
      );
      assert.ok(Number(row?.seconds) < 5, `${row?.seconds} seconds longer`);
    });
  });

  describe('the refresh tokens of a public client (RFC 9700, section 4.14.2)', () => {
    it('are replaced with each use', async () => {
      const { client, tokens } = await granted('public');
      const second = await refreshed(client, tokens.refresh_token);
      const third = await refreshed(client, second.refresh_token);
      assert.equal(new Set([tokens, second, third].map((issued) => issued.refresh_token)).size, 3);
      await assertGood(world.server(client), third.access_token);
    });

    it('stay good for 30 seconds while the successor was not used, for a client that lost the answer', async () => {
      const { client, tokens } = await granted('public');
      await refreshed(client, tokens.refresh_token);
      await shiftReplaced(client, '28 seconds');
      const again = await refreshed(client, tokens.refresh_token);
      await assertGood(world.server(client), again.access_token);
    });

    it('used later than that, end their grant with everything in it', async () => {
      const { client, tokens } = await granted('public');
      const second = await refreshed(client, tokens.refresh_token);
      await shiftReplaced(client, '31 seconds');
      assertError(await world.server(client).refresh(tokens.refresh_token), 'invalid_grant');
      assertError(await world.server(client).refresh(second.refresh_token), 'invalid_grant');
      await assertDead(world.server(client), second.access_token);
      await assertDead(world.server(client), tokens.access_token);
      assert.equal(await world.events('refresh_token.reused', client.client_id), 1);
    });

    it('used after the successor was used, end their grant, however soon', async () => {
      const { client, tokens } = await granted('public');
      const second = await refreshed(client, tokens.refresh_token);
      const third = await refreshed(client, second.refresh_token);
      assertError(await world.server(client).refresh(tokens.refresh_token), 'invalid_grant');
      assertError(await world.server(client).refresh(third.refresh_token), 'invalid_grant');
      await assertDead(world.server(client), third.access_token);
    });

    it('end no other grant: another sign-in of the same person at the same client goes on', async () => {
      const { person, client, browser, tokens } = await granted('public');
      const elsewhere = withRefreshToken(await tokensFor(world.browser(), client, person.username, asksForOffline));
      const here = withRefreshToken(await tokensFor(browser, client, person.username, asksForOffline));
      const online = await tokensFor(browser, client, person.username);
      const second = await refreshed(client, tokens.refresh_token);
      await refreshed(client, second.refresh_token);
      assertError(await world.server(client).refresh(tokens.refresh_token), 'invalid_grant');
      await assertGood(world.server(client), online.access_token, person.sub);
      await refreshed(client, elsewhere.refresh_token);
      await refreshed(client, here.refresh_token);
    });

    it('may be used by two tabs at once; the tab whose successor is used first goes on', async () => {
      const { client, tokens } = await granted('public');
      const both = await Promise.all([
        refreshed(client, tokens.refresh_token),
        refreshed(client, tokens.refresh_token),
      ]);
      const [first, second] = both;
      assert.notEqual(first.refresh_token, second.refresh_token);
      for (const { access_token: bearer } of both) await assertGood(world.server(client), bearer);
      await refreshed(client, first.refresh_token);
      // Two in use at the same time is what a theft looks like.
      assertError(await world.server(client).refresh(second.refresh_token), 'invalid_grant');
      await assertDead(world.server(client), second.access_token);
    });

    it('never live longer than the first', async () => {
      const { client, tokens } = await granted('public');
      await world.sql(
        `update refresh_tokens set created_at = created_at - interval '59 days', expires_at = expires_at - interval '59 days'
         where grant_id in (select id from grants where client_id = ?)`,
        client.client_id,
      );
      await refreshed(client, tokens.refresh_token);
      const [row] = await world.sql<{ days: string }>(
        `select extract(epoch from max(expires_at) - now()) / 86400 as days from refresh_tokens
         where grant_id in (select id from grants where client_id = ?)`,
        client.client_id,
      );
      assert.ok(Number(row?.days) <= 1.001, `${row?.days} days`);
    });
  });

  it('leaves no refresh token in the log', async () => {
    const { client, tokens } = await granted('public');
    const second = await refreshed(client, tokens.refresh_token);
    for (const { refresh_token: token } of [tokens, second]) assert.ok(!world.provider.log().includes(token));
  });
};
