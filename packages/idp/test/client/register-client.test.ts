import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { describe, it } from 'node:test';
import { registerClient, type ClientRegistration } from '../../src/domain/client/register-client.ts';

const wiki: ClientRegistration = {
  clientId: 'wiki',
  clientName: 'Wiki',
  redirectUris: ['https://wiki.example.org/callback'],
};
const native = { applicationType: 'native', redirectUris: ['http://127.0.0.1/callback'] } as const;
const ecKey = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const publicJwk = { ...ecKey.publicKey.export({ format: 'jwk' }), kid: 'one' };
const keys = { tokenEndpointAuthMethod: 'private_key_jwt', jwks: { keys: [publicJwk] } } as const;

const clientOf = (change: Partial<ClientRegistration>) => {
  const registered = registerClient({ ...wiki, ...change });
  assert.deepEqual(registered.problems, undefined);
  return registered.problems ? assert.fail() : registered.client;
};
const codesOf = (change: Partial<ClientRegistration>): readonly string[] =>
  (registerClient({ ...wiki, ...change }).problems ?? []).map((problem) => problem.code);

describe('registerClient: what is left out', () => {
  it('gets the safe default', () => {
    assert.deepEqual(clientOf({}), {
      clientId: 'wiki',
      clientName: 'Wiki',
      tokenEndpointAuthMethod: 'client_secret_basic',
      applicationType: 'web',
      redirectUris: ['https://wiki.example.org/callback'],
      postLogoutRedirectUris: [],
      backchannelLogoutUri: undefined,
      scope: 'openid profile email',
      idTokenSignedResponseAlg: 'RS256',
      trusted: false,
      pkceRequired: true,
      dpopBoundAccessTokens: false,
      requirePushedAuthorizationRequests: false,
      privateAddresses: [],
      jwks: undefined,
      jwksUri: undefined,
      clientUri: undefined,
      resource: undefined,
      resourceScope: undefined,
    });
  });

  it('makes a native client public', () => {
    assert.equal(clientOf(native).tokenEndpointAuthMethod, 'none');
  });
});

describe('registerClient: what it keeps', () => {
  it('redirect URIs as they are written, each once', () => {
    const uri = 'https://WIKI.example.org/callback?title=Special:Login&x=%2f';
    assert.deepEqual(clientOf({ redirectUris: [uri, uri] }).redirectUris, [uri]);
  });

  it('scopes with single blanks, each once', () => {
    assert.equal(clientOf({ scope: ' openid  notes:read openid groups' }).scope, 'openid notes:read groups');
  });

  it('a client without PKCE, if it is confidential', () => {
    assert.equal(clientOf({ pkceRequired: false }).pkceRequired, false);
    assert.equal(clientOf({ ...keys, pkceRequired: false }).pkceRequired, false);
  });

  it('a trusted client with https or on loopback', () => {
    assert.equal(clientOf({ trusted: true }).trusted, true);
    assert.equal(clientOf({ trusted: true, redirectUris: ['http://localhost:4000/callback'] }).trusted, true);
  });

  it('a back-channel logout URI that is https or excepted', () => {
    const uri = 'http://127.0.0.1:4000/logout';
    const client = clientOf({ backchannelLogoutUri: uri, privateAddresses: ['127.0.0.1:4000'] });
    assert.equal(client.backchannelLogoutUri, uri);
  });

  it('the public keys of a client, or their address', () => {
    assert.deepEqual(clientOf(keys).jwks, { keys: [publicJwk] });
    const jwksUri = 'https://wiki.example.org/jwks.json';
    assert.equal(clientOf({ tokenEndpointAuthMethod: 'private_key_jwt', jwksUri }).jwksUri, jwksUri);
  });

  it('an API with its scopes, also without redirect URIs', () => {
    const client = clientOf({
      redirectUris: [],
      resource: 'https://notes.example.org/api',
      resourceScope: 'notes:read  notes:write',
    });
    assert.equal(client.resource, 'https://notes.example.org/api');
    assert.equal(client.resourceScope, 'notes:read notes:write');
  });
});

describe('registerClient: what it refuses', () => {
  const cases: readonly (readonly [string, Partial<ClientRegistration>, string])[] = [
    ['an empty client id', { clientId: '' }, 'ERR_CLIENT_ID'],
    ['a client id with a blank', { clientId: 'my wiki' }, 'ERR_CLIENT_ID'],
    ['a client id with a colon, which basic authentication would split', { clientId: 'wiki:1' }, 'ERR_CLIENT_ID'],
    ['a client id that begins with a hyphen', { clientId: '-wiki' }, 'ERR_CLIENT_ID'],
    ['a client id with a line break', { clientId: 'wiki\n' }, 'ERR_CLIENT_ID'],
    ['a client id of 65 characters', { clientId: 'w'.repeat(65) }, 'ERR_CLIENT_ID'],
    ['an empty name', { clientName: ' ' }, 'ERR_CLIENT_NAME'],
    ['a name that turns text around', { clientName: 'Wiki\u202E' }, 'ERR_CLIENT_NAME'],
    ['a name with a line break', { clientName: 'Wiki\nof the house' }, 'ERR_CLIENT_NAME'],
    ['no redirect URI', { redirectUris: [] }, 'ERR_REDIRECT_URI'],
    ['a http redirect URI', { redirectUris: ['http://wiki.example.org/'] }, 'ERR_REDIRECT_URI'],
    [
      'a http redirect URI of a trusted client',
      { trusted: true, redirectUris: ['http://wiki.example.org/'] },
      'ERR_REDIRECT_URI',
    ],
    ['a wildcard', { redirectUris: ['https://*.example.org/'] }, 'ERR_REDIRECT_URI'],
    ['a private-use scheme of a web client', { redirectUris: ['com.example.app:/x'] }, 'ERR_REDIRECT_URI'],
    [
      'a fragment after sign-out',
      { postLogoutRedirectUris: ['https://wiki.example.org/#x'] },
      'ERR_POST_LOGOUT_REDIRECT_URI',
    ],
    ['http after sign-out', { postLogoutRedirectUris: ['http://wiki.example.org/'] }, 'ERR_POST_LOGOUT_REDIRECT_URI'],
    ['a http back channel', { backchannelLogoutUri: 'http://wiki.example.org/logout' }, 'ERR_BACKCHANNEL_LOGOUT_URI'],
    [
      'a back channel on loopback without exception',
      { backchannelLogoutUri: 'http://127.0.0.1:4000/' },
      'ERR_BACKCHANNEL_LOGOUT_URI',
    ],
    ['a private address without port', { privateAddresses: ['127.0.0.1'] }, 'ERR_PRIVATE_ADDRESS'],
    ['a script as the page of the application', { clientUri: 'javascript:alert(1)' }, 'ERR_CLIENT_URI'],
    ['a http page of the application', { clientUri: 'http://wiki.example.org/' }, 'ERR_CLIENT_URI'],
    ['a scope without openid', { scope: 'profile email' }, 'ERR_SCOPE'],
    ['an empty scope', { scope: '' }, 'ERR_SCOPE'],
    ['a misspelt scope', { scope: 'openid emial' }, 'ERR_SCOPE'],
    ['a scope of OpenID Connect that this issuer does not have', { scope: 'openid address' }, 'ERR_SCOPE'],
    ['a scope with a quotation mark', { scope: 'openid notes:"read"' }, 'ERR_SCOPE'],
    ['a scope with a line break', { scope: 'openid\nnotes:read' }, 'ERR_SCOPE'],
    ['a native client with a secret', { ...native, tokenEndpointAuthMethod: 'client_secret_basic' }, 'ERR_AUTH_METHOD'],
    ['a trusted native client', { ...native, trusted: true }, 'ERR_TRUSTED'],
    ['a native client without PKCE', { ...native, pkceRequired: false }, 'ERR_PKCE'],
    ['a public client without PKCE', { tokenEndpointAuthMethod: 'none', pkceRequired: false }, 'ERR_PKCE'],
    ['private_key_jwt without keys', { tokenEndpointAuthMethod: 'private_key_jwt' }, 'ERR_CLIENT_KEYS'],
    [
      'private_key_jwt with keys and their address',
      { ...keys, jwksUri: 'https://wiki.example.org/jwks' },
      'ERR_CLIENT_KEYS',
    ],
    ['keys of a client with a secret', { jwks: keys.jwks }, 'ERR_CLIENT_KEYS'],
    [
      'the address of keys of a public client',
      { tokenEndpointAuthMethod: 'none', jwksUri: 'https://wiki.example.org/jwks' },
      'ERR_CLIENT_KEYS',
    ],
    [
      'a http address of keys',
      { tokenEndpointAuthMethod: 'private_key_jwt', jwksUri: 'http://wiki.example.org/jwks' },
      'ERR_CLIENT_KEYS',
    ],
    ['an API that is no URI', { resource: 'notes', resourceScope: 'notes:read' }, 'ERR_RESOURCE'],
    [
      'an API with a fragment',
      { resource: 'https://notes.example.org/#api', resourceScope: 'notes:read' },
      'ERR_RESOURCE',
    ],
    ['a http API', { resource: 'http://notes.example.org/', resourceScope: 'notes:read' }, 'ERR_RESOURCE'],
    [
      'an API of a public client',
      { tokenEndpointAuthMethod: 'none', resource: 'https://notes.example.org/', resourceScope: 'notes:read' },
      'ERR_RESOURCE',
    ],
    ['an API without scopes', { resource: 'https://notes.example.org/' }, 'ERR_RESOURCE_SCOPE'],
    ['scopes without an API', { resourceScope: 'notes:read' }, 'ERR_RESOURCE_SCOPE'],
    [
      'an API that claims a scope of this issuer',
      { resource: 'https://notes.example.org/', resourceScope: 'openid' },
      'ERR_RESOURCE_SCOPE',
    ],
  ];
  for (const [what, change, code] of cases) {
    it(what, () => assert.deepEqual(codesOf(change), [code]));
  }

  it('an ID token algorithm that it does not know', () => {
    for (const alg of ['none', 'HS256', 'rs256']) {
      assert.deepEqual(codesOf({ idTokenSignedResponseAlg: alg as 'RS256' }), ['ERR_ID_TOKEN_ALG']);
    }
  });

  it('everything that is wrong at once', () => {
    const codes = codesOf({
      clientId: '',
      clientName: '',
      redirectUris: ['http://a.example/', 'https://b.example/#x', 'https://ok.example/'],
      scope: 'openid emial',
      tokenEndpointAuthMethod: 'none',
      pkceRequired: false,
      privateAddresses: ['a', 'b'],
    });
    assert.deepEqual(codes.toSorted(), [
      'ERR_CLIENT_ID',
      'ERR_CLIENT_NAME',
      'ERR_PKCE',
      'ERR_PRIVATE_ADDRESS',
      'ERR_PRIVATE_ADDRESS',
      'ERR_REDIRECT_URI',
      'ERR_REDIRECT_URI',
      'ERR_SCOPE',
    ]);
  });

  it('a URI in words that stay on their line', () => {
    const { problems } = registerClient({ ...wiki, redirectUris: [`http://a.example/\n${'x'.repeat(3000)}`] });
    assert.ok(problems?.every(({ message }) => !message.includes('\n') && message.length < 400));
  });
});
