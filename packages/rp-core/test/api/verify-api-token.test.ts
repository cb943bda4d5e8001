import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { verifyApiToken, type ApiToken } from '../../src/api/verify-api-token.ts';
import { IssuerKeys } from '../../src/receivers/issuer-keys.ts';
import { IssuerDouble, type Signature } from '../support/issuer-double.ts';

const audience = 'https://notes.example/api';

describe('verifyApiToken (RFC 9068, section 4)', () => {
  let issuer: IssuerDouble;
  let keys: IssuerKeys;
  const now = Math.floor(Date.now() / 1000);
  before(async () => {
    issuer = await IssuerDouble.start();
    keys = new IssuerKeys({ jwksUri: async () => new URL(`${issuer.issuer}/jwks`), fetch });
  });
  after(() => issuer.close());

  const good = (): Record<string, unknown> => ({
    iss: issuer.issuer,
    aud: audience,
    sub: 'alice',
    client_id: 'other-app',
    scope: 'notes:read notes:write',
    iat: now,
    exp: now + 300,
    jti: 'one',
  });
  const verify = (token: string): Promise<ApiToken | undefined> =>
    verifyApiToken(token, { issuer: issuer.issuer, audience, keys, now: new Date(now * 1000) });
  const verifyWith = async (
    change: Record<string, unknown>,
    how: { readonly typ?: string; readonly signature?: Signature } = {},
  ): Promise<ApiToken | undefined> => verify(await issuer.signApiToken({ ...good(), ...change }, how));

  it('takes a token for this API, and says whose it is, who has it and what for', async () => {
    assert.deepEqual(await verifyWith({}), {
      sub: 'alice',
      clientId: 'other-app',
      scopes: new Set(['notes:read', 'notes:write']),
    });
  });

  it('takes the media type in full, in whatever case, and an audience that is a list of one', async () => {
    assert.ok(await verifyWith({}, { typ: 'application/at+jwt' }));
    assert.ok(await verifyWith({}, { typ: 'AT+JWT' }));
    assert.ok(await verifyWith({ aud: [audience] }));
  });

  it('takes a token without scope as one that may do nothing', async () => {
    assert.deepEqual((await verifyWith({ scope: undefined }))?.scopes, new Set());
    assert.deepEqual((await verifyWith({ scope: '' }))?.scopes, new Set());
    assert.deepEqual((await verifyWith({ scope: ['notes:read'] }))?.scopes, new Set());
  });

  it('tolerates 60 seconds between clocks, and no more', async () => {
    assert.ok(await verifyWith({ iat: now - 300, exp: now - 59 }));
    assert.equal(await verifyWith({ iat: now - 300, exp: now - 60 }), undefined);
    assert.ok(await verifyWith({ nbf: now + 60 }));
    assert.equal(await verifyWith({ nbf: now + 61 }), undefined);
  });

  const refused: readonly (readonly [string, Record<string, unknown>])[] = [
    ['of another issuer', { iss: 'https://other.example' }],
    ['of an issuer that differs by a slash', { iss: 'x' }],
    ['for another API', { aud: 'https://other.example/api' }],
    ['for an API whose address begins like this one', { aud: `${audience}/more` }],
    ['for this API and another, whose application could use it here', { aud: [audience, 'https://other.example'] }],
    ['for this API, told twice', { aud: [audience, audience] }],
    ['for nobody', { aud: undefined }],
    ['for an empty list', { aud: [] }],
    ['that is over', { exp: now - 61 }],
    ['without an end', { exp: undefined }],
    ['whose end is no number', { exp: String(now + 300) }],
    ['that does not say when it was issued', { iat: undefined }],
    ['of nobody', { sub: undefined }],
    ['of somebody who is no text', { sub: 7 }],
    ['that does not say who has it', { client_id: undefined }],
    ['whose bearer is no text', { client_id: ['other-app'] }],
    ['without an id of its own', { jti: undefined }],
  ];
  for (const [what, change] of refused) {
    it(`refuses a token ${what}`, async () => {
      const told = change['iss'] === 'x' ? { iss: `${issuer.issuer}/` } : change;
      assert.equal(await verifyWith(told), undefined);
    });
  }

  for (const typ of ['JWT', 'jwt', 'logout+jwt', 'secevent+jwt', 'at+jwt+x', '']) {
    it(`refuses a token of the type ${JSON.stringify(typ)}: an ID token is no access token`, async () => {
      assert.equal(await verifyWith({}, { typ }), undefined);
    });
  }

  for (const signature of ['none', 'another key', 'the client secret'] as const) {
    it(`refuses a token signed with ${signature}`, async () => {
      assert.equal(await verifyWith({}, { signature }), undefined);
    });
  }

  it('refuses a token that was changed, cut or made up', async () => {
    const token = await issuer.signApiToken(good());
    const [header = '', payload = '', signature = ''] = token.split('.');
    const otherPayload = Buffer.from(JSON.stringify({ ...good(), sub: 'berta' })).toString('base64url');
    const noneHeader = Buffer.from('{"alg":"none","typ":"at+jwt"}').toString('base64url');
    const otherTokens = [
      `${header}.${otherPayload}.${signature}`,
      `${header}.${payload}.`,
      `${header}.${payload}`,
      `${noneHeader}.${payload}.`,
      `${noneHeader}.${payload}.${signature}`,
      `${token}.${signature}`,
      '',
      'opaque-token',
      '..',
    ];
    for (const other of otherTokens) assert.equal(await verify(other), undefined, other.slice(0, 40));
  });

  it('refuses a token whose header brings its own key', async () => {
    const token = await issuer.signApiToken(good(), { signature: 'another key' });
    const [, payload = '', signature = ''] = token.split('.');
    const header = { alg: 'ES256', typ: 'at+jwt', kid: 'one', jku: 'https://evil.example/jwks', jwk: { kty: 'EC' } };
    const own = Buffer.from(JSON.stringify(header)).toString('base64url');
    assert.equal(await verify(`${own}.${payload}.${signature}`), undefined);
  });

  it('does not say that a token is bad while the keys cannot be read', async () => {
    const unread = new IssuerKeys({
      jwksUri: async () => new URL(`${issuer.issuer}/jwks`),
      fetch: async () => new Response(null, { status: 503 }),
    });
    const token = await issuer.signApiToken(good());
    await assert.rejects(verifyApiToken(token, { issuer: issuer.issuer, audience, keys: unread, now: new Date() }), {
      code: 'ERR_ISSUER_KEYS_UNAVAILABLE',
    });
  });
});
