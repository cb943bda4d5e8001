import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, it } from 'node:test';
import { Sealer } from '../../src/secrets/sealer.ts';

describe('Sealer', () => {
  const secret = randomBytes(32);
  const sealer = new Sealer(secret, 'tokens');
  const sealed = sealer.seal('a secret text, with ü', 'session one');

  it('opens what it sealed for the same context', () => {
    assert.equal(sealer.open(sealed, 'session one'), 'a secret text, with ü');
    assert.equal(sealer.open(sealer.seal('', 'x'), 'x'), '');
  });

  it('opens in another process that has the same secret', () => {
    assert.equal(new Sealer(Buffer.from(secret), 'tokens').open(sealed, 'session one'), 'a secret text, with ü');
  });

  it('seals the same text differently each time, and in signs that a cookie may have', () => {
    assert.notEqual(sealer.seal('text', 'x'), sealer.seal('text', 'x'));
    assert.match(sealed, /^[A-Za-z0-9_-]+$/);
  });

  it('does not open for another context', () => {
    for (const context of ['session two', 'session', 'session one ', '']) {
      assert.equal(sealer.open(sealed, context), undefined, context);
    }
  });

  it('does not open for another purpose', () => {
    assert.equal(new Sealer(secret, 'attempt').open(sealed, 'session one'), undefined);
  });

  it('does not open with another secret', () => {
    assert.equal(new Sealer(randomBytes(32), 'tokens').open(sealed, 'session one'), undefined);
  });

  it('does not open with one bit changed, wherever that is', () => {
    const bytes = Buffer.from(sealed, 'base64url');
    for (let at = 0; at < bytes.length; at++) {
      const changed = Buffer.from(bytes);
      changed.writeUInt8((bytes[at] ?? 0) ^ 1, at);
      assert.equal(sealer.open(changed.toString('base64url'), 'session one'), undefined, `byte ${at}`);
    }
  });

  it('does not open when something is missing or added', () => {
    const bytes = Buffer.from(sealed, 'base64url');
    for (let length = 0; length < bytes.length; length++) {
      assert.equal(sealer.open(bytes.subarray(0, length).toString('base64url'), 'session one'), undefined);
    }
    for (const other of [`${sealed}AAAA`, `AAAA${sealed}`, '', 'garbage', '\u00a0', '=']) {
      assert.equal(sealer.open(other, 'session one'), undefined, other);
    }
  });

  it('takes no secret that is shorter than 32 bytes', () => {
    assert.throws(() => new Sealer(randomBytes(31), 'tokens'), RangeError);
  });
});
