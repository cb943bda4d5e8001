import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { calculateJwkThumbprint, createLocalJWKSet, decodeProtectedHeader, jwtVerify, type JWK } from 'jose';
import { SealError } from '../../src/secrets/sealer.ts';
import { SecretKeyError } from '../../src/storage/secret-key-file.ts';
import { startProvider, type RunningProvider } from '../support/running-provider.ts';
import { signingKeysOf, testSecretKey } from '../support/signing-keys.ts';
import { begin, responseOf, tokensFor, type IssuedTokens } from '../support/steps.ts';
import type { OpenTestDatabase, TestDatabase } from '../support/test-database.ts';
import { ApplicationServer } from '../support/token-requests.ts';
import { authorizationRequest, UserAgent } from '../support/user-agent.ts';

/** As long and as random as the right one. */
const otherKey = Buffer.from(Buffer.from(testSecretKey, 'hex').toReversed()).toString('hex');
const env = { SECRET_KEY: testSecretKey, KEY_ROTATION_DAYS: '10' };
const algorithms = ['ES256', 'RS256'] as const;

interface ListedKey {
  readonly kid: string;
  readonly alg: string;
  readonly state: 'signing' | 'coming' | 'replaced' | 'retired';
}

export const describeKeys = (open: OpenTestDatabase): void => {
  let database: TestDatabase;
  let provider: RunningProvider;
  let clients: Record<(typeof algorithms)[number], { client_id: string; client_secret: string }>;
  let browser: UserAgent;
  let hasAccount: boolean;

  before(async () => {
    database = await open();
  });
  after(() => database.close());
  beforeEach(async () => {
    await database.reset();
    provider = await startProvider(database, { env });
    clients = {
      RS256: await provider.addClient('rs'),
      ES256: await provider.addClient('es', { idTokenSignedResponseAlg: 'ES256' }),
    };
    browser = new UserAgent(provider);
    hasAccount = false;
  });
  afterEach(() => provider.close());

  const published = async (of = provider): Promise<readonly JWK[]> =>
    (await new UserAgent(of).ask('/jwks')).json()['keys'] as JWK[];
  const listed = async (of = provider): Promise<readonly ListedKey[]> =>
    (await of.command('keys.list', {}))['keys'] as ListedKey[];
  const kidIn = async (state: ListedKey['state'], alg: string): Promise<string> => {
    const found = (await listed()).filter((key) => key.state === state && key.alg === alg);
    assert.equal(found.length, 1, `${state} ${alg}: ${JSON.stringify(await listed())}`);
    return found[0]?.kid ?? '';
  };
  const statesOf = async (): Promise<string[]> =>
    (await listed()).map(({ alg, state }) => `${alg} ${state}`).toSorted();
  const tokens = async (alg: (typeof algorithms)[number] = 'RS256', at = browser): Promise<IssuedTokens> => {
    // Most tests need nobody to sign in, and hashing a password takes its time.
    if (!hasAccount) await provider.addAccount();
    hasAccount = true;
    return tokensFor(at, clients[alg], 'alice');
  };
  const kidOf = (jwt: string): string => String(decodeProtectedHeader(jwt).kid);
  /** As if everything about the keys had happened so much earlier; every process rereads them after 30 seconds. */
  const later = async (interval: string): Promise<void> => {
    await database.knex.raw(
      `update signing_keys set created_at = created_at - ?::interval, active_from = active_from - ?::interval,
         retired_at = retired_at - ?::interval`,
      [interval, interval, interval],
    );
    await provider.latchkey.maintainKeys();
  };
  const verify = async (idToken: string, clientId: string) =>
    jwtVerify(idToken, createLocalJWKSet({ keys: [...(await published())] }), {
      issuer: provider.issuer,
      audience: clientId,
    });
  /** What a silent sign-in with this hint is answered: 'code' or an error. */
  const hinted = async (idToken: string): Promise<string> => {
    const more = { prompt: 'none', id_token_hint: idToken };
    const response = responseOf(await begin(browser, authorizationRequest(clients.RS256.client_id, more)));
    return response.get('error') ?? 'code';
  };

  describe('the signing keys', () => {
    it('are one for RS256 and one for ES256, published without their private parts', async () => {
      const keys = await published();
      assert.equal(keys.length, 2);
      assert.deepEqual(new Set(keys.map(({ alg }) => alg)), new Set(algorithms));
      for (const key of keys) {
        assert.equal(key.use, 'sig');
        for (const secret of ['d', 'p', 'q', 'dp', 'dq', 'qi', 'k']) assert.ok(!(secret in key), secret);
      }
      const rsa = keys.find(({ kty }) => kty === 'RSA');
      assert.equal(Buffer.from(String(rsa?.n), 'base64url').length, 256);
    });

    it('are named by their thumbprint (RFC 7638)', async () => {
      for (const key of await published()) assert.equal(key.kid, await calculateJwkThumbprint(key));
    });

    for (const alg of algorithms) {
      it(`sign the ID tokens of a client with ${alg} where it is registered so`, async () => {
        const { id_token: idToken } = await tokens(alg);
        const { protectedHeader } = await verify(idToken, clients[alg].client_id);
        assert.equal(protectedHeader.alg, alg);
        assert.equal(protectedHeader.kid, await kidIn('signing', alg));
      });
    }

    it('change with the registration of the client', async () => {
      await provider.command('client.update', { clientId: 'rs', idTokenSignedResponseAlg: 'ES256' });
      assert.equal(decodeProtectedHeader((await tokens()).id_token).alg, 'ES256');
    });

    it('are the same after a restart, and when two processes start at once on a new database there is one of each', async () => {
      const before = await listed();
      await provider.close();
      provider = await startProvider(database, { env });
      assert.deepEqual(await listed(), before);
      await provider.close();
      await database.reset();
      const both = await Promise.all([startProvider(database, { env }), startProvider(database, { env })]);
      [provider] = both;
      assert.deepEqual(await statesOf(), ['ES256 signing', 'RS256 signing']);
      assert.deepEqual(await listed(both[1]), await listed());
      await both[1].close();
    });
  });

  describe('their rotation', () => {
    it('by command publishes a new key first and lets it sign a minute later, without a restart', async () => {
      const old = await kidIn('signing', 'RS256');
      const first = await tokens();
      await provider.command('keys.rotate', {});
      assert.deepEqual(await statesOf(), ['ES256 coming', 'ES256 signing', 'RS256 coming', 'RS256 signing']);
      const coming = await kidIn('coming', 'RS256');
      assert.ok((await published()).some(({ kid }) => kid === coming));
      assert.equal(kidOf((await tokens()).id_token), old);

      await later('58 seconds');
      assert.equal(kidOf((await tokens()).id_token), old);

      await later('3 seconds');
      assert.deepEqual(await statesOf(), ['ES256 replaced', 'ES256 signing', 'RS256 replaced', 'RS256 signing']);
      const next = await tokens();
      assert.equal(kidOf(next.id_token), coming);
      for (const { id_token: idToken } of [first, next]) await verify(idToken, clients.RS256.client_id);
      assert.equal(await hinted(first.id_token), 'code');
      const server = new ApplicationServer(provider.issuer, clients.RS256);
      assert.equal((await server.readProfile(first.access_token)).status, 200);
    });

    it('retires the old key: its private part goes, its public part still verifies what it signed', async () => {
      const first = await tokens();
      await provider.command('keys.rotate', {});
      await later('61 seconds');
      await later('61 seconds');
      assert.deepEqual(await statesOf(), ['ES256 retired', 'ES256 signing', 'RS256 retired', 'RS256 signing']);
      const rows = await database.knex('signing_keys').whereNotNull('retired_at').select('kid', 'sealed_private_jwk');
      assert.equal(rows.length, 2);
      for (const row of rows) assert.equal(row.sealed_private_jwk, null);
      await verify(first.id_token, clients.RS256.client_id);
      assert.equal(await hinted(first.id_token), 'code');
      assert.notEqual(kidOf((await tokens()).id_token), kidOf(first.id_token));
      const signedOut = await browser.ask(`/session/end?id_token_hint=${first.id_token}`);
      assert.match(signedOut.text, /You are signed out/);
    });

    it('forgets a retired key when no session can be that old any more', async () => {
      const first = await tokens();
      await provider.command('keys.rotate', {});
      await later('61 seconds');
      await later('61 seconds');
      await database.knex.raw(`update signing_keys set retired_at = retired_at - interval '31 days 1 minute'`);
      await provider.latchkey.maintainKeys();
      assert.deepEqual(await statesOf(), ['ES256 signing', 'RS256 signing']);
      assert.ok(!(await published()).some(({ kid }) => kid === kidOf(first.id_token)));
      assert.equal(await hinted(first.id_token), 'invalid_request');
    });

    it('by command twice makes one new key, and each command is a security event', async () => {
      await provider.command('keys.rotate', {});
      await provider.command('keys.rotate', {});
      assert.deepEqual(await statesOf(), ['ES256 coming', 'ES256 signing', 'RS256 coming', 'RS256 signing']);
      const events = await database.knex('security_events').where({ event: 'keys.rotated' }).select('actor');
      assert.deepEqual(events, [{ actor: 'command-line' }, { actor: 'command-line' }]);
    });

    it('by several processes at once makes one new key', async () => {
      const second = await startProvider(database, { env });
      try {
        await Promise.all([provider, second, provider, second].map((one) => one.command('keys.rotate', {})));
        assert.deepEqual(await statesOf(), ['ES256 coming', 'ES256 signing', 'RS256 coming', 'RS256 signing']);
      } finally {
        await second.close();
      }
    });

    it('reaches the other processes when they reread the keys', async () => {
      const second = await startProvider(database, { env });
      try {
        await provider.command('keys.rotate', {});
        const coming = await kidIn('coming', 'ES256');
        assert.ok(!(await published(second)).some(({ kid }) => kid === coming));
        await second.latchkey.maintainKeys();
        assert.deepEqual(await published(second), await published());
        await later('61 seconds');
        await second.latchkey.maintainKeys();
        assert.equal(kidOf((await tokens('ES256', new UserAgent(second))).id_token), coming);
      } finally {
        await second.close();
      }
    });

    it('happens by itself when its time has come, and not before', async () => {
      await later('9 days 23 hours');
      assert.deepEqual(await statesOf(), ['ES256 signing', 'RS256 signing']);
      await later('1 hour 1 minute');
      assert.deepEqual(await statesOf(), ['ES256 coming', 'ES256 signing', 'RS256 coming', 'RS256 signing']);
      assert.equal(kidOf((await tokens()).id_token), await kidIn('signing', 'RS256'));
      await later('61 seconds');
      assert.deepEqual(await statesOf(), ['ES256 replaced', 'ES256 signing', 'RS256 replaced', 'RS256 signing']);
      await later('61 seconds');
      assert.deepEqual(await statesOf(), ['ES256 retired', 'ES256 signing', 'RS256 retired', 'RS256 signing']);
    });
  });

  describe('their private parts', () => {
    it('are sealed: they open with the SECRET_KEY alone, and each at its own place', async () => {
      const keys = await signingKeysOf(database).list();
      assert.equal(keys.length, 2);
      for (const { privateJwk } of keys) assert.equal(typeof privateJwk?.['d'], 'string');
      const rows = await database.knex('signing_keys').select('kid', 'sealed_private_jwk');
      for (const [index, { privateJwk }] of keys.entries()) {
        const sealed = Buffer.from(rows[index].sealed_private_jwk as Uint8Array).toString('latin1');
        assert.ok(!sealed.includes(String(privateJwk?.['d'])) && !sealed.includes('"kty"'));
      }
      await assert.rejects(() => signingKeysOf(database, otherKey).list(), SealError);
      const [first, second] = rows;
      await database
        .knex('signing_keys')
        .where({ kid: first.kid })
        .update({ sealed_private_jwk: second.sealed_private_jwk });
      await assert.rejects(() => signingKeysOf(database).list(), SealError);
    });

    it('keep a provider with another SECRET_KEY from starting', async () => {
      await assert.rejects(() => startProvider(database, { env: { ...env, SECRET_KEY: otherKey } }), SecretKeyError);
    });

    it('are not in the log', async () => {
      await provider.command('keys.rotate', {});
      for (const { privateJwk } of await signingKeysOf(database).list()) {
        assert.ok(!provider.log().includes(String(privateJwk?.['d'])));
      }
    });
  });
};
