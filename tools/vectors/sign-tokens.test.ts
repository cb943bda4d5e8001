import assert from 'node:assert/strict';
import { createPublicKey, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { buildVectors, vectorNames } from './build-vectors.ts';
import { type JsonObject, publicJwk } from './sign-compact.ts';

interface Written {
  readonly why: string;
  readonly key: string | null;
  readonly header: JsonObject | null;
  readonly claims: JsonObject | null;
  readonly token: string;
}

interface Vectors {
  readonly accepted: readonly Written[];
  readonly refused: readonly (Written & { readonly code: string })[];
  readonly sequences: readonly { readonly steps: readonly (Written | { readonly begin: object })[] }[];
}

for (const name of vectorNames) {
  const text = readFileSync(join(import.meta.dirname, `../../test/vectors/${name}.json`), 'utf8');
  const { accepted, refused, sequences } = JSON.parse(text) as Vectors;
  const inSequences = sequences.flatMap(({ steps }) => steps).filter((step) => 'token' in step);
  const all: readonly Written[] = [...accepted, ...refused, ...inSequences];

  describe(`test/vectors/${name}.json`, () => {
    it('is what the cases say: node tools/vectors/sign-tokens.ts would change nothing', () => {
      assert.equal(buildVectors(name, text), text);
    });

    it('can be written afresh: only signatures that are another each time differ', () => {
      const afresh = JSON.parse(buildVectors(name, '')) as Vectors;
      const before = [...accepted, ...refused];
      [...afresh.accepted, ...afresh.refused].forEach(({ why, header, token }, index) => {
        const isRandom = header?.['alg'] === 'ES256' || header?.['alg'] === 'PS256';
        const earlier = before[index]?.token ?? '';
        if (isRandom) assert.equal(token.slice(0, token.lastIndexOf('.')), earlier.slice(0, earlier.lastIndexOf('.')));
        else assert.equal(token, earlier, why);
      });
    });

    it('lists header and claims that the tokens carry', () => {
      for (const { why, header, claims, token } of all) {
        const [encodedHeader = '', encodedClaims = ''] = token.split('.');
        if (header !== null) assert.deepEqual(decode(encodedHeader), header, why);
        if (claims !== null) assert.deepEqual(decode(encodedClaims), claims, why);
      }
    });

    it('has only tokens signed by the key named, where they are not said to be signed by another or not at all', () => {
      for (const { why, key, header, token } of all) {
        const isTampered = why.includes('after signing');
        if (key === null || key === 'none' || key.startsWith('hs256') || header?.['alg'] === 'none' || isTampered)
          continue;
        if (header?.['alg'] !== 'RS256') continue;
        assert.equal(isSignedBy(key, token), true, why);
      }
      const tampered = all.filter(({ why }) => why.includes('after signing'));
      assert.ok(tampered.length > 0);
      for (const { why, key, token } of tampered) assert.equal(isSignedBy(key ?? '', token), false, why);
    });

    it('tells every case apart by its why, and refuses more than it accepts', () => {
      const whys = [...accepted, ...refused].map(({ why }) => why);
      assert.equal(new Set(whys).size, whys.length);
      assert.ok(refused.length > 3 * accepted.length);
    });

    it('has a case for each reason to refuse', () => {
      const reasons = ['MALFORMED', 'ALG', 'TYP', 'CRIT', 'KEY', 'SIGNATURE', 'ISS', 'AUD', 'IAT', 'EXP', 'NBF', 'JTI'];
      const codes = new Set(refused.map(({ code }) => code.replace(/^ERR_(?:LOGOUT_TOKEN|SECURITY_EVENT)_/, '')));
      for (const reason of [...reasons, 'TXN', 'TOE', 'EVENTS', 'SUBJECT']) assert.ok(codes.has(reason), reason);
      assert.ok(codes.has(name === 'logout-tokens' ? 'NONCE' : 'CLAIMS'));
    });

    it('holds no private key', () => {
      assert.doesNotMatch(text, /"(?:d|p|q|dp|dq|qi)":"/);
    });
  });
}

const decode = (part: string): unknown => JSON.parse(Buffer.from(part, 'base64url').toString());

const isSignedBy = (key: string, token: string): boolean => {
  const end = token.lastIndexOf('.');
  return verify(
    'sha256',
    Buffer.from(token.slice(0, end)),
    createPublicKey({ key: publicJwk(key), format: 'jwk' }),
    Buffer.from(token.slice(end + 1), 'base64url'),
  );
};
