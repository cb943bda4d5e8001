import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { wordpress } from '../../../src/accounts-side/index.ts';

interface Vectors {
  readonly accepted: readonly { readonly username: string; readonly why: string }[];
  readonly refused: readonly { readonly username: string; readonly code: string; readonly why: string }[];
}

const file = new URL('../../../../../test/vectors/usernames.json', import.meta.url);
const vectors = JSON.parse(readFileSync(file, 'utf8')) as Vectors;
const preferredUsernameOf = (login: string) => wordpress.usernames.preferredUsernameOf(login);

describe('the preferred_username that a user name of WordPress is', () => {
  for (const { username, why } of vectors.accepted) {
    it(`is ${JSON.stringify(username)} itself: ${why}`, () => {
      assert.deepEqual(preferredUsernameOf(username), { username });
    });
  }

  const caseOnly = (username: string): boolean => vectors.accepted.some((it) => it.username === username.toLowerCase());
  for (const { username, code, why } of vectors.refused) {
    if (code !== 'ERR_USERNAME_INVALID' || caseOnly(username)) continue;
    it(`is not ${JSON.stringify(username)}: ${why}`, () => {
      assert.match(preferredUsernameOf(username).fault ?? '', /^(has|does not begin with) /);
    });
  }

  it('is the same without capitals: WordPress takes both for one name', () => {
    assert.deepEqual(preferredUsernameOf('Alice'), { username: 'alice' });
    assert.deepEqual(preferredUsernameOf('ANNA-Lena'), { username: 'anna-lena' });
  });

  const others: readonly (readonly [string, RegExp])[] = [
    ['alice@example.org', /characters other than/],
    ['alice smith', /characters other than/],
    ['alice_smith', /characters other than/],
    ['alice.smith', /characters other than/],
    ['günther', /characters other than/],
    ['\u212aarla', /characters other than/],
    ['alice\n', /characters other than/],
    ['4711', /begin with a letter/],
    ['-alice', /begin with a letter/],
    ['alice-', /hyphen/],
    ['anna--lena', /hyphen/],
    ['eve', /fewer than 4/],
    ['a'.repeat(21), /more than 20/],
  ];
  for (const [login, fault] of others) {
    it(`is none for ${JSON.stringify(login)}, and says why`, () => {
      const { username, fault: said } = preferredUsernameOf(login);
      assert.equal(username, undefined);
      assert.match(said ?? '', fault);
    });
  }
});
