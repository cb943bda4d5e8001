import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { browserState, readHints } from '../../src/signed-in-state/hints.ts';

describe('readHints', () => {
  const name = '__Secure-latchkey-hint';
  const hints = (...values: string[]): string[] =>
    readHints(values.map((value) => `${name}=${value}`).join('; '), name);

  it("reads each hint once, in the browser's order", () => {
    assert.deepEqual(hints('AAAA'), ['AAAA']);
    assert.deepEqual(hints('BBBB', 'AAAA', 'BBBB'), ['BBBB', 'AAAA']);
  });

  it('reads none where none was sent', () => {
    assert.deepEqual(readHints(null, name), []);
    assert.deepEqual(readHints('latchkey-hint=AAAA', name), [], 'the name without its prefix');
  });

  it('takes nothing that is no hint of an issuer, as if it were not there', () => {
    const bad = ['', 'a b', 'a.b', '<script>', '"AAAA"', 'ä', 'A'.repeat(33), 'AAAA=', '\u00a0AAAA'];
    for (const value of bad) assert.deepEqual(hints(value), [], value);
    assert.deepEqual(hints('<script>', 'AAAA'), ['AAAA']);
  });
});

describe('browserState', () => {
  it('says what the script sees too: all hint cookies as they are, and the marker', () => {
    assert.equal(browserState('hint=a; x=1; hint=b', 'hint', 'm1'), 'a,b|m1');
    assert.equal(browserState(null, 'hint', ''), '|');
  });
});
