import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { decodeJwt } from 'jose';
import type { TestClient } from '../support/token-requests.ts';
import { begin, goThrough, pageOf, responseOf, submitSignIn, tokensFor, type IssuedTokens } from '../support/steps.ts';
import { authorizationRequest, signIn, type UserAgent } from '../support/user-agent.ts';
import { assertDead, assertError, assertGood, type TokenWorld } from '../support/token-world.ts';

interface SignedIn {
  readonly person: { readonly sub: string; readonly username: string };
  readonly client: { readonly client_id: string; readonly client_secret: string };
  readonly browser: UserAgent;
  readonly tokens: IssuedTokens;
}

export const describeSessionBoundTokens = (world: TokenWorld): void => {
  const signedIn = async (
    clientOptions: Record<string, unknown> = {},
    more: Record<string, string | undefined> = {},
  ): Promise<SignedIn> => {
    const person = await world.newPerson();
    const client = await world.newClient(clientOptions);
    const browser = world.browser();
    const tokens = await tokensFor(browser, client, person.username, more);
    return { person, client, browser, tokens };
  };
  const shiftSession = (accountId: string, column: string, interval: string): Promise<unknown> =>
    world.sql(`update sessions set ${column} = ${column} - ?::interval where account_id = ?`, interval, accountId);

  describe('the access token of a plain code flow', () => {
    it('is an opaque bearer, good for reading the profile', async () => {
      const { client, person, tokens } = await signedIn();
      assert.equal(tokens.token_type, 'Bearer');
      assert.match(tokens.access_token, /^[\w-]{43}$/);
      assert.equal(tokens.refresh_token, undefined);
      await assertGood(world.server(client), tokens.access_token, person.sub);
    });

    it('expires with the absolute end of the session, which the ID token tells too', async () => {
      const { person, client, browser, tokens } = await signedIn();
      const end = async (): Promise<number> => {
        const [row] = await world.sql<{ end: string }>(
          'select extract(epoch from absolute_expires_at) as end from sessions where account_id = ?',
          person.sub,
        );
        return Number(row?.end);
      };
      const isAt = (expiresIn: number, absoluteEnd: number): void => {
        const difference = Math.abs(Date.now() / 1000 + expiresIn - absoluteEnd);
        assert.ok(difference < 3, `${difference} seconds apart`);
      };
      isAt(tokens.expires_in, await end());
      assert.equal(decodeJwt(tokens.id_token)['session_expires_at'], Math.floor(await end()));
      await shiftSession(person.sub, 'absolute_expires_at', '20 days');
      const later = await tokensFor(browser, client, person.username, { prompt: 'none' });
      isAt(later.expires_in, await end());
      assert.ok(later.expires_in < tokens.expires_in - 19 * 24 * 3600);
    });

    it('stays good while the person proves again who they are', async () => {
      const { person, client, browser, tokens } = await signedIn();
      const page = pageOf(await begin(browser, authorizationRequest(client.client_id, { prompt: 'login' })));
      responseOf(await submitSignIn(browser, page, person.username));
      await assertGood(world.server(client), tokens.access_token, person.sub);
    });
  });

  describe('a bearer dies at once', () => {
    const ends: readonly (readonly [what: string, end: (of: SignedIn) => Promise<unknown>])[] = [
      [
        'with the sign-out that its client began',
        async ({ browser, tokens }) => browser.ask(`/session/end?id_token_hint=${tokens.id_token}`),
      ],
      ['with a sign-out by an administrator', ({ person }) => command('account.sign-out', person)],
      ['with its account disabled', ({ person }) => command('account.disable', person)],
      ['with its account removed', ({ person }) => command('account.remove', person)],
      [
        'with a new password',
        ({ person }) =>
          world.provider.command('account.update', { account: person.sub, password: 'another good phrase' }),
      ],
      [
        'with its client disabled',
        ({ client }) => world.provider.command('client.disable', { clientId: client.client_id }),
      ],
      ['past the idle end of its session', ({ person }) => shiftSession(person.sub, 'idle_expires_at', '40 days')],
      [
        'past the absolute end of its session',
        ({ person }) => shiftSession(person.sub, 'absolute_expires_at', '40 days'),
      ],
      [
        'past its own end',
        ({ person }) =>
          world.sql(
            `update access_tokens set expires_at = now() where grant_id in (select id from grants where account_id = ?)`,
            person.sub,
          ),
      ],
      [
        'with an account switch in its browser',
        async ({ browser, client }) => {
          const other = await world.newPerson();
          const page = pageOf(await begin(browser, authorizationRequest(client.client_id, { prompt: 'login' })));
          responseOf(await submitSignIn(browser, page, other.username));
        },
      ],
    ];
    const command = (name: string, { sub }: { readonly sub: string }) => world.provider.command(name, { account: sub });
    for (const [what, end] of ends) {
      it(what, async () => {
        const state = await signedIn();
        const witness = await world.newClient();
        await assertGood(world.server(state.client), state.tokens.access_token);
        await end(state);
        await assertDead(world.server(witness), state.tokens.access_token);
      });
    }

    it('with its client removed', async () => {
      const { client, tokens } = await signedIn();
      await world.provider.command('client.remove', { clientId: client.client_id });
      await assertDead(world.server(await world.newClient()), tokens.access_token);
    });

    it('with the consent that it came of, where the client is not trusted', async () => {
      const { person, client, tokens } = await signedIn({ trusted: false });
      await assertGood(world.server(client), tokens.access_token);
      await world.sql('delete from consents where account_id = ?', person.sub);
      await assertDead(world.server(client), tokens.access_token);
    });

    it('and stays dead when the account is enabled again', async () => {
      const { person, client, tokens } = await signedIn();
      await world.provider.command('account.disable', { account: person.sub });
      await world.provider.command('account.enable', { account: person.sub });
      await assertDead(world.server(client), tokens.access_token);
    });

    it('but is good again once its client is enabled, as the session went on', async () => {
      const { client, tokens } = await signedIn();
      await world.provider.command('client.disable', { clientId: client.client_id });
      await assertDead(world.server(client), tokens.access_token);
      await world.provider.command('client.enable', { clientId: client.client_id });
      await assertGood(world.server(client), tokens.access_token);
    });

    it('and nothing else does: another browser and another client keep theirs', async () => {
      const { person, client, browser, tokens } = await signedIn();
      const elsewhere = await tokensFor(world.browser(), client, person.username);
      const second = await world.newClient();
      const sibling = await tokensFor(browser, second, person.username);
      await world.server(client).revoke(tokens.access_token);
      await assertGood(world.server(second), sibling.access_token);
      await browser.ask(`/session/end?id_token_hint=${tokens.id_token}`);
      await assertDead(world.server(second), sibling.access_token);
      await assertGood(world.server(client), elsewhere.access_token, person.sub);
    });
  });

  describe('an authorization code', () => {
    const codeOf = async (client: TestClient, person: { username: string }, browser: UserAgent) => {
      const authorization = authorizationRequest(client.client_id);
      const callback = await signIn(browser, authorization, person.username);
      return { code: callback.searchParams.get('code') ?? '', code_verifier: authorization.codeVerifier };
    };

    it('is worth nothing once the session is over', async () => {
      const { person, client, browser, tokens } = await signedIn();
      const code = await codeOf(client, person, browser);
      await browser.ask(`/session/end?id_token_hint=${tokens.id_token}`);
      assertError(await world.server(client).exchange(code), 'invalid_grant');
    });

    it('is worth nothing to another client, and still good to its own', async () => {
      const { person, client, browser } = await signedIn();
      const code = await codeOf(client, person, browser);
      assertError(await world.server(await world.newClient()).exchange(code), 'invalid_grant');
      assert.equal((await world.server(client).exchange(code)).status, 200);
    });

    it('is worth nothing after a minute', async () => {
      const { person, client, browser } = await signedIn();
      const code = await codeOf(client, person, browser);
      await world.sql(
        `update authorization_codes set expires_at = expires_at - interval '61 seconds'
         where grant_id in (select id from grants where account_id = ?)`,
        person.sub,
      );
      assertError(await world.server(client).exchange(code), 'invalid_grant');
    });

    it('used twice, takes back what came of it and nothing else (RFC 6749, section 4.1.2)', async () => {
      const { person, client, browser, tokens } = await signedIn();
      const code = await codeOf(client, person, browser);
      const first = await world.server(client).exchange(code);
      const issued = String(first.json()['access_token']);
      await assertGood(world.server(client), issued);
      assertError(await world.server(client).exchange(code), 'invalid_grant');
      await assertDead(world.server(client), issued);
      await assertGood(world.server(client), tokens.access_token);
      assert.equal(await world.events('code.reused', client.client_id), 1);
    });
  });

  describe('a code flow without openid (RFC 6749)', () => {
    const plain = { scope: 'profile email', nonce: undefined };

    it('yields a bearer and no ID token; the bearer may not read the profile', async () => {
      const { client, tokens } = await signedIn({}, plain);
      assert.equal(tokens.id_token, undefined);
      assert.equal(tokens.scope, 'profile email');
      const answer = await world.server(client).readProfile(tokens.access_token);
      assert.equal(answer.status, 403);
      assert.equal(answer.json()['error'], 'insufficient_scope');
      assert.match(String(answer.headers['www-authenticate']), /error="insufficient_scope".*scope="openid"/);
    });

    it('binds the bearer to the session all the same', async () => {
      const { person, client, tokens } = await signedIn({}, plain);
      assert.equal((await world.server(client).introspect(tokens.access_token)).json()['active'], true);
      await world.provider.command('account.sign-out', { account: person.sub });
      assert.deepEqual((await world.server(client).introspect(tokens.access_token)).json(), { active: false });
      await assertDead(world.server(client), tokens.access_token);
    });

    it('refuses parameters that only OpenID Connect knows', async () => {
      const { person, client, browser } = await signedIn();
      for (const more of [{ nonce: 'x' }, { nonce: undefined, max_age: '10' }]) {
        const authorization = authorizationRequest(client.client_id, { scope: 'profile', ...more });
        const response = await goThrough(browser, authorization, person.username);
        assert.equal(response.get('error'), 'invalid_request');
      }
    });
  });
};
