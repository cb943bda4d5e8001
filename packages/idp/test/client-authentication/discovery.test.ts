import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import supertest from 'supertest';
import { startProvider, type RunningProvider } from '../support/running-provider.ts';
import { openTestDatabase, type TestDatabase } from '../support/test-database.ts';
import { ApplicationServer } from '../support/token-requests.ts';

describe('the discovery document (OpenID Connect Discovery 1.0, section 3; RFC 8414)', () => {
  let database: TestDatabase;
  let provider: RunningProvider;
  let document: Record<string, unknown>;

  before(async () => {
    database = await openTestDatabase('embedded');
    provider = await startProvider(database);
    const answer = await supertest(provider.issuer).get('/.well-known/openid-configuration').expect(200);
    assert.match(String(answer.headers['content-type']), /^application\/json/);
    document = answer.body as Record<string, unknown>;
  });
  after(async () => {
    await provider.close();
    await database.close();
  });

  it('says exactly what this provider does, field by field', () => {
    // The order is that of the keys, which are made at the same moment.
    const { id_token_signing_alg_values_supported: algorithms, ...rest } = document;
    assert.deepEqual(new Set(algorithms as string[]), new Set(['RS256', 'ES256']));
    const at = (path: string): string => `${provider.issuer}${path}`;
    assert.deepEqual(rest, {
      issuer: provider.issuer,
      authorization_endpoint: at('/auth'),
      token_endpoint: at('/token'),
      userinfo_endpoint: at('/userinfo'),
      latchkey_profile_endpoint: at('/profile'),
      jwks_uri: at('/jwks'),
      end_session_endpoint: at('/session/end'),
      introspection_endpoint: at('/token/introspection'),
      revocation_endpoint: at('/token/revocation'),
      pushed_authorization_request_endpoint: at('/request'),
      response_types_supported: ['code'],
      response_modes_supported: ['form_post', 'fragment', 'query'],
      grant_types_supported: ['authorization_code', 'refresh_token'],
      subject_types_supported: ['public'],
      token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none'],
      token_endpoint_auth_signing_alg_values_supported: ['RS256', 'PS256', 'ES256', 'EdDSA'],
      dpop_signing_alg_values_supported: ['ES256', 'EdDSA', 'RS256', 'PS256'],
      code_challenge_methods_supported: ['S256'],
      authorization_response_iss_parameter_supported: true,
      scopes_supported: ['openid', 'offline_access', 'profile', 'email', 'groups'],
      claims_supported: [
        'sub',
        'auth_time',
        'amr',
        'session_expires_at',
        'latchkey_hint',
        'name',
        'preferred_username',
        'picture',
        'locale',
        'updated_at',
        'profile_version',
        'email',
        'email_verified',
        'groups',
        'sid',
        'iss',
      ],
      claim_types_supported: ['normal'],
      claims_parameter_supported: false,
      request_uri_parameter_supported: false,
      backchannel_logout_supported: true,
      backchannel_logout_session_supported: true,
    });
  });

  it('is the same for OAuth clients (RFC 8414, section 3)', async () => {
    const answer = await supertest(provider.issuer).get('/.well-known/oauth-authorization-server').expect(200);
    assert.deepEqual(answer.body, document);
  });

  for (const field of ['registration_endpoint', 'device_authorization_endpoint', 'check_session_iframe']) {
    it(`does not offer ${field}`, () => {
      assert.ok(!(field in document));
    });
  }

  it('names endpoints that all answer', async () => {
    const endpoints = Object.entries(document).filter(([name]) => name.endsWith('_endpoint') || name === 'jwks_uri');
    assert.equal(endpoints.length, 9);
    for (const [name, url] of endpoints) {
      const path = new URL(String(url)).pathname;
      const [byGet, byPost] = await Promise.all([
        supertest(provider.issuer).get(path),
        supertest(provider.issuer).post(path).type('form').send({}),
      ]);
      assert.ok(byGet.status !== 404 || byPost.status !== 404, `${name} is not there`);
    }
  });

  const off: readonly (readonly [what: string, method: 'get' | 'post', path: string])[] = [
    ['dynamic registration', 'post', '/reg'],
    ['the management of registrations', 'get', '/reg/some-client'],
    ['the device flow', 'post', '/device/auth'],
    ['the page of the device flow', 'get', '/device'],
    ['CIBA', 'post', '/backchannel'],
    ['attestation challenges', 'post', '/challenge'],
    ["the engine's own page after sign-out", 'get', '/session/end/success'],
    ['WebFinger', 'get', '/.well-known/webfinger'],
  ];
  for (const [what, method, path] of off) {
    it(`does not have ${what}: ${method.toUpperCase()} ${path} is not found`, async () => {
      const answer = await supertest(provider.issuer)[method](path).set('Accept', 'application/json').expect(404);
      assert.deepEqual(answer.body, { error: 'not_found' });
    });
  }

  const unsupported = [
    'implicit',
    'password',
    'client_credentials',
    'urn:ietf:params:oauth:grant-type:device_code',
    'urn:ietf:params:oauth:grant-type:jwt-bearer',
    'urn:ietf:params:oauth:grant-type:token-exchange',
    'urn:openid:params:grant-type:ciba',
  ];
  for (const grantType of unsupported) {
    it(`refuses the grant type ${grantType}`, async () => {
      const client = await provider.addClient(`client${unsupported.indexOf(grantType)}`);
      const answer = await new ApplicationServer(provider.issuer, client).exchange({
        grant_type: grantType,
        username: 'alice',
        password: 'x',
        assertion: 'x',
        device_code: 'x',
      });
      assert.equal(answer.status, 400);
      assert.equal(answer.json()['error'], 'unsupported_grant_type');
    });
  }

  it('refuses refresh tokens to a client that is not registered for offline_access', async () => {
    const client = await provider.addClient('online');
    const answer = await new ApplicationServer(provider.issuer, client).refresh('any');
    assert.equal(answer.status, 400);
    assert.equal(answer.json()['error'], 'invalid_request');
  });
});
