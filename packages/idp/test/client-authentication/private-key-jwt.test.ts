import assert from 'node:assert/strict';
import { createHmac, randomUUID, type KeyObject } from 'node:crypto';
import { after, before, describe, it, type TestContext } from 'node:test';
import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT, type CryptoKey, type JWK, type JWTPayload } from 'jose';
import { serveHttp } from '../outgoing/local-server.ts';
import { startProvider, type RunningProvider } from '../support/running-provider.ts';
import { openTestDatabase, type TestDatabase } from '../support/test-database.ts';
import { authorizationRequest, signIn, UserAgent, type Answer } from '../support/user-agent.ts';

interface KeyPair {
  readonly alg: string;
  readonly privateKey: CryptoKey | KeyObject;
  readonly publicJwk: JWK;
}

const keyPair = async (alg: string): Promise<KeyPair> => {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  return { alg, privateKey, publicJwk: { ...(await exportJWK(publicKey)), kid: `key-${alg}`, alg, use: 'sig' } };
};

const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
const now = (): number => Math.floor(Date.now() / 1000);

describe('client authentication by private_key_jwt (RFC 7523; OpenID Connect Core 1.0, section 9)', () => {
  let database: TestDatabase;
  let provider: RunningProvider;
  const pairs = new Map<string, KeyPair>();
  const pair = (alg: string): KeyPair => {
    const found = pairs.get(alg);
    if (!found) throw new Error(`no key for ${alg}`);
    return found;
  };

  before(async () => {
    database = await openTestDatabase('embedded');
    provider = await startProvider(database);
    for (const alg of ['RS256', 'PS256', 'ES256', 'EdDSA']) pairs.set(alg, await keyPair(alg));
    await provider.addClient('signing', {
      tokenEndpointAuthMethod: 'private_key_jwt',
      jwks: { keys: [...pairs.values()].map(({ publicJwk }) => publicJwk) },
    });
  });
  after(async () => {
    await provider.close();
    await database.close();
  });

  const claimsFor = (clientId: string, more: Record<string, unknown> = {}): JWTPayload =>
    Object.fromEntries(
      Object.entries({
        iss: clientId,
        sub: clientId,
        aud: provider.issuer,
        jti: randomUUID(),
        iat: now(),
        exp: now() + 60,
        ...more,
      }).filter(([, value]) => value !== undefined),
    );

  const sign = (claims: JWTPayload, { alg, privateKey, publicJwk }: KeyPair): Promise<string> =>
    new SignJWT(claims).setProtectedHeader({ alg, kid: String(publicJwk.kid) }).sign(privateKey);

  const authenticate = (assertion: string, more: Record<string, string> = {}): Promise<Answer> =>
    new UserAgent(provider).ask('/token/introspection', {
      form: { token: 'no-such-token', client_assertion_type: assertionType, client_assertion: assertion, ...more },
      headers: { accept: 'application/json' },
    });

  const assertRefused = (answer: Answer, status = 401, error = 'invalid_client'): void => {
    assert.equal(answer.status, status, answer.text);
    assert.equal(answer.json()['error'], error);
  };

  for (const alg of ['RS256', 'PS256', 'ES256', 'EdDSA']) {
    it(`believes an assertion signed with ${alg}`, async () => {
      const answer = await authenticate(await sign(claimsFor('signing'), pair(alg)));
      assert.equal(answer.status, 200, answer.text);
    });
  }

  const audiences: readonly (readonly [string, (issuer: string) => unknown])[] = [
    ['the issuer', (issuer) => issuer],
    ['the token endpoint', (issuer) => `${issuer}/token`],
    ['the endpoint that was asked', (issuer) => `${issuer}/token/introspection`],
    ['a list with the issuer alone', (issuer) => [issuer]],
  ];
  for (const [what, audience] of audiences) {
    it(`believes an assertion whose audience is ${what}`, async () => {
      const assertion = await sign(claimsFor('signing', { aud: audience(provider.issuer) }), pair('ES256'));
      assert.equal((await authenticate(assertion)).status, 200);
    });
  }

  it('exchanges a code for such a client', async () => {
    await provider.addAccount();
    const authorization = authorizationRequest('signing');
    const callback = await signIn(new UserAgent(provider), authorization);
    const answer = await new UserAgent(provider).ask('/token', {
      form: {
        grant_type: 'authorization_code',
        redirect_uri: 'https://app.example.org/callback',
        code: callback.searchParams.get('code') ?? '',
        code_verifier: authorization.codeVerifier,
        client_assertion_type: assertionType,
        client_assertion: await sign(claimsFor('signing'), pair('ES256')),
      },
      headers: { accept: 'application/json' },
    });
    assert.equal(answer.status, 200, answer.text);
  });

  it('tolerates clocks that are a little apart', async () => {
    for (const times of [{ exp: now() - 30 }, { iat: now() + 30, nbf: now() + 30 }]) {
      assert.equal((await authenticate(await sign(claimsFor('signing', times), pair('ES256')))).status, 200);
    }
  });

  it('refuses an assertion that was shown before (RFC 7523, section 3, jti)', async () => {
    const assertion = await sign(claimsFor('signing'), pair('ES256'));
    assert.equal((await authenticate(assertion)).status, 200);
    assertRefused(await authenticate(assertion));
  });

  it('refuses the jti of an earlier assertion in a new one', async () => {
    const jti = randomUUID();
    assert.equal((await authenticate(await sign(claimsFor('signing', { jti }), pair('ES256')))).status, 200);
    assertRefused(await authenticate(await sign(claimsFor('signing', { jti, exp: now() + 90 }), pair('RS256'))));
  });

  it('believes one of many that show the same assertion at once', async () => {
    const assertion = await sign(claimsFor('signing'), pair('ES256'));
    const answers = await Promise.all(Array.from({ length: 8 }, () => authenticate(assertion)));
    const count = (status: number): number => answers.filter((answer) => answer.status === status).length;
    assert.deepEqual([count(200), count(401)], [1, 7]);
  });

  const badClaims: readonly (readonly [what: string, more: () => Record<string, unknown>])[] = [
    ['another audience', () => ({ aud: 'https://elsewhere.example' })],
    ['the profile as its audience', () => ({ aud: `${provider.issuer}/profile` })],
    ['an audience beside this issuer', () => ({ aud: [provider.issuer, 'https://elsewhere.example'] })],
    ['no audience', () => ({ aud: undefined })],
    ['another issuer', () => ({ iss: 'somebody-else' })],
    ['no issuer', () => ({ iss: undefined })],
    ['no jti', () => ({ jti: undefined })],
    ['no end', () => ({ exp: undefined })],
    ['an end two minutes ago', () => ({ exp: now() - 120 })],
    ['a beginning in two minutes', () => ({ nbf: now() + 120 })],
    ['an end in the far future', () => ({ exp: now() + 48 * 3600 })],
    ['an end that no date can hold', () => ({ exp: Number.MAX_SAFE_INTEGER })],
  ];
  for (const [what, more] of badClaims) {
    it(`refuses an assertion with ${what}`, async () => {
      assertRefused(await authenticate(await sign(claimsFor('signing', more()), pair('ES256'))));
    });
  }

  it('refuses a subject that is another client, or none', async () => {
    const confidential = await provider.addClient('confidential');
    const posing = await sign(claimsFor('signing', { sub: confidential.client_id }), pair('ES256'));
    assertRefused(await authenticate(posing));
    assertRefused(await authenticate(posing, { client_id: 'signing' }), 400, 'invalid_request');
    assertRefused(await authenticate(await sign(claimsFor('signing', { sub: undefined }), pair('ES256'))));
  });

  it('refuses a signature by a key that is not the client’s', async () => {
    assertRefused(await authenticate(await sign(claimsFor('signing'), await keyPair('ES256'))));
  });

  it('refuses alg none', async () => {
    assertRefused(await authenticate(new UnsecuredJWT(claimsFor('signing')).encode()));
  });

  it('refuses HS256, whatever is taken for the shared secret', async () => {
    const hmac = (claims: JWTPayload, secret: string): string => {
      const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
      const content = `${encode({ alg: 'HS256' })}.${encode(claims)}`;
      return `${content}.${createHmac('sha256', secret).update(content).digest('base64url')}`;
    };
    const withSecret = await provider.addClient('withsecret');
    const publicKey = JSON.stringify(pair('RS256').publicJwk);
    assertRefused(await authenticate(hmac(claimsFor('signing'), publicKey)));
    assertRefused(await authenticate(hmac(claimsFor(withSecret.client_id), withSecret.client_secret)));
  });

  it('refuses a signature by an algorithm that is not offered', async () => {
    assertRefused(await authenticate(await sign(claimsFor('signing'), { ...(await keyPair('RS512')) })));
  });

  it('refuses text that is no JWT, and a type of assertion that is not known', async () => {
    assertRefused(await authenticate('no.such.jwt'), 400, 'invalid_request');
    const assertion = await sign(claimsFor('signing'), pair('ES256'));
    assertRefused(
      await authenticate(assertion, {
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:saml2-bearer',
      }),
      400,
      'invalid_request',
    );
  });

  it('refuses an assertion beside a secret', async () => {
    const assertion = await sign(claimsFor('signing'), pair('ES256'));
    assertRefused(await authenticate(assertion, { client_secret: 'x' }), 400, 'invalid_request');
  });

  it('refuses the assertion of a disabled client', async () => {
    await provider.addClient('paused', {
      tokenEndpointAuthMethod: 'private_key_jwt',
      jwks: { keys: [pair('ES256').publicJwk] },
    });
    await provider.command('client.disable', { clientId: 'paused' });
    assertRefused(await authenticate(await sign(claimsFor('paused'), pair('ES256'))));
  });

  it('forgets the old keys as soon as new ones are registered', async () => {
    const renewed = await keyPair('ES256');
    await provider.addClient('renewing', {
      tokenEndpointAuthMethod: 'private_key_jwt',
      jwks: { keys: [pair('ES256').publicJwk] },
    });
    await provider.command('client.update', { clientId: 'renewing', jwks: { keys: [renewed.publicJwk] } });
    assertRefused(await authenticate(await sign(claimsFor('renewing'), pair('ES256'))));
    assert.equal((await authenticate(await sign(claimsFor('renewing'), renewed))).status, 200);
  });

  describe('with keys at an address of the client (jwks_uri)', () => {
    let counter = 0;
    const addClientAt = async (port: number): Promise<string> => {
      counter += 1;
      const clientId = `remote${counter}`;
      await provider.addClient(clientId, {
        tokenEndpointAuthMethod: 'private_key_jwt',
        jwksUri: `http://127.0.0.1:${port}/jwks`,
        privateAddresses: [`127.0.0.1:${port}`],
      });
      return clientId;
    };
    const serveKeys = (t: TestContext, answer: () => { status?: number; body: string; location?: string }) =>
      serveHttp(t, (_request, response) => {
        const { status = 200, body, location } = answer();
        response.writeHead(status, {
          'content-type': 'application/json',
          ...(location === undefined ? {} : { location }),
        });
        response.end(body);
      });

    it('fetches them where an exception allows it, and asks once for many assertions', async (t) => {
      const server = await serveKeys(t, () => ({ body: JSON.stringify({ keys: [pair('ES256').publicJwk] }) }));
      const clientId = await addClientAt(server.port);
      for (let turn = 0; turn < 3; turn += 1) {
        const answer = await authenticate(await sign(claimsFor(clientId), pair('ES256')));
        assert.equal(answer.status, 200, answer.text);
      }
      assert.equal(server.connections(), 1);
    });

    it('does not go to a private address without the exception', async (t) => {
      const server = await serveKeys(t, () => ({ body: JSON.stringify({ keys: [pair('ES256').publicJwk] }) }));
      const clientId = await addClientAt(server.port);
      await database.knex('clients').where({ client_id: clientId }).update({ private_addresses: '[]' });
      assertRefused(await authenticate(await sign(claimsFor(clientId), pair('ES256'))));
      assert.equal(server.connections(), 0);
    });

    const badAnswers: readonly (readonly [string, () => { status?: number; body: string; location?: string }])[] = [
      ['an error', () => ({ status: 500, body: JSON.stringify({ keys: [pair('ES256').publicJwk] }) })],
      ['no JSON', () => ({ body: '<html>' })],
      ['no keys', () => ({ body: '{}' })],
      ['other keys', () => ({ body: JSON.stringify({ keys: [pair('EdDSA').publicJwk] }) })],
      ['a shared key', () => ({ body: JSON.stringify({ keys: [{ kty: 'oct', k: 'AAAA', kid: 'key-ES256' }] }) })],
      [
        'more than 64 KiB',
        () => ({ body: JSON.stringify({ keys: [pair('ES256').publicJwk], pad: 'x'.repeat(70_000) }) }),
      ],
      ['a redirect', () => ({ status: 302, body: '', location: 'http://127.0.0.1/elsewhere' })],
    ];
    for (const [what, answer] of badAnswers) {
      it(`refuses the client while its address answers with ${what}`, async (t) => {
        const server = await serveKeys(t, answer);
        const clientId = await addClientAt(server.port);
        assertRefused(await authenticate(await sign(claimsFor(clientId), pair('ES256'))));
        assert.ok(server.connections() > 0);
      });
    }

    it('refuses the client while nothing answers at its address', async () => {
      const clientId = await addClientAt(1);
      assertRefused(await authenticate(await sign(claimsFor(clientId), pair('ES256'))));
    });
  });

  it('leaves neither an unexpected error nor an assertion in the log', () => {
    assert.doesNotMatch(provider.log(), /"level":(?:50|60)|eyJ/);
  });
});
