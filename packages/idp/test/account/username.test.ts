import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { reservedUsernames } from '../../src/domain/account/reserved-usernames.ts';
import { checkUsername } from '../../src/domain/account/username.ts';

interface Vectors {
  readonly accepted: readonly { readonly username: string; readonly why: string }[];
  readonly refused: readonly { readonly username: string; readonly code: string; readonly why: string }[];
}

const vectors = JSON.parse(
  readFileSync(new URL('../../../../test/vectors/usernames.json', import.meta.url), 'utf8'),
) as Vectors;

describe('checkUsername', () => {
  for (const { username, why } of vectors.accepted) {
    it(`accepts ${JSON.stringify(username)}: ${why}`, () => assert.equal(checkUsername(username).value, username));
  }
  for (const { username, code, why } of vectors.refused) {
    it(`refuses ${JSON.stringify(username)}: ${why}`, () => assert.equal(checkUsername(username).problem?.code, code));
  }

  it('refuses every reserved name, with a hyphen anywhere inside too', () => {
    for (const name of reservedUsernames) {
      for (let index = 0; index < name.length; index++) {
        const hyphenated = index === 0 ? name : `${name.slice(0, index)}-${name.slice(index)}`;
        assert.notEqual(checkUsername(hyphenated).problem, undefined, hyphenated);
      }
    }
  });

  it('keeps the reserved names in one form: lower-case ASCII letters and digits', () => {
    assert.deepEqual(
      reservedUsernames.filter((name) => !/^[a-z0-9]+$/.test(name)),
      [],
    );
  });

  it('accepts only what all three applications take unchanged, whatever the text', () => {
    const letters = fc.constantFrom(...'abcxyz019-_. AZä\n\0/@'.split(''));
    const texts = fc.oneof(fc.string({ unit: letters, maxLength: 24 }), fc.string({ unit: 'binary', maxLength: 24 }));
    fc.assert(
      fc.property(texts, (text) => {
        if (checkUsername(text).value === undefined) return;
        // Written again, from each application's own rules.
        assert.ok(text.length >= 4 && text.length <= 20);
        for (const character of text) assert.ok('abcdefghijklmnopqrstuvwxyz0123456789-'.includes(character));
        assert.ok(!'0123456789-'.includes(text.charAt(0)) && !text.endsWith('-') && !text.includes('--'));
      }),
    );
  });

  it('accepts every name that its grammar makes, unless it is reserved', () => {
    const part = fc.stringMatching(/^[a-z0-9]{1,5}$/);
    const names = fc
      .tuple(fc.stringMatching(/^[a-z]$/), fc.array(part, { minLength: 1, maxLength: 4 }))
      .map(([first, parts]) => first + parts.join('-'))
      .filter((name) => name.length >= 4 && name.length <= 20);
    fc.assert(
      fc.property(names, (name) => {
        const { problem } = checkUsername(name);
        assert.equal(
          problem?.code,
          reservedUsernames.includes(name.replaceAll('-', '')) ? 'ERR_USERNAME_RESERVED' : undefined,
        );
      }),
    );
  });
});
