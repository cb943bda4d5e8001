import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { hasMarker, NOBODY, stateOf } from '../src/state.ts';

const of = (cookies: string): string => stateOf(cookies, '__Secure-hint', '__Host-here');

describe('the state that script and server compute from the cookies', () => {
  const cases: readonly (readonly [what: string, cookies: string, state: string])[] = [
    ['no cookie', '', '|'],
    ['other cookies', 'a=b; c=d', '|'],
    ['a hint', '__Secure-hint=abc', 'abc|'],
    ['a marker', '__Host-here=m1', '|m1'],
    ['both, among others', 'a=b; __Host-here=m1; c=d; __Secure-hint=abc; e=f', 'abc|m1'],
    ['a hint twice, in its order', '__Secure-hint=b; x=y; __Secure-hint=a', 'b,a|'],
    ['a hint twice with the same value', '__Secure-hint=a; __Secure-hint=a; __Host-here=m', 'a,a|m'],
    ['a hint three times', '__Secure-hint=a; __Secure-hint=b; __Secure-hint=c', 'a,b,c|'],
    ['an empty hint', '__Secure-hint=', '|'],
    ['two empty hints', '__Secure-hint=; __Secure-hint=', ',|'],
    ['a marker twice: one is somebody else’s', '__Host-here=m1; __Host-here=m2', '|'],
    ['a marker twice, one of them empty', '__Host-here=m1; __Host-here=', '|'],
    ['a value with = in it', '__Secure-hint=a=b=; __Host-here=c=', 'a=b=|c='],
    ['a value that looks encoded', '__Secure-hint=%41%7C', '%41%7C|'],
    ['the name in another case', '__secure-hint=a; __HOST-here=m', '|'],
    ['the name as the end of another', 'x__Secure-hint=a; y__Host-here=m', '|'],
    ['the name as the beginning of another', '__Secure-hint2=a; __Host-here.x=m', '|'],
    ['the name in a value', 'x=__Secure-hint=a', '|'],
    ['the name without a value', '__Secure-hint; __Host-here', '|'],
  ];
  for (const [what, cookies, state] of cases) {
    it(`is ${state} for ${what}`, () => assert.equal(of(cookies), state));
  }

  it('is nobody’s when the application names no cookies', () => {
    assert.equal(stateOf('a=b; =c; d', undefined, undefined), NOBODY);
  });
});

describe('the marker in a state', () => {
  it('is there', () => {
    for (const state of ['|m', 'a|m', 'a,b|m', 'a|b|m']) assert.equal(hasMarker(state), true, state);
  });

  it('is not there, even when a forged hint looks like one', () => {
    for (const state of [NOBODY, 'a|', 'a,b|', of('__Secure-hint=a|m')]) assert.equal(hasMarker(state), false, state);
  });
});
