import { constants, createHmac, createPrivateKey, createPublicKey, type JsonWebKey, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** On node:crypto alone, so that the vectors do not rest on the library that they try. */

export type JsonObject = Readonly<Record<string, unknown>>;

interface TestKeys {
  readonly keys: Readonly<Record<string, JsonWebKey & { readonly kid: string }>>;
}

const { keys } = JSON.parse(readFileSync(join(import.meta.dirname, 'test-keys.json'), 'utf8')) as TestKeys;

/** What signs a token: a key of `test-keys.json`, or one of the forger's ways. */
export type SignerName =
  | 'issuer-rs256'
  | 'issuer-es256'
  | 'issuer-eddsa'
  | 'issuer-encryption'
  /** Of another issuer, with the same `kid` as ours. */
  | 'other-issuer-rs256'
  /** Published nowhere, with a `kid` of its own. */
  | 'stranger-rs256'
  /** An empty signature. */
  | 'none'
  /** HMAC with the issuer's public RSA key as the secret, in PEM and in DER. */
  | 'hs256-public-pem'
  | 'hs256-public-der'
  /** HMAC with an empty secret. */
  | 'hs256-empty';

/** Public JWKs of what the issuer publishes. */
export const publishedKeys = (): JsonObject => ({
  keys: (['issuer-rs256', 'issuer-es256', 'issuer-eddsa', 'issuer-encryption'] as const).map(publicJwk),
});

/** One public key as a JWK, with its `kid`, `alg` and `use` where it has them. */
export const publicJwk = (name: string): JsonObject => {
  const { d: _d, p: _p, q: _q, dp: _dp, dq: _dq, qi: _qi, ...publicPart } = keyNamed(name);
  return publicPart;
};

/** A compact JWS (RFC 7515, section 7.1). The algorithm is the header's. */
export const signCompact = (header: JsonObject, payload: string, signer: SignerName): string => {
  const input = `${base64url(JSON.stringify(header))}.${base64url(payload)}`;
  return `${input}.${signatureOf(input, header['alg'], signer).toString('base64url')}`;
};

const signatureOf = (input: string, alg: unknown, signer: SignerName): Buffer => {
  switch (signer) {
    case 'none':
      return Buffer.alloc(0);
    case 'hs256-empty':
      return createHmac('sha256', '').update(input).digest();
    case 'hs256-public-pem':
    case 'hs256-public-der': {
      const key = createPublicKey({ key: keyNamed('issuer-rs256'), format: 'jwk' });
      const secret =
        signer === 'hs256-public-pem'
          ? key.export({ type: 'spki', format: 'pem' })
          : key.export({ type: 'spki', format: 'der' });
      return createHmac('sha256', secret).update(input).digest();
    }
    default: {
      const key = createPrivateKey({ key: keyNamed(signer), format: 'jwk' });
      if (key.asymmetricKeyType === 'ed25519') return sign(null, Buffer.from(input), key);
      if (key.asymmetricKeyType === 'ec') {
        return sign('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' });
      }
      return alg === 'PS256'
        ? sign('sha256', Buffer.from(input), { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 })
        : sign(alg === 'RS512' ? 'sha512' : 'sha256', Buffer.from(input), key);
    }
  }
};

const keyNamed = (name: string): TestKeys['keys'][string] => {
  const key = keys[name];
  if (key === undefined) throw new Error(`test-keys.json has no ${name}`);
  return key;
};

const base64url = (text: string): string => Buffer.from(text).toString('base64url');
