import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SecurityEventError } from '../../src/receivers/security-event-error.ts';
import { verifySecurityEvent } from '../../src/receivers/verify-security-event.ts';
import { readVectors } from '../support/read-vectors.ts';
import { dateOf, expectationsOf, outcomeOf, secondsOf, type TokenVectors } from './token-vectors.ts';

interface Result {
  readonly kind: string;
  readonly type: string;
  readonly sub: string | null;
  readonly claims: object | null;
  readonly profile_version: number | null;
  readonly occurred_at: number;
  readonly jti: string;
  readonly txn: string | null;
}

const vectors = readVectors('security-events') as TokenVectors<Result, unknown>;
const expectations = expectationsOf(vectors);

describe('verifySecurityEvent (RFC 8417; RFC 9493)', () => {
  for (const { why, now, token, result } of vectors.accepted) {
    it(`accepts: ${why}`, async () => {
      const { event, type, jti, txn, occurredAt } = await verifySecurityEvent(token, expectations, dateOf(now));
      const changed = event.kind === 'claims-changed' ? event : undefined;
      assert.deepEqual(
        {
          kind: event.kind,
          type,
          sub: event.kind === 'unknown' ? null : event.sub,
          claims: changed?.claims ?? null,
          profile_version: changed?.profileVersion ?? null,
          occurred_at: secondsOf(occurredAt),
          jti,
          txn: txn ?? null,
        },
        result,
      );
    });
  }

  for (const { why, now, token, code } of vectors.refused) {
    it(`refuses: ${why}`, async () => {
      assert.equal(await outcomeOf(verifySecurityEvent(token, expectationsOf(vectors), dateOf(now))), code);
    });
  }

  it('tells the sender nothing of what the token holds', async () => {
    for (const { token, now } of vectors.refused) {
      const error = await verifySecurityEvent(token, expectationsOf(vectors), dateOf(now)).then(
        () => assert.fail(),
        (reason: unknown) => reason,
      );
      assert.ok(error instanceof SecurityEventError);
      assert.doesNotMatch(error.message, /alice|bob|Liddell|editors|delivery-1|event-1|attacker|wiki|eyJ/);
    }
  });
});
