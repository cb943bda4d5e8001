import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { decideLink, type AdoptionCandidate, type LinkFacts } from '../../src/linking/decide-link.ts';
import { asJson, readVectors } from '../support/read-vectors.ts';

interface Case {
  readonly facts: Partial<Omit<LinkFacts, 'sameEmail'>> & { readonly sameEmail?: readonly string[] };
  readonly decision: unknown;
  readonly why: string;
}

const { usual, candidates, ...vectors } = readVectors('linking') as {
  readonly usual: LinkFacts;
  readonly candidates: Readonly<Record<string, AdoptionCandidate>>;
} & Readonly<Record<'linked' | 'new' | 'adopted' | 'asked' | 'waiting' | 'not adopted', readonly Case[]>>;

function candidate(name: string): AdoptionCandidate {
  const found = candidates[name];
  assert.ok(found, `the vectors name a candidate ${name}`);
  return found;
}

describe('decideLink', () => {
  for (const list of ['linked', 'new', 'adopted', 'asked', 'waiting', 'not adopted'] as const) {
    describe(list, () => {
      for (const { facts, decision, why } of vectors[list]) {
        it(`${JSON.stringify(facts)}: ${why}`, () => {
          const sameEmail = (facts.sameEmail ?? []).map((name) => candidate(name));
          assert.deepEqual(asJson(decideLink({ ...usual, ...facts, sameEmail })), decision);
        });
      }
    });
  }

  const anyCandidate = fc.record({
    localUserId: fc.constantFrom('7', '8'),
    everLinked: fc.boolean(),
    hasElevatedRights: fc.boolean(),
    emailConfirmed: fc.boolean(),
    disabled: fc.boolean(),
  });
  const localUserId = fc.constantFrom('7', '8');
  const anyFacts: fc.Arbitrary<LinkFacts> = fc.record({
    link: fc.constantFrom<LinkFacts['link']>(
      { state: 'none' },
      { state: 'none' },
      { state: 'closed' },
      { state: 'open', localUser: 'active' },
      { state: 'open', localUser: 'disabled' },
      { state: 'open', localUser: 'active', disabledAtSeconds: 1000 },
    ),
    how: fc.constantFrom('interactive', 'silent'),
    issuedAtSeconds: fc.constantFrom(999, 1000, 1001),
    emailVerified: fc.boolean(),
    sameEmail: fc.array(anyCandidate, { maxLength: 2 }),
    usernameHeld: fc.boolean(),
    adopt: fc.constantFrom('proof', 'verified-email', 'never'),
    proofWays: fc.subarray(['password', 'mail']),
    proof: fc.oneof(
      fc.constant({ standing: 'none' } as const),
      fc.record({ standing: fc.constant('declined' as const), localUserId }),
      fc.record({ standing: fc.constant('proved' as const), localUserId, way: fc.constantFrom('password', 'mail') }),
    ),
  });

  it('adopts only what the design lets be adopted, whatever the facts', () => {
    fc.assert(
      fc.property(anyFacts, (facts) => {
        const decision = decideLink(facts);
        if (decision.kind !== 'adopt') return;
        const [one, ...others] = facts.sameEmail;
        assert.ok(one && others.length === 0 && one.localUserId === decision.localUserId);
        assert.ok(!one.everLinked && !one.hasElevatedRights && !one.disabled);
        assert.ok(facts.how === 'interactive' && facts.emailVerified && facts.adopt !== 'never');
        const isProved = facts.proof.standing === 'proved' && facts.proof.localUserId === one.localUserId;
        assert.ok(isProved || (facts.adopt === 'verified-email' && one.emailConfirmed));
      }),
      { numRuns: 2000 },
    );
  });

  it('refuses nobody who has no link, whatever others have registered', () => {
    fc.assert(
      fc.property(anyFacts, (facts) => {
        assert.notEqual(decideLink({ ...facts, link: { state: 'none' } }).kind, 'refuse');
      }),
    );
  });

  it('neither adopts nor asks in a silent check', () => {
    fc.assert(
      fc.property(anyFacts, (facts) => {
        const { kind } = decideLink({ ...facts, how: 'silent' });
        assert.ok(kind !== 'adopt' && kind !== 'ask-proof');
      }),
    );
  });
});
