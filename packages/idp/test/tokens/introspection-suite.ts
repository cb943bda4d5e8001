import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { decodeJwt } from 'jose';
import { tokensFor, type IssuedTokens } from '../support/steps.ts';
import { assertDead, assertError, assertGood, type TokenWorld } from '../support/token-world.ts';

const inactive = { active: false };
const offline = { scope: 'openid profile offline_access', prompt: 'consent' };

export const describeIntrospectionAndRevocation = (world: TokenWorld): void => {
  const issued = async (
    kind: 'online' | 'offline' = 'online',
  ): Promise<{ client: { client_id: string; client_secret: string }; tokens: IssuedTokens; refreshToken: string }> => {
    const { person, browser } = await world.regular();
    const client = await world.newClient({ scope: 'openid profile email offline_access' });
    const tokens = await tokensFor(browser, client, person.username, kind === 'offline' ? offline : {});
    return { client, tokens, refreshToken: tokens.refresh_token ?? '' };
  };

  describe('introspection (RFC 7662)', () => {
    it('tells a client about its own bearer', async () => {
      const { person } = await world.regular();
      const { client, tokens } = await issued();
      const answer = await world.server(client).introspect(tokens.access_token);
      assert.equal(answer.status, 200);
      assert.equal(answer.headers['cache-control'], 'no-store');
      const { exp, iat, ...rest } = answer.json();
      assert.deepEqual(rest, {
        active: true,
        client_id: client.client_id,
        iss: world.provider.issuer,
        scope: 'openid profile email',
        sid: decodeJwt(tokens.id_token)['sid'],
        sub: person.sub,
        token_type: 'Bearer',
      });
      assert.ok(Math.abs(Number(exp) - Number(iat) - tokens.expires_in) < 3);
    });

    it('tells a client about its own refresh token, with or without a hint of what it is', async () => {
      const { client, refreshToken } = await issued('offline');
      for (const hint of [undefined, 'refresh_token', 'access_token', 'nonsense']) {
        const answer = await world
          .server(client)
          .introspect(refreshToken, hint === undefined ? {} : { token_type_hint: hint });
        assert.equal(answer.json()['active'], true, hint);
        assert.equal(answer.json()['scope'], 'openid profile offline_access');
        assert.ok(!('token_type' in answer.json()));
      }
    });

    it('tells nobody about the tokens of another client', async () => {
      const { tokens, refreshToken } = await issued('offline');
      const api = await world.newClient({ resource: 'https://api.example.org/other', resourceScope: 'other:read' });
      for (const stranger of [await world.newClient(), api]) {
        for (const token of [tokens.access_token, refreshToken]) {
          const answer = await world.server(stranger).introspect(token);
          assert.equal(answer.status, 200);
          assert.deepEqual(answer.json(), inactive);
        }
      }
    });

    const meaningless: readonly (readonly [what: string, token: (tokens: IssuedTokens) => string])[] = [
      ['an unknown token', () => 'unknown'],
      ['an ID token', (tokens) => tokens.id_token],
      ['a JWT of somebody else', () => 'eyJhbGciOiJub25lIiwidHlwIjoiYXQrand0In0.e30.'],
      ['a token with a NUL', () => '\0'],
      ['a long text', () => 'x'.repeat(5000)],
    ];
    for (const [what, token] of meaningless) {
      it(`answers that ${what} is not active, and no more`, async () => {
        const { client, tokens } = await issued();
        const answer = await world.server(client).introspect(token(tokens));
        assert.equal(answer.status, 200, answer.text);
        assert.deepEqual(answer.json(), inactive);
      });
    }

    it('answers nobody without authentication, and nothing without a token', async () => {
      const { client, tokens } = await issued();
      const wrong = { client_id: client.client_id, client_secret: 'wrong' };
      assertError(await world.server(wrong).introspect(tokens.access_token), 'invalid_client', 401);
      assertError(
        await world.server({ client_id: client.client_id }).introspect(tokens.access_token),
        'invalid_client',
        401,
      );
      assertError(await world.server(client).introspect(''), 'invalid_request');
    });

    it('tells a public client nothing, not even of its own: anybody can say its name', async () => {
      const { person, browser } = await world.regular();
      const client = await world.newPublicClient();
      const { access_token: token } = await tokensFor(browser, client, person.username);
      await assertGood(world.server(client), token);
      assert.deepEqual((await world.server(client).introspect(token)).json(), inactive);
    });

    it('is no page: a GET is not answered', async () => {
      const { tokens } = await issued();
      const answer = await world.browser().ask(`/token/introspection?token=${tokens.access_token}`, {
        headers: { accept: 'application/json' },
      });
      assert.equal(answer.status, 405);
    });
  });

  describe('revocation (RFC 7009)', () => {
    it('of a bearer ends this bearer, not its siblings and not the session', async () => {
      const { person, browser } = await world.regular();
      const { client, tokens } = await issued();
      const sibling = await tokensFor(browser, client, person.username);
      const answer = await world.server(client).revoke(tokens.access_token);
      assert.equal(answer.status, 200);
      assert.equal(answer.text, '');
      await assertDead(world.server(client), tokens.access_token);
      await assertGood(world.server(client), sibling.access_token);
      await tokensFor(browser, client, person.username, { prompt: 'none' });
    });

    it('of a bearer that came of offline access leaves the refresh token', async () => {
      const { client, tokens, refreshToken } = await issued('offline');
      await world.server(client).revoke(tokens.access_token);
      await assertDead(world.server(client), tokens.access_token);
      assert.equal((await world.server(client).refresh(refreshToken)).status, 200);
    });

    it('of a refresh token ends its grant, bearers included, and no other grant', async () => {
      const { person, browser } = await world.regular();
      const { client, tokens, refreshToken } = await issued('offline');
      const online = await tokensFor(browser, client, person.username);
      const second = await tokensFor(browser, client, person.username, offline);
      const again = await world.server(client).refresh(refreshToken);
      assert.equal((await world.server(client).revoke(refreshToken, { token_type_hint: 'access_token' })).status, 200);
      assertError(await world.server(client).refresh(refreshToken), 'invalid_grant');
      await assertDead(world.server(client), tokens.access_token);
      await assertDead(world.server(client), String(again.json()['access_token']));
      await assertGood(world.server(client), online.access_token);
      assert.equal((await world.server(client).refresh(second.refresh_token ?? '')).status, 200);
    });

    it('of a public client’s token needs its client_id alone', async () => {
      const { person, browser } = await world.regular();
      const client = await world.newPublicClient();
      const tokens = await tokensFor(browser, client, person.username);
      assert.equal((await world.server(client).revoke(tokens.access_token)).status, 200);
      await assertDead(world.server(client), tokens.access_token);
    });

    it('of another client’s token changes nothing and says nothing', async () => {
      const { client, tokens, refreshToken } = await issued('offline');
      const stranger = await world.newClient();
      for (const token of [tokens.access_token, refreshToken, 'unknown']) {
        const answer = await world.server(stranger).revoke(token);
        assert.equal(answer.status, 200);
        assert.equal(answer.text, '');
      }
      await assertGood(world.server(client), tokens.access_token);
      assert.equal((await world.server(client).refresh(refreshToken)).status, 200);
    });

    it('twice is no error', async () => {
      const { client, tokens } = await issued();
      for (let turn = 0; turn < 2; turn += 1) {
        assert.equal((await world.server(client).revoke(tokens.access_token)).status, 200);
      }
    });

    it('is refused without authentication and without a token', async () => {
      const { client, tokens } = await issued();
      assertError(
        await world.server({ client_id: client.client_id }).revoke(tokens.access_token),
        'invalid_client',
        401,
      );
      assertError(await world.server(client).revoke(''), 'invalid_request');
      await assertGood(world.server(client), tokens.access_token);
    });
  });
};
