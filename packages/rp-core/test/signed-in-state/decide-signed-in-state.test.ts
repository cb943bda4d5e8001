import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  decideSignedInState,
  type SignedInState,
  type SignedInStateFacts,
} from '../../src/signed-in-state/decide-signed-in-state.ts';
import { readVectors } from '../support/read-vectors.ts';

interface Case {
  readonly facts: SignedInStateFacts;
  readonly state: SignedInState;
  readonly why: string;
}

type States = Readonly<Record<SignedInState, readonly Case[]>>;

describe('decideSignedInState (test/vectors/signed-in-state.json)', () => {
  const { anonymous, silent, heartbeat, keep } = readVectors('signed-in-state') as States;
  for (const [state, cases] of Object.entries({ anonymous, silent, heartbeat, keep })) {
    describe(state, () => {
      for (const { facts, state: expected, why } of cases) {
        it(why, () => {
          assert.equal(expected, state);
          assert.equal(decideSignedInState(facts), expected);
        });
      }
    });
  }
});

describe('decideSignedInState, whatever the facts', () => {
  const now = 1_000_000;
  const hint = fc.constantFrom('AAAA', 'BBBB', 'CCCC');
  const facts = fc.record(
    {
      now: fc.constant(now),
      hints: fc.uniqueArray(hint),
      session: fc.record(
        {
          hint: fc.option(hint, { nil: undefined }),
          foreignHints: fc.uniqueArray(hint),
          provedAt: fc.integer({ min: now - 50_000, max: now }),
          expiresAt: fc.integer({ min: now - 10, max: now + 10 }),
          accessTokenExpiresAt: fc.option(fc.integer({ min: now - 400, max: now + 10 }), { nil: undefined }),
          distrusted: fc.boolean(),
        },
        { requiredKeys: ['foreignHints', 'provedAt', 'expiresAt'] },
      ),
      tried: fc.array(fc.record({ hint, until: fc.integer({ min: now - 5, max: now + 5 }) })),
      departures: fc.array(fc.integer({ min: now - 700, max: now })),
      redirectable: fc.boolean(),
      issuerReachable: fc.boolean(),
    },
    { requiredKeys: ['now', 'hints', 'tried', 'departures', 'redirectable', 'issuerReachable'] },
  );
  const check = (rule: (given: SignedInStateFacts, state: SignedInState) => boolean): void =>
    fc.assert(
      fc.property(facts, (given) => rule(given, decideSignedInState(given))),
      { numRuns: 5000 },
    );

  it('sends nobody off who may not be, whose issuer is away, or who went six times', () => {
    check(
      ({ redirectable, issuerReachable, departures }, state) =>
        state !== 'silent' || (redirectable && issuerReachable && departures.filter((at) => at > now - 600).length < 6),
    );
  });

  it('sends nobody off who has neither hint nor session', () => {
    check(({ hints, session }, state) => hints.length > 0 || session !== undefined || state === 'anonymous');
  });

  it('never uses a session past its end', () => {
    check(
      ({ session }, state) =>
        (session !== undefined && session.expiresAt > now) || (state !== 'keep' && state !== 'heartbeat'),
    );
  });

  it('never keeps a session without a heartbeat when its proof is old and its bearer is good', () => {
    check(({ session }, state) => {
      const spent = session?.accessTokenExpiresAt !== undefined && session.accessTokenExpiresAt <= now;
      return state !== 'keep' || spent || (session !== undefined && now - session.provedAt < 300);
    });
  });

  it('never keeps a session that something changed for, unless its bearer is spent and the issuer away', () => {
    check(({ session, issuerReachable }, state) => {
      const spent = session?.accessTokenExpiresAt !== undefined && session.accessTokenExpiresAt <= now;
      return state !== 'keep' || session?.distrusted !== true || (spent && !issuerReachable);
    });
  });

  it('never keeps a session whose bearer is spent for five minutes while the issuer answers', () => {
    check(
      ({ session, issuerReachable }, state) =>
        state !== 'keep' || !issuerReachable || now - (session?.accessTokenExpiresAt ?? Infinity) < 300,
    );
  });

  it('never keeps a session for more than twelve hours after its proof', () => {
    check(({ session }, state) => state !== 'keep' || (session !== undefined && now - session.provedAt < 43_200));
  });
});
