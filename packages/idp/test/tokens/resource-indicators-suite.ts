import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { createRemoteJWKSet, decodeJwt, exportJWK, generateKeyPair, jwtVerify, SignJWT } from 'jose';
import { signAsProvider } from '../support/signing-keys.ts';
import { begin, responseOf, tokensFor, type IssuedTokens } from '../support/steps.ts';
import type { ApplicationServer, TestClient } from '../support/token-requests.ts';
import { authorizationRequest } from '../support/user-agent.ts';
import { assertError, type TokenWorld } from '../support/token-world.ts';

const notesApi = 'https://notes.example.org/api';
const mailApi = 'https://mail.example.org/api';
const scope = 'openid profile notes:read';

export const describeResourceIndicators = (world: TokenWorld): void => {
  let notes: { client_id: string; client_secret: string };
  let mail: { client_id: string; client_secret: string };
  before(async () => {
    notes = await world.newClient({ redirectUris: [], resource: notesApi, resourceScope: 'notes:read notes:write' });
    mail = await world.newClient({ redirectUris: [], resource: mailApi, resourceScope: 'mail:read' });
  });

  const caller = (more: Record<string, unknown> = {}) =>
    world.newClient({ scope: 'openid profile offline_access notes:read notes:write mail:read', ...more });

  /** A JWT for the notes API, of the person who is signed in. */
  const issued = async (client: TestClient, more: Record<string, string> = {}): Promise<IssuedTokens> => {
    const { person, browser } = await world.regular();
    const request = { scope, resource: notesApi, ...more };
    return tokensFor(browser, client, person.username, request, { parameters: { resource: notesApi } });
  };

  describe('a resource indicator (RFC 8707)', () => {
    it('yields a JWT for that API, which the API verifies by itself (RFC 9068)', async () => {
      const { person } = await world.regular();
      const client = await caller();
      const tokens = await issued(client);
      const keys = createRemoteJWKSet(new URL('/jwks', world.provider.issuer));
      const { payload, protectedHeader } = await jwtVerify(tokens.access_token, keys, {
        issuer: world.provider.issuer,
        audience: notesApi,
        typ: 'at+jwt',
        algorithms: ['ES256'],
      });
      assert.equal(protectedHeader.typ, 'at+jwt');
      const { jti, iat = 0, exp = 0, ...rest } = payload;
      assert.deepEqual(rest, {
        aud: notesApi,
        client_id: client.client_id,
        iss: world.provider.issuer,
        scope: 'notes:read',
        sid: decodeJwt(tokens.id_token)['sid'],
        sub: person.sub,
      });
      assert.ok(typeof jti === 'string' && jti.length >= 20);
      assert.ok(exp - iat <= 300 && exp > iat);
      assert.ok(tokens.expires_in <= 300);
      assert.equal(tokens.scope, 'notes:read');
      assert.equal(tokens.token_type, 'Bearer');
      assert.notEqual(decodeJwt((await issued(client)).access_token).jti, jti);
    });

    it('yields the bearer for the profile where the exchange does not name the API', async () => {
      const { person, browser } = await world.regular();
      const client = await caller();
      const tokens = await tokensFor(browser, client, person.username, { scope, resource: notesApi });
      assert.match(tokens.access_token, /^[\w-]{43}$/);
      assert.equal(tokens.scope, 'openid profile');
      assert.equal((await world.server(client).readProfile(tokens.access_token)).status, 200);
    });

    it('needs no openid: then the API that was asked for is the one', async () => {
      const { person, browser } = await world.regular();
      const client = await caller();
      const request = { scope: 'notes:read notes:write', nonce: undefined, resource: notesApi };
      const tokens = await tokensFor(browser, client, person.username, request);
      assert.equal(decodeJwt(tokens.access_token).aud, notesApi);
      assert.equal(tokens.scope, 'notes:read notes:write');
      assert.equal(tokens.id_token, undefined);
    });

    it('keeps APIs apart: one at a time, and none gets the scopes of another', async () => {
      const { person, browser } = await world.regular();
      const client = await caller();
      const both = { scope: `${scope} mail:read`, resource: notesApi };
      const target = { parameters: { resource: notesApi } };
      assert.equal((await tokensFor(browser, client, person.username, both, target)).scope, 'notes:read');
      const { url, ...rest } = authorizationRequest(client.client_id, both);
      const twice = { ...rest, url: `${url}&resource=${encodeURIComponent(mailApi)}` };
      assert.equal(responseOf(await begin(browser, twice)).get('error'), 'invalid_target');
    });

    it('is refused where no scope of the API is asked for, or the client is registered for none', async () => {
      const { browser } = await world.regular();
      const ask = async (clientId: string, asked: string) =>
        responseOf(await begin(browser, authorizationRequest(clientId, { scope: asked, resource: notesApi })));
      assert.equal((await ask((await caller()).client_id, 'openid profile')).get('error'), 'invalid_target');
      const outsider = await caller({ scope: 'openid profile mail:read' });
      assert.equal((await ask(outsider.client_id, 'openid profile')).get('error'), 'invalid_target');
      assert.equal((await ask(outsider.client_id, 'openid notes:read')).get('error'), 'invalid_scope');
    });

    const unknownTargets: readonly (readonly [what: string, resource: string])[] = [
      ['an API that nobody registered', 'https://nowhere.example/api'],
      ['an API with another path', `${notesApi}/v2`],
      ['a relative URI', '/api'],
      ['a URI with a fragment', `${notesApi}#x`],
      ['this provider', 'openid'],
    ];
    for (const [what, resource] of unknownTargets) {
      it(`is refused to the client for ${what}`, async () => {
        const { browser } = await world.regular();
        const client = await caller();
        const authorization = authorizationRequest(client.client_id, { scope, resource });
        const response = responseOf(await begin(browser, authorization));
        assert.equal(response.get('error'), 'invalid_target');
        assert.equal(response.get('state'), authorization.state);
        assert.equal(response.get('iss'), world.provider.issuer);
      });
    }

    it('is refused for an API whose resource server is disabled', async () => {
      const { browser } = await world.regular();
      const resource = 'https://paused.example.org/api';
      const api = await world.newClient({ redirectUris: [], resource, resourceScope: 'paused:read' });
      const client = await caller({ scope: 'openid paused:read' });
      const ask = async () =>
        responseOf(
          await begin(browser, authorizationRequest(client.client_id, { scope: 'openid paused:read', resource })),
        );
      assert.ok((await ask()).has('code'));
      await world.provider.command('client.disable', { clientId: api.client_id });
      assert.equal((await ask()).get('error'), 'invalid_target');
    });

    it('is refused at the exchange for an API that was not asked for, and for two at once', async () => {
      const { browser } = await world.regular();
      const client = await caller();
      const authorization = authorizationRequest(client.client_id, { scope, resource: notesApi });
      const exchange = async (body: string) => {
        const code = responseOf(await begin(browser, authorization)).get('code') ?? '';
        return world.server(client).exchange({ code, code_verifier: authorization.codeVerifier, resource: body });
      };
      assertError(await exchange(mailApi), 'invalid_target');
      assertError(await exchange('https://nowhere.example/api'), 'invalid_target');
    });

    it('brings a client no scope that it is not registered for (RFC 7591, section 2)', async () => {
      const { person, browser } = await world.regular();
      const client = await caller({ scope: 'openid notes:read' });
      const authorization = authorizationRequest(client.client_id, {
        scope: 'openid notes:read notes:write',
        resource: notesApi,
      });
      const response = responseOf(await begin(browser, authorization));
      assert.equal(response.get('error'), 'invalid_scope');
      assert.equal(response.get('scope'), 'notes:write');
      const registered = { scope: 'openid notes:read', resource: notesApi };
      const target = { parameters: { resource: notesApi } };
      assert.equal((await tokensFor(browser, client, person.username, registered, target)).scope, 'notes:read');
    });

    it('brings no more scopes once the administrator took them from the client or from the API', async () => {
      const { browser } = await world.regular();
      const resource = 'https://changing.example.org/api';
      const api = await world.newClient({ redirectUris: [], resource, resourceScope: 'list:read list:write list:all' });
      const client = await caller({ scope: 'openid list:read list:write list:all' });
      const authorization = authorizationRequest(client.client_id, {
        scope: 'openid list:read list:write list:all',
        resource,
      });
      const code = responseOf(await begin(browser, authorization)).get('code') ?? '';
      await world.provider.command('client.update', {
        clientId: client.client_id,
        scope: 'openid list:read list:write',
      });
      await world.provider.command('client.update', { clientId: api.client_id, resourceScope: 'list:read list:all' });
      const answer = await world.server(client).exchange({ code, code_verifier: authorization.codeVerifier, resource });
      assert.equal(answer.json()['scope'], 'list:read');
    });

    it('is kept by a refresh token, for an API or for the profile; what outlives the session names no session', async () => {
      const client = await caller();
      const tokens = await issued(client, { scope: `${scope} offline_access`, prompt: 'consent' });
      assert.equal(decodeJwt(tokens.access_token)['sid'], undefined);
      const server = world.server(client);
      const forApi = (await server.refresh(tokens.refresh_token ?? '', { resource: notesApi })).json();
      assert.equal(decodeJwt(String(forApi['access_token'])).aud, notesApi);
      assert.equal(decodeJwt(String(forApi['access_token']))['sid'], undefined);
      const forProfile = (await server.refresh(tokens.refresh_token ?? '')).json();
      assert.equal((await server.readProfile(String(forProfile['access_token']))).status, 200);
      assertError(await server.refresh(tokens.refresh_token ?? '', { resource: mailApi }), 'invalid_target');
    });
  });

  describe('the JWT of an API', () => {
    for (const path of ['/profile', '/userinfo']) {
      it(`is refused at ${path}: it is not for this provider`, async () => {
        const client = await caller();
        const tokens = await issued(client);
        const answer = await world.server(client).readProfile(tokens.access_token, 'Bearer', path);
        assert.equal(answer.status, 401);
        assert.equal(answer.json()['error'], 'invalid_token');
        assert.match(String(answer.headers['www-authenticate']), /^Bearer realm="[^"]+", error="invalid_token"/);
      });
    }

    it('cannot be revoked, and says so (RFC 7009, section 2.2.1)', async () => {
      const client = await caller();
      assertError(await world.server(client).revoke((await issued(client)).access_token), 'unsupported_token_type');
    });

    it('is introspected by its own client and by the resource server of its audience, by nobody else', async () => {
      const { person } = await world.regular();
      const client = await caller();
      const { access_token: token } = await issued(client);
      for (const asking of [client, notes]) {
        const answer = await world.server(asking).introspect(token, { token_type_hint: 'access_token' });
        assert.equal(answer.status, 200);
        assert.equal(answer.headers['cache-control'], 'no-store');
        const told = answer.json();
        assert.deepEqual(told, { active: true, ...decodeJwt(token), token_type: 'Bearer' });
        assert.equal(told['sub'], person.sub);
      }
      for (const asking of [mail, await world.newClient()]) {
        const answer = await world.server(asking).introspect(token);
        assert.equal(answer.status, 200);
        assert.deepEqual(answer.json(), { active: false });
      }
      assertError(await world.server({ ...notes, client_secret: 'wrong' }).introspect(token), 'invalid_client', 401);
    });

    const isActive = async (server: ApplicationServer, token: string): Promise<unknown> => {
      const answer = await server.introspect(token);
      assert.equal(answer.status, 200, answer.text);
      return answer.json()['active'];
    };

    it('is not active any more once its session, its account or its client is over', async () => {
      const person = await world.newPerson();
      const client = await caller();
      const browser = world.browser();
      const request = { scope, resource: notesApi };
      const target = { parameters: { resource: notesApi } };
      const jwt = async () => (await tokensFor(browser, client, person.username, request, target)).access_token;
      const token = await jwt();
      await world.provider.command('client.disable', { clientId: client.client_id });
      assert.equal(await isActive(world.server(notes), token), false);
      await world.provider.command('client.enable', { clientId: client.client_id });
      assert.equal(await isActive(world.server(notes), token), true);
      await world.provider.command('account.sign-out', { account: person.sub });
      assert.equal(await isActive(world.server(notes), token), false);
      const next = await jwt();
      assert.equal(await isActive(world.server(notes), next), true);
      await world.provider.command('account.disable', { account: person.sub });
      assert.equal(await isActive(world.server(notes), next), false);
    });

    it('that came of offline access stays active after sign-out', async () => {
      const person = await world.newPerson();
      const client = await caller();
      const request = { scope: `${scope} offline_access`, prompt: 'consent', resource: notesApi };
      const target = { parameters: { resource: notesApi } };
      const { access_token: token } = await tokensFor(world.browser(), client, person.username, request, target);
      await world.provider.command('account.sign-out', { account: person.sub });
      assert.equal(await isActive(world.server(notes), token), true);
      await world.provider.command('account.disable', { account: person.sub });
      assert.equal(await isActive(world.server(notes), token), false);
    });

    it('is not active when it is expired, altered, signed by somebody else, or another kind of token', async () => {
      const client = await caller();
      const tokens = await issued(client);
      const claims = decodeJwt(tokens.access_token);
      const { database } = world.provider;
      const as = (more: object, header: Record<string, unknown> = { typ: 'at+jwt' }) =>
        signAsProvider(database, 'ES256', { ...claims, ...more }, header);
      assert.equal(await isActive(world.server(notes), await as({})), true);
      const { privateKey, publicKey } = await generateKeyPair('ES256');
      const [head = '', , signature = ''] = tokens.access_token.split('.');
      const changed = Buffer.from(JSON.stringify({ ...claims, scope: 'notes:write' })).toString('base64url');
      const now = Math.floor(Date.now() / 1000);
      const dead = [
        await as({ exp: now - 1 }),
        await as({ nbf: now + 600 }),
        await as({ iss: 'https://elsewhere.example' }),
        await as({ sub: undefined }),
        await as({ sub: 'nobody' }),
        await as({ client_id: 'nobody' }),
        await as({ sid: 'AAAAAAAAAAAAAAAAAAAAAA' }),
        await as({}, { typ: 'JWT' }),
        await as({}, { typ: 'logout+jwt' }),
        `${head}.${changed}.${signature}`,
        await new SignJWT(claims)
          .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', jwk: await exportJWK(publicKey) })
          .sign(privateKey),
        tokens.id_token,
      ];
      for (const [index, token] of dead.entries()) {
        for (const asking of [notes, client]) {
          assert.equal(await isActive(world.server(asking), token), false, `token ${index}`);
        }
      }
    });
  });
};
