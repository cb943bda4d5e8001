import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { chooseLocalUsername, localUsernameCandidates } from '../../src/linking/local-username.ts';
import type { Subject } from '../../src/linking/subject.ts';
import type { UsernameRule } from '../../src/linking/username-rules.ts';
import { readVectors } from '../support/read-vectors.ts';

interface Case {
  readonly rule: UsernameRule;
  readonly preferredUsername?: string;
  readonly taken: readonly string[];
  readonly username: string;
  readonly differs: boolean;
  readonly why: string;
}
const lists = ['unchanged', 'mapped', 'numbered', 'replaced'] as const;
const vectors = readVectors('local-usernames') as { readonly usual: Subject } & Readonly<
  Record<(typeof lists)[number], readonly Case[]>
>;
const rules: readonly UsernameRule[] = ['house', 'wordpress', 'mediawiki', 'discourse'];

/** What each application takes, written again from its own description. */
const isTaken: Readonly<Record<UsernameRule, (name: string) => boolean>> = {
  house: (name) => /^(?=.{4,20}$)[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name),
  wordpress: (name) => /^[A-Za-z0-9 _.-]{1,50}$/.test(name) && /\D/.test(name) && !/^ | $| {2}/.test(name),
  mediawiki: (name) =>
    Buffer.byteLength(name) <= 235 &&
    !/[#<>[\]{}|/@:_~*\p{Cc}\p{Cf}\p{Co}\p{Cs}]|^ | $| {2}|^[a-z]|^\.{1,2}$/u.test(name) &&
    !/^\d{1,3}(\.\d{1,3}){2}\.(\d{1,3}|xxx)$/.test(name),
  discourse: (name) =>
    /^[A-Za-z0-9_][A-Za-z0-9_.-]{1,18}[A-Za-z0-9]$/.test(name) &&
    !/[-_.]{2}|\.(js|json|css|htm|html|xml|jpg|jpeg|png|gif|bmp|ico|tif|tiff|woff)$/i.test(name),
};

describe('chooseLocalUsername', () => {
  for (const list of lists) {
    describe(list, () => {
      for (const { rule, preferredUsername, taken, username, differs, why } of vectors[list]) {
        it(`${rule}, ${JSON.stringify(preferredUsername) ?? 'no name'}: ${why}`, () => {
          const chosen = chooseLocalUsername(rule, { ...vectors.usual, preferredUsername }, taken);
          assert.deepEqual(chosen, { username, differs });
        });
      }
    });
  }

  const marks = fc.constantFrom(...'abcxyzABZ019-_. @#/:[~*äßİжｇ\u200B\u0301\uD800😀'.split(''));
  const names = fc.oneof(
    fc.string({ unit: marks, maxLength: 60 }),
    fc.string({ unit: 'binary', maxLength: 60 }),
    fc.constantFrom('admin', 'System', 'web-master', 'alice.png', '10.0.0.1', 'me@example.org'),
  );

  for (const rule of rules) {
    it(`gives only names that the application takes: ${rule}`, () => {
      fc.assert(
        fc.property(names, fc.webUrl(), fc.string({ minLength: 1 }), (preferredUsername, issuer, sub) => {
          const candidates = [...localUsernameCandidates(rule, { issuer, sub, preferredUsername })];
          for (const name of candidates) assert.ok(isTaken[rule](name), JSON.stringify(name));
          assert.ok(candidates.length <= 198);
        }),
        { numRuns: 100 },
      );
    });

    it(`gives each name once, and the same names for the same person: ${rule}`, () => {
      fc.assert(
        fc.property(names, (preferredUsername) => {
          const subject = { ...vectors.usual, preferredUsername };
          const candidates = [...localUsernameCandidates(rule, subject)];
          assert.equal(new Set(candidates).size, candidates.length);
          assert.deepEqual([...localUsernameCandidates(rule, subject)], candidates);
        }),
        { numRuns: 20 },
      );
    });
  }

  it('gives nothing where every candidate is taken', () => {
    const subject = { ...vectors.usual, preferredUsername: 'alice' };
    assert.equal(chooseLocalUsername('house', subject, [...localUsernameCandidates('house', subject)]), undefined);
  });

  it('names two people without a name differently', () => {
    const one = chooseLocalUsername('house', { ...vectors.usual, preferredUsername: undefined }, []);
    const other = chooseLocalUsername('house', { ...vectors.usual, sub: 'b0b', preferredUsername: undefined }, []);
    assert.notEqual(one?.username, other?.username);
  });
});
