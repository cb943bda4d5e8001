import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { checkPassword } from '../../src/domain/account/password-rules.ts';

describe('checkPassword', () => {
  it('accepts 15 to 256 characters', () => {
    for (const length of [15, 256]) assert.equal(checkPassword('x'.repeat(length)).value, 'x'.repeat(length));
  });

  it('refuses 14 and 257 characters', () => {
    assert.equal(checkPassword('x'.repeat(14)).problem?.code, 'ERR_PASSWORD_TOO_SHORT');
    assert.equal(checkPassword('').problem?.code, 'ERR_PASSWORD_TOO_SHORT');
    assert.equal(checkPassword('x'.repeat(257)).problem?.code, 'ERR_PASSWORD_TOO_LONG');
    assert.equal(checkPassword('x'.repeat(1_000_000)).problem?.code, 'ERR_PASSWORD_TOO_LONG');
  });

  it('counts characters as people do, not bytes and not halves of them', () => {
    assert.equal(checkPassword('😀'.repeat(14)).problem?.code, 'ERR_PASSWORD_TOO_SHORT');
    assert.equal(checkPassword('😀'.repeat(256)).value, '😀'.repeat(256));
  });

  it('counts and answers the composed form (NFC), so that every keyboard types the same password', () => {
    assert.equal(checkPassword('e\u0308'.repeat(15)).value, 'ë'.repeat(15));
    assert.equal(checkPassword('e\u0308'.repeat(14)).problem?.code, 'ERR_PASSWORD_TOO_SHORT');
    assert.equal(checkPassword('e\u0308'.repeat(256)).value, 'ë'.repeat(256));
  });

  it('trims nothing', () => {
    const password = '  correct horse battery  ';
    assert.equal(checkPassword(password).value, password);
  });

  it('refuses half of a surrogate pair, which has no UTF-8 form', () => {
    assert.equal(checkPassword(`${'x'.repeat(20)}\uD800`).problem?.code, 'ERR_PASSWORD_MALFORMED');
  });

  it('takes other lengths as rules', () => {
    assert.equal(checkPassword('12345678', { minLength: 8, maxLength: 10 }).value, '12345678');
    assert.equal(checkPassword('12345678901', { minLength: 8, maxLength: 10 }).problem?.code, 'ERR_PASSWORD_TOO_LONG');
  });

  it('never repeats the password in what it says', () => {
    assert.doesNotMatch(checkPassword('hunter2').problem?.message ?? '', /hunter2/);
  });
});
