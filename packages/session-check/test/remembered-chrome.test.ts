import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { stillGood } from '../src/remembered-chrome.ts';

const now = Date.parse('2026-01-01T12:00:00Z');
const minutes = (count: number): number => count * 60_000;
const alice = { signedIn: true, name: 'Alice Example', username: 'alice', csrf: 'token' };
const nobody = { signedIn: false };

describe('the chrome that a tab remembers', () => {
  it('is good for the same state, for as long as that lasts, when somebody is signed in', () => {
    for (const at of [now, now - minutes(11), now - minutes(60 * 24)]) {
      assert.deepEqual(stillGood({ state: 'a|m', at, chrome: alice }, 'a|m', now), alice);
    }
  });

  it('is good for ten minutes when nobody is', () => {
    assert.deepEqual(stillGood({ state: 'a|', at: now - minutes(10) + 1, chrome: nobody }, 'a|', now), nobody);
    assert.equal(stillGood({ state: 'a|', at: now - minutes(10), chrome: nobody }, 'a|', now), false);
  });

  it('is not good for another state', () => {
    for (const state of ['', '|', 'a|', 'a|n', 'b|m', 'a,a|m', 'a|m|', undefined]) {
      assert.equal(stillGood({ state, at: now, chrome: alice }, 'a|m', now), false, state);
    }
  });

  it('is not good when it is not whole', () => {
    const parts = { state: 'a|', at: now, chrome: nobody };
    const wrong: unknown[] = [undefined, null, 5, 'a|', [], {}, { ...parts, chrome: undefined }];
    wrong.push({ ...parts, chrome: 'x' }, { ...parts, chrome: { ...alice, name: 5 } }, { ...parts, at: undefined });
    wrong.push({ ...parts, at: 'yesterday' });
    for (const value of wrong) assert.equal(stillGood(value, 'a|', now), false, JSON.stringify(value));
  });
});
