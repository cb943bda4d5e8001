import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, it } from 'node:test';
import { FormTokens } from '../../src/secrets/form-token.ts';
import { tokenHash } from '../../src/secrets/token-hash.ts';

describe('FormTokens', () => {
  const secret = randomBytes(32);
  const tokens = new FormTokens(secret);
  const token = tokens.tokenFor('session one');

  it('finds the token of a session good for that session, in every process', () => {
    assert.equal(tokens.isGood('session one', token), true);
    assert.equal(new FormTokens(Buffer.from(secret)).isGood('session one', token), true);
  });

  it('finds it good for no other session', () => {
    for (const owner of ['session two', 'session', 'session one ', ''])
      assert.equal(tokens.isGood(owner, token), false);
  });

  it('finds nothing else good', () => {
    for (const other of [undefined, '', 'A', 'A'.repeat(43), token.slice(0, -1), `${token}A`, token.toUpperCase()]) {
      assert.equal(tokens.isGood('session one', other), false, other);
    }
  });

  it('finds no token of another application good', () => {
    assert.equal(new FormTokens(randomBytes(32)).isGood('session one', token), false);
  });

  it('tells nothing of the session', () => {
    assert.notEqual(token, tokenHash('session one'));
    assert.match(token, /^[A-Za-z0-9_-]{43}$/);
  });
});
