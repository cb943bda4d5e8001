import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isPlaceholderAddress, placeholderAddress } from '../../src/linking/placeholder-address.ts';
import type { EmailHolder } from '../../src/linking/plan-email.ts';
import { planProfileUpdate, type ProfileUpdateFacts } from '../../src/linking/plan-profile-update.ts';
import type { Profile } from '../../src/linking/profile.ts';
import { readProfileClaims } from '../../src/linking/read-profile-claims.ts';
import type { Subject } from '../../src/linking/subject.ts';
import { asJson, readVectors } from '../support/read-vectors.ts';

type Nullable<Type> = { readonly [Key in keyof Type]?: Type[Key] | null };
interface UpdateCase {
  readonly facts: Nullable<Omit<ProfileUpdateFacts, 'holders'>> & { readonly holders?: readonly string[] };
  readonly told: Nullable<Profile>;
  readonly plan: unknown;
  readonly why: string;
}
interface ClaimsCase {
  readonly claims: unknown;
  readonly told: Readonly<Record<string, unknown>>;
  readonly why: string;
}
const updateLists = ['applied', 'stale', 'left alone', 'addresses that move on', 'conflicts'] as const;
const vectors = readVectors('profile-updates') as {
  readonly usual: ProfileUpdateFacts;
  readonly otherUsers: Readonly<Record<string, EmailHolder>>;
  readonly claims: readonly ClaimsCase[];
  readonly 'claims not told': readonly ClaimsCase[];
  readonly 'claims refused': readonly { readonly claims: unknown; readonly fault: string; readonly why: string }[];
  readonly placeholders: readonly (Subject & { readonly placeholder: string; readonly why: string })[];
  readonly 'no placeholders': readonly { readonly address: string; readonly why: string }[];
} & Readonly<Record<(typeof updateLists)[number], readonly UpdateCase[]>>;

/** What a case says instead of the usual; null says: not there. */
const changed = <Type extends object>(usual: Type, change: Nullable<Type>): Type => ({
  ...usual,
  ...Object.fromEntries(Object.entries(change).map(([key, value]) => [key, value ?? undefined])),
});

function otherUser(name: string): EmailHolder {
  const found = vectors.otherUsers[name];
  assert.ok(found, `the vectors name another user ${name}`);
  return found;
}

describe('planProfileUpdate', () => {
  for (const list of updateLists) {
    describe(list, () => {
      for (const { facts, told, plan, why } of vectors[list]) {
        it(why, () => {
          const { holders = [], ...rest } = facts;
          const usual = { ...vectors.usual, profile: changed(vectors.usual.profile, told) };
          const update = {
            ...changed<ProfileUpdateFacts>(usual, rest),
            holders: holders.map((name) => otherUser(name)),
          };
          assert.deepEqual(asJson(planProfileUpdate(update)), plan);
        });
      }
    });
  }
});

describe('readProfileClaims', () => {
  const { issuer, sub } = vectors.usual.profile;
  for (const list of ['claims', 'claims not told'] as const) {
    describe(list, () => {
      for (const { claims, told, why } of vectors[list]) {
        it(`${JSON.stringify(claims).slice(0, 90)}: ${why}`, () => {
          assert.deepEqual(asJson(readProfileClaims(claims, { issuer, sub })), {
            profile: { issuer, sub, emailVerified: false, ...told },
          });
        });
      }
    });
  }
  describe('claims refused', () => {
    for (const { claims, fault, why } of vectors['claims refused']) {
      it(`${JSON.stringify(claims).slice(0, 90)}: ${why}`, () => {
        assert.deepEqual(readProfileClaims(claims, { issuer, sub }), { fault });
      });
    }
  });

  it('keeps 250 groups at most', () => {
    const groups = Array.from({ length: 300 }, (_, index) => `group ${index}`);
    assert.deepEqual(readProfileClaims({ sub, groups }, { issuer, sub }).profile?.groups, groups.slice(0, 250));
  });
});

describe('placeholderAddress', () => {
  for (const { placeholder, why, ...subject } of vectors.placeholders) {
    it(`${subject.issuer} ${subject.sub}: ${why}`, () => {
      assert.equal(placeholderAddress(subject), placeholder);
      assert.ok(isPlaceholderAddress(placeholder));
    });
  }
  for (const { address, why } of vectors['no placeholders']) {
    it(`does not take for one ${JSON.stringify(address)}: ${why}`, () => assert.ok(!isPlaceholderAddress(address)));
  }
});
