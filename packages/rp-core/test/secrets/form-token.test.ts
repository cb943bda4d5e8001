import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, it } from 'node:test';
import { FormTokens } from '../../src/secrets/form-token.ts';
import { tokenHash } from '../../src/secrets/token-hash.ts';

describe('FormTokens', () => {
  const secret = randomBytes(32);
  const application = 'https://app.example app';
  const tokens = new FormTokens(secret, application);
  const token = tokens.tokenFor('session one');

  it('finds the token of a session good for that session, in every process', () => {
    assert.equal(tokens.isGood('session one', token), true);
    assert.equal(new FormTokens(Buffer.from(secret), application).isGood('session one', token), true);
  });

  it('finds it good for no other session', () => {
    for (const owner of ['session two', 'session', 'session one ', ''])
      assert.equal(tokens.isGood(owner, token), false);
  });

  it('finds nothing else good', () => {
    const none = ['A', 'A'.repeat(43), 'A'.repeat(86), token.slice(0, -2), `${token}AA`, token.toUpperCase()];
    for (const other of [undefined, '', ...none]) assert.equal(tokens.isGood('session one', other), false, other);
  });

  it('finds nothing good with one bit changed, wherever that is', () => {
    const bytes = Buffer.from(token, 'base64url');
    for (let at = 0; at < bytes.length; at++) {
      const changed = Buffer.from(bytes);
      changed.writeUInt8((bytes[at] ?? 0) ^ 1, at);
      assert.equal(tokens.isGood('session one', changed.toString('base64url')), false, `byte ${at}`);
    }
  });

  it('finds no token of another application good, with the same secret neither', () => {
    assert.equal(new FormTokens(randomBytes(32), application).isGood('session one', token), false);
    for (const other of ['https://other.example app', 'https://app.example other', 'https://app.example', '']) {
      assert.equal(new FormTokens(secret, other).isGood('session one', token), false, other);
    }
  });

  it('tells nothing of the session', () => {
    assert.notEqual(token, tokenHash('session one'));
    assert.match(token, /^[A-Za-z0-9_-]{86}$/);
  });

  it('writes another token each time, no part of which comes again', () => {
    const others = Array.from({ length: 200 }, () => tokens.tokenFor('session one'));
    assert.ok(others.every((other) => tokens.isGood('session one', other)));
    for (const part of [(one: string) => one.slice(0, 43), (one: string) => one.slice(43)]) {
      assert.equal(new Set(others.map(part)).size, others.length);
    }
  });
});
