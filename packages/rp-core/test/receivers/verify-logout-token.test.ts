import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { IssuerKeys } from '../../src/receivers/issuer-keys.ts';
import { IssuerKeysError } from '../../src/receivers/issuer-keys-error.ts';
import { LogoutTokenError } from '../../src/receivers/logout-token-error.ts';
import { verifyLogoutToken } from '../../src/receivers/verify-logout-token.ts';
import { readVectors } from '../support/read-vectors.ts';
import { dateOf, expectationsOf, outcomeOf, secondsOf, type TokenVectors } from './token-vectors.ts';

interface Result {
  readonly sub: string | null;
  readonly sid: string | null;
  readonly ended_at: number;
  readonly jti: string;
  readonly txn: string | null;
}

const vectors = readVectors('logout-tokens') as TokenVectors<Result, unknown>;
const expectations = expectationsOf(vectors);
const [good] = vectors.accepted;
assert.ok(good !== undefined);

describe('verifyLogoutToken (Back-Channel Logout 1.0, section 2.6)', () => {
  for (const { why, now, token, result } of vectors.accepted) {
    it(`accepts: ${why}`, async () => {
      const { ended, endedAt, jti, txn } = await verifyLogoutToken(token, expectations, dateOf(now));
      assert.equal(ended.issuer, vectors.issuer);
      assert.deepEqual(
        { sub: ended.sub ?? null, sid: ended.sid ?? null, ended_at: secondsOf(endedAt), jti, txn: txn ?? null },
        result,
      );
    });
  }

  for (const { why, now, token, code } of vectors.refused) {
    it(`refuses: ${why}`, async () => {
      assert.equal(await outcomeOf(verifyLogoutToken(token, expectationsOf(vectors), dateOf(now))), code);
    });
  }

  it('refuses an algorithm that this client is not registered for', async () => {
    const narrow = { ...expectations, algorithms: ['ES256'] as const };
    assert.equal(await outcomeOf(verifyLogoutToken(good.token, narrow, dateOf(good.now))), 'ERR_LOGOUT_TOKEN_ALG');
  });

  it('refuses a token that is longer than any delivery may be, without looking into it', async () => {
    const token = `${good.token}${'A'.repeat(64 * 1024)}`;
    const outcome = await outcomeOf(verifyLogoutToken(token, expectations, dateOf(good.now)));
    assert.equal(outcome, 'ERR_LOGOUT_TOKEN_MALFORMED');
  });

  it('does not refuse a token because the issuer’s keys cannot be read', async () => {
    const keys = new IssuerKeys({
      jwksUri: () => Promise.reject(new Error('no discovery yet')),
      fetch: () => assert.fail(),
    });
    await assert.rejects(
      verifyLogoutToken(good.token, { ...expectations, keys }, dateOf(good.now)),
      (error) => error instanceof IssuerKeysError && error.code === 'ERR_ISSUER_KEYS_UNAVAILABLE',
    );
  });

  it('never asks for keys on behalf of a token that cannot be good', async () => {
    const keys = new IssuerKeys({ jwksUri: () => assert.fail('asked'), fetch: () => assert.fail('asked') });
    const early = ['MALFORMED', 'ALG', 'TYP', 'CRIT'].map((fault) => `ERR_LOGOUT_TOKEN_${fault}`);
    const cases = vectors.refused.filter(
      // Claims are looked at after the signature only.
      ({ code, why }) => early.includes(code) && !why.startsWith('claims that'),
    );
    assert.ok(cases.length > 20);
    for (const { token, now, code } of cases) {
      assert.equal(await outcomeOf(verifyLogoutToken(token, { ...expectations, keys }, dateOf(now))), code);
    }
  });

  it('tells the sender nothing of what the token holds', async () => {
    const allowed = /^[\x20\x21\x23-\x5b\x5d-\x7e]+$/; // RFC 6749, section 5.2
    for (const { token, now } of vectors.refused) {
      const error = await verifyLogoutToken(token, expectationsOf(vectors), dateOf(now)).then(
        () => assert.fail(),
        (reason: unknown) => reason,
      );
      assert.ok(error instanceof LogoutTokenError);
      assert.match(error.message, allowed);
      assert.doesNotMatch(error.message, /alice|sid-1|delivery-1|logout-1|attacker|wiki|eyJ/);
    }
  });
});
