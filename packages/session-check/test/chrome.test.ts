import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isAnswer } from '../src/chrome.ts';

const alice = { signedIn: true, name: 'Alice Example', username: 'alice', csrf: 'token' };

describe('the chrome that an application sends', () => {
  const good: readonly unknown[] = [
    alice,
    { ...alice, ask: true },
    { ...alice, name: '', csrf: '', ask: false },
    { ...alice, unknown: 1 },
    { signedIn: false },
    { signedIn: false, ask: true },
    { signedIn: false, name: 5 },
  ];
  for (const value of good) it(`is ${JSON.stringify(value)}`, () => assert.equal(isAnswer(value), true));

  const bad: readonly unknown[] = [
    undefined,
    null,
    true,
    0,
    'signedIn',
    [],
    [alice],
    {},
    { ...alice, signedIn: 1 },
    { ...alice, signedIn: 'true' },
    { ...alice, signedIn: null },
    { ...alice, name: undefined },
    { ...alice, name: null },
    { ...alice, name: ['Alice'] },
    { ...alice, username: 5 },
    { ...alice, csrf: {} },
    { ...alice, csrf: undefined },
    { ...alice, ask: 1 },
    { ...alice, ask: null },
    { signedIn: false, ask: 'true' },
  ];
  for (const value of bad) it(`is not ${JSON.stringify(value)}`, () => assert.equal(isAnswer(value), false));
});
