import assert from 'node:assert/strict';
import { createHash, createHmac, randomUUID } from 'node:crypto';
import { before, describe, it } from 'node:test';
import { calculateJwkThumbprint, decodeJwt, exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK } from 'jose';
import { begin, goThrough, responseOf, tokensFor } from '../support/steps.ts';
import type { TestClient } from '../support/token-requests.ts';
import { authorizationRequest, type Answer } from '../support/user-agent.ts';
import { assertError, type TokenWorld } from '../support/token-world.ts';

interface ProofKey {
  readonly alg: string;
  readonly privateKey: CryptoKey;
  readonly publicJwk: JWK;
  readonly thumbprint: string;
}

const proofKey = async (alg = 'ES256'): Promise<ProofKey> => {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  const publicJwk = await exportJWK(publicKey);
  return { alg, privateKey, publicJwk, thumbprint: await calculateJwkThumbprint(publicJwk) };
};

const now = (): number => Math.floor(Date.now() / 1000);
const hashOf = (accessToken: string): string => createHash('sha256').update(accessToken).digest('base64url');

export const describeDpop = (world: TokenWorld): void => {
  let key: ProofKey;
  let otherKey: ProofKey;
  before(async () => {
    key = await proofKey();
    otherKey = await proofKey();
  });

  const prove = (
    by: ProofKey,
    method: string,
    path: string,
    more: Record<string, unknown> = {},
    header: Record<string, unknown> = {},
  ): Promise<string> => {
    const claims = { jti: randomUUID(), htm: method, htu: `${world.provider.issuer}${path}`, iat: now(), ...more };
    const defined = Object.fromEntries(Object.entries(claims).filter(([, value]) => value !== undefined));
    return new SignJWT(defined)
      .setProtectedHeader({ alg: by.alg, typ: 'dpop+jwt', jwk: by.publicJwk, ...header })
      .sign(by.privateKey);
  };
  const atToken = async (by = key): Promise<Record<string, string>> => ({ dpop: await prove(by, 'POST', '/token') });

  const boundToken = async (by = key): Promise<{ client: TestClient; token: string; idToken: string }> => {
    const { person, browser } = await world.regular();
    const client = await world.newClient();
    const tokens = await tokensFor(browser, client, person.username, {}, { headers: await atToken(by) });
    assert.equal(tokens.token_type, 'DPoP');
    return { client, token: tokens.access_token, idToken: tokens.id_token };
  };
  const read = (
    token: string,
    proof: string | undefined,
    { method = 'GET', path = '/profile', scheme = 'DPoP' } = {},
  ) =>
    world.browser().ask(path, {
      method,
      headers: {
        accept: 'application/json',
        authorization: `${scheme} ${token}`,
        ...(proof === undefined ? {} : { dpop: proof }),
      },
    });
  const assertRefused = (answer: Answer, error: string | RegExp = /./): void => {
    assert.equal(answer.status, 401, answer.text);
    assert.match(String(answer.json()['error']), error instanceof RegExp ? error : new RegExp(`^${error}$`));
    assert.match(String(answer.headers['www-authenticate']), /^DPoP realm="[^"]+", error="/);
    assert.match(String(answer.headers['www-authenticate']), /algs="ES256 EdDSA RS256 PS256"/);
  };

  describe('a token that is bound to a key (RFC 9449)', () => {
    for (const alg of ['ES256', 'EdDSA', 'RS256', 'PS256']) {
      it(`is good with a proof by that key, ${alg}`, async () => {
        const by = await proofKey(alg);
        const { token } = await boundToken(by);
        const answer = await read(token, await prove(by, 'GET', '/profile', { ath: hashOf(token) }));
        assert.equal(answer.status, 200, answer.text);
      });
    }

    const addresses: readonly (readonly [method: string, path: string])[] = [
      ['GET', '/profile'],
      ['HEAD', '/profile'],
      ['GET', '/userinfo'],
      ['POST', '/userinfo'],
    ];
    for (const [method, path] of addresses) {
      it(`is good at ${method} ${path} with a proof that names it (section 4.3)`, async () => {
        const { token } = await boundToken();
        const answer = await read(token, await prove(key, method, path, { ath: hashOf(token) }), { method, path });
        assert.equal(answer.status, 200, answer.text);
      });
    }

    it('gets 304 like any other, and needs a new proof to ask again', async () => {
      const { token } = await boundToken();
      const first = await read(token, await prove(key, 'GET', '/profile', { ath: hashOf(token) }));
      const again = await world.browser().ask('/profile', {
        headers: {
          authorization: `DPoP ${token}`,
          dpop: await prove(key, 'GET', '/profile', { ath: hashOf(token) }),
          'if-none-match': String(first.headers['etag']),
        },
      });
      assert.equal(again.status, 304);
    });

    for (const path of ['/profile', '/userinfo']) {
      it(`is refused as a plain bearer at ${path}`, async () => {
        const { token } = await boundToken();
        assertRefused(await read(token, undefined, { scheme: 'Bearer', path }), 'invalid_token');
      });
    }

    it('is refused as a bearer beside a good proof, and without proof under its own scheme', async () => {
      const { token } = await boundToken();
      const proof = await prove(key, 'GET', '/profile', { ath: hashOf(token) });
      assert.equal((await read(token, proof, { scheme: 'Bearer' })).status, 400);
      assert.equal((await read(token, undefined)).status, 400);
    });

    it('is refused with a proof that was shown before (section 11.1)', async () => {
      const { token } = await boundToken();
      const proof = await prove(key, 'GET', '/profile', { ath: hashOf(token) });
      assert.equal((await read(token, proof)).status, 200);
      assertRefused(await read(token, proof), 'invalid_token');
    });

    it('is good once of many times that the same proof is shown at once', async () => {
      const { token } = await boundToken();
      const proof = await prove(key, 'GET', '/profile', { ath: hashOf(token) });
      const answers = await Promise.all(Array.from({ length: 6 }, () => read(token, proof)));
      const count = (status: number): number => answers.filter((answer) => answer.status === status).length;
      assert.deepEqual([count(200), count(401)], [1, 5]);
    });

    it('is refused with an old proof for as long as that would be taken for fresh, tidied up or not', async () => {
      const { token } = await boundToken();
      const proof = await prove(key, 'GET', '/profile', { ath: hashOf(token), iat: now() + 55 });
      const first = await read(token, proof);
      assert.equal(first.status, 200, first.text);
      // Until iat + 60 seconds the proof looks fresh.
      await world.sql(`update replays set expires_at = expires_at - interval '114 seconds'`);
      await world.provider.latchkey.tidyUp();
      assertRefused(await read(token, proof), 'invalid_token');
    });

    const badProofs: readonly (readonly [what: string, proof: (token: string) => Promise<string>])[] = [
      ['another method', (token) => prove(key, 'POST', '/profile', { ath: hashOf(token) })],
      ['another path', (token) => prove(key, 'GET', '/userinfo', { ath: hashOf(token) })],
      [
        'another host',
        (token) => prove(key, 'GET', '', { ath: hashOf(token), htu: 'https://elsewhere.example/profile' }),
      ],
      ['no address', (token) => prove(key, 'GET', '', { ath: hashOf(token), htu: undefined })],
      ['the hash of another token', () => prove(key, 'GET', '/profile', { ath: hashOf('another') })],
      ['no hash', () => prove(key, 'GET', '/profile')],
      [
        'a signature by another key',
        (token) => prove({ ...otherKey, publicJwk: key.publicJwk }, 'GET', '/profile', { ath: hashOf(token) }),
      ],
      ['a time two minutes ago', (token) => prove(key, 'GET', '/profile', { ath: hashOf(token), iat: now() - 120 })],
      ['a time in two minutes', (token) => prove(key, 'GET', '/profile', { ath: hashOf(token), iat: now() + 120 })],
      ['no time', (token) => prove(key, 'GET', '/profile', { ath: hashOf(token), iat: undefined })],
      ['no jti', (token) => prove(key, 'GET', '/profile', { ath: hashOf(token), jti: undefined })],
      ['another type', (token) => prove(key, 'GET', '/profile', { ath: hashOf(token) }, { typ: 'JWT' })],
      [
        'a nonce that was never given out',
        (token) => prove(key, 'GET', '/profile', { ath: hashOf(token), nonce: 'x' }),
      ],
      [
        'its private key in it',
        async (token) =>
          prove(key, 'GET', '/profile', { ath: hashOf(token) }, { jwk: { ...(await exportJWK(key.privateKey)) } }),
      ],
      [
        'a shared key',
        async (token) => {
          const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
          const jwk = { kty: 'oct', k: Buffer.from('secret').toString('base64url') };
          const claims = {
            jti: randomUUID(),
            htm: 'GET',
            htu: `${world.provider.issuer}/profile`,
            iat: now(),
            ath: hashOf(token),
          };
          const content = `${encode({ alg: 'HS256', typ: 'dpop+jwt', jwk })}.${encode(claims)}`;
          return `${content}.${createHmac('sha256', 'secret').update(content).digest('base64url')}`;
        },
      ],
      ['no JWT at all', async () => 'proof'],
    ];
    for (const [what, proof] of badProofs) {
      it(`is refused with a proof that has ${what}`, async () => {
        const { token } = await boundToken();
        assertRefused(await read(token, await proof(token)), 'invalid_dpop_proof');
      });
    }

    it('is refused with a good proof by another key', async () => {
      const { token } = await boundToken();
      assertRefused(
        await read(token, await prove(otherKey, 'GET', '/profile', { ath: hashOf(token) })),
        'invalid_token',
      );
    });

    it('tells its key to those who may introspect it', async () => {
      const { client, token } = await boundToken();
      const told = (await world.server(client).introspect(token)).json();
      assert.deepEqual(told['cnf'], { jkt: key.thumbprint });
      assert.equal(told['token_type'], 'DPoP');
    });

    it('for an API carries its key in the JWT (section 6.1), and says so when it is introspected', async () => {
      const { person, browser } = await world.regular();
      const resource = 'https://bound.example.org/api';
      const api = await world.newClient({ redirectUris: [], resource, resourceScope: 'bound:read' });
      const client = await world.newClient({ scope: 'openid bound:read' });
      const tokens = await tokensFor(
        browser,
        client,
        person.username,
        { scope: 'openid bound:read', resource },
        { parameters: { resource }, headers: await atToken() },
      );
      assert.equal(tokens.token_type, 'DPoP');
      assert.deepEqual(decodeJwt(tokens.access_token)['cnf'], { jkt: key.thumbprint });
      const told = (await world.server(api).introspect(tokens.access_token)).json();
      assert.deepEqual([told['active'], told['token_type'], told['cnf']], [true, 'DPoP', { jkt: key.thumbprint }]);
    });
  });

  describe('a token that is not bound to a key', () => {
    it('is refused with a proof', async () => {
      const { person, browser } = await world.regular();
      const client = await world.newClient();
      const { access_token: token } = await tokensFor(browser, client, person.username);
      assertRefused(await read(token, await prove(key, 'GET', '/profile', { ath: hashOf(token) })), 'invalid_token');
    });
  });

  describe('at the token endpoint', () => {
    const newCode = async (client: TestClient, more: Record<string, string> = {}) => {
      const { person, browser } = await world.regular();
      const authorization = authorizationRequest(client.client_id, more);
      const response = await goThrough(browser, authorization, person.username);
      return { code: response.get('code') ?? '', code_verifier: authorization.codeVerifier };
    };

    it('a client that must bind its tokens is refused without a proof', async () => {
      const client = await world.newClient({ dpopBoundAccessTokens: true });
      const without = await world.server(client).exchange(await newCode(client));
      assert.equal(without.status, 400);
      assert.match(String(without.json()['error']), /^invalid_(?:grant|request|dpop_proof)$/);
      assert.ok(!('access_token' in without.json()));
      const withProof = await world.server(client).exchange(await newCode(client), await atToken());
      assert.equal(withProof.json()['token_type'], 'DPoP');
    });

    it('a proof is good once', async () => {
      const client = await world.newClient();
      const headers = await atToken();
      assert.equal((await world.server(client).exchange(await newCode(client), headers)).status, 200);
      assertError(await world.server(client).exchange(await newCode(client), headers), 'invalid_grant');
    });

    const badProofs: readonly (readonly [what: string, proof: () => Promise<string>])[] = [
      ['another address', () => prove(key, 'POST', '/request')],
      ['another method', () => prove(key, 'GET', '/token')],
      ['an old time', () => prove(key, 'POST', '/token', { iat: now() - 120 })],
    ];
    for (const [what, proof] of badProofs) {
      it(`a proof with ${what} is refused`, async () => {
        const client = await world.newClient();
        const answer = await world.server(client).exchange(await newCode(client), { dpop: await proof() });
        assertError(answer, 'invalid_dpop_proof');
      });
    }

    it('a code that was asked for with dpop_jkt is good with that key alone (section 10)', async () => {
      const client = await world.newClient();
      const bound = { dpop_jkt: key.thumbprint };
      assertError(await world.server(client).exchange(await newCode(client, bound)), 'invalid_grant');
      const withOther = await world.server(client).exchange(await newCode(client, bound), await atToken(otherKey));
      assertError(withOther, 'invalid_grant');
      const right = await world.server(client).exchange(await newCode(client, bound), await atToken());
      assert.equal(right.json()['token_type'], 'DPoP');
    });

    it('a request that was pushed with a proof binds the code to that key (section 10.1)', async () => {
      const { browser } = await world.regular();
      const client = await world.newClient();
      const push = async (more: Record<string, string> = {}) => {
        const authorization = authorizationRequest(client.client_id, more);
        const headers = { dpop: await prove(key, 'POST', '/request') };
        return { authorization, answer: await world.server(client).push(authorization.url, headers) };
      };
      const exchange = async (by: ProofKey): Promise<Answer> => {
        const { authorization, answer } = await push();
        const requestUri = encodeURIComponent(String(answer.json()['request_uri']));
        const url = `/auth?client_id=${client.client_id}&request_uri=${requestUri}`;
        const code = responseOf(await begin(browser, { ...authorization, url })).get('code') ?? '';
        return world.server(client).exchange({ code, code_verifier: authorization.codeVerifier }, await atToken(by));
      };
      assert.equal((await exchange(key)).status, 200);
      assertError(await exchange(otherKey), 'invalid_grant');
      assertError((await push({ dpop_jkt: otherKey.thumbprint })).answer, 'invalid_request');
    });

    it('the refresh token of a public client is bound to the key too (section 5)', async () => {
      const { person, browser } = await world.regular();
      const client = await world.newPublicClient({ scope: 'openid offline_access' });
      const request = { scope: 'openid offline_access', prompt: 'consent' };
      const tokens = await tokensFor(browser, client, person.username, request, { headers: await atToken() });
      const refreshToken = tokens.refresh_token ?? '';
      assertError(await world.server(client).refresh(refreshToken), 'invalid_grant');
      assertError(await world.server(client).refresh(refreshToken, {}, await atToken(otherKey)), 'invalid_grant');
      const answer = await world.server(client).refresh(refreshToken, {}, await atToken());
      assert.equal(answer.status, 200, answer.text);
      assert.equal(answer.json()['token_type'], 'DPoP');
    });
  });
};
