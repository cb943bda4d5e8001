import assert from 'node:assert/strict';
import { generateKeyPairSync, type JsonWebKey } from 'node:crypto';
import { describe, it } from 'node:test';
import { checkClientKeys } from '../../src/domain/client/client-keys.ts';

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const ed25519 = generateKeyPairSync('ed25519');
const jwk = (key: typeof rsa.publicKey): JsonWebKey => key.export({ format: 'jwk' });

describe('checkClientKeys', () => {
  it('accepts public RSA, EC and Ed25519 keys', () => {
    const keys = [
      { ...jwk(rsa.publicKey), kid: 'a' },
      { ...jwk(ec.publicKey), kid: 'b', use: 'sig', alg: 'ES256' },
      { ...jwk(ed25519.publicKey), kid: 'c' },
    ];
    assert.deepEqual(checkClientKeys({ keys }).value, { keys });
  });

  const cases: readonly (readonly [string, unknown])[] = [
    ['nothing', undefined],
    ['text', 'keys'],
    ['a list in place of a set', [jwk(ec.publicKey)]],
    ['a set without keys', {}],
    ['a set of no keys', { keys: [] }],
    ['a set of something else', { keys: ['key'] }],
    ['a private RSA key', { keys: [jwk(rsa.privateKey)] }],
    ['a private EC key', { keys: [jwk(ec.privateKey)] }],
    ['a private Ed25519 key', { keys: [jwk(ed25519.privateKey)] }],
    [
      'one private key among public ones',
      {
        keys: [
          { ...jwk(rsa.publicKey), kid: 'a' },
          { ...jwk(ec.privateKey), kid: 'b' },
        ],
      },
    ],
    ['a shared key', { keys: [{ kty: 'oct', k: 'c2VjcmV0' }] }],
    ['a key of another type', { keys: [{ kty: 'AKP', alg: 'ML-DSA-44', pub: 'AAAA' }] }],
    ['a key without type', { keys: [{ n: 'AQAB', e: 'AQAB' }] }],
    ['a key on another curve', { keys: [jwk(generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).publicKey)] }],
    ['a key for encryption', { keys: [{ ...jwk(ec.publicKey), use: 'enc' }] }],
    ['a key exchange key', { keys: [jwk(generateKeyPairSync('x25519').publicKey)] }],
    ['a RSA key of 1024 bits', { keys: [jwk(generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey)] }],
    ['a point that is not on its curve', { keys: [{ ...jwk(ec.publicKey), x: jwk(ec.publicKey).y }] }],
    ['a key cut short', { keys: [{ ...jwk(ec.publicKey), x: 'AA' }] }],
    ['a number for a kid', { keys: [{ ...jwk(ec.publicKey), kid: 1 }] }],
    [
      'two keys with one kid',
      {
        keys: [
          { ...jwk(ec.publicKey), kid: 'a' },
          { ...jwk(rsa.publicKey), kid: 'a' },
        ],
      },
    ],
    ['two keys without kid', { keys: [jwk(ec.publicKey), jwk(rsa.publicKey)] }],
    ['21 keys', { keys: Array.from({ length: 21 }, (_, index) => ({ ...jwk(ec.publicKey), kid: `${index}` })) }],
  ];
  for (const [what, jwks] of cases) {
    it(`refuses ${what}`, () => assert.equal(checkClientKeys(jwks).problem?.code, 'ERR_CLIENT_KEYS'));
  }

  it('never repeats a private key in what it says', () => {
    const { d } = jwk(ec.privateKey);
    assert.ok(d && !checkClientKeys({ keys: [jwk(ec.privateKey)] }).problem?.message.includes(d));
  });
});
