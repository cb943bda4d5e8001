import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CookieWriter, cookieNames } from '../../src/cookies/cookies.ts';

const https = new URL('https://app.example');
const loopback = new URL('http://127.0.0.1:8080');

describe('cookies on https', () => {
  const cookies = new CookieWriter(https);

  it("carry the prefix that keeps sibling hosts out, all but the issuer's hint", () => {
    const { hint, ...own } = cookieNames('app', https, new URL('https://accounts.example'));
    for (const name of Object.values(own)) assert.match(name, /^__Host-app-/);
    assert.equal(hint, '__Secure-latchkey-hint');
  });

  it('are Secure, for path / and no domain, HttpOnly and Lax', () => {
    const line = cookies.set('__Host-app-session', 'value', 60, 'by servers');
    assert.equal(line, '__Host-app-session=value; Path=/; Max-Age=60; Secure; HttpOnly; SameSite=Lax');
  });

  it('are readable by scripts only where that is asked for', () => {
    assert.doesNotMatch(cookies.set('__Host-app-here', 'x', 60, 'by scripts'), /HttpOnly/);
  });

  it('last in whole seconds, never below none, or as long as the browser runs', () => {
    assert.match(cookies.set('a', 'x', 59.9, 'by servers'), /; Max-Age=59;/);
    assert.match(cookies.set('a', 'x', -5, 'by servers'), /; Max-Age=0;/);
    assert.doesNotMatch(cookies.set('a', 'x', undefined, 'by servers'), /Max-Age/);
  });

  it('are cleared with the attributes that a browser wants to see for the prefix', () => {
    assert.equal(
      cookies.clear('__Host-app-here'),
      '__Host-app-here=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Lax',
    );
  });
});

describe('cookies on loopback http', () => {
  it('carry no prefix and are not Secure, since a browser would not keep them', () => {
    const names = cookieNames('app', loopback, new URL('http://localhost:3000'));
    for (const name of Object.values(names)) assert.doesNotMatch(name, /^__/);
    assert.doesNotMatch(new CookieWriter(loopback).set('app-session', 'x', 60, 'by servers'), /Secure/);
  });

  it("are told apart from a neighbour's by the application's word", () => {
    const [one, other] = ['one', 'other'].map((word) => cookieNames(word, loopback, new URL('http://localhost:3000')));
    assert.ok(one && other);
    const { hint: hintOfOne, ...ownOfOne } = one;
    const { hint: hintOfOther, ...ownOfOther } = other;
    assert.equal(hintOfOne, hintOfOther);
    for (const name of Object.values(ownOfOne)) assert.ok(!Object.values(ownOfOther).includes(name));
  });
});
