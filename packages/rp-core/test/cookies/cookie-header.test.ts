import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { cookieValues, ownCookie, ownCookiesWith } from '../../src/cookies/cookie-header.ts';

describe('reading the Cookie header (RFC 6265, section 5.4)', () => {
  it('finds a cookie among others', () => {
    assert.equal(ownCookie('a=1; app-session=value; b=2', 'app-session'), 'value');
  });

  it('takes a cookie that was sent twice for none, whichever came first', () => {
    assert.equal(ownCookie('app-session=tossed; app-session=ours', 'app-session'), undefined);
    assert.equal(ownCookie('app-session=same; app-session=same', 'app-session'), undefined);
    assert.equal(ownCookie('app-session=; app-session=ours', 'app-session'), undefined);
  });

  it('gives both values of one that others may set', () => {
    assert.deepEqual(cookieValues('hint=a; x=1; hint=b', 'hint'), ['a', 'b']);
  });

  it('finds nothing where nothing is', () => {
    for (const header of [null, undefined, '', ';', '=', ' ; ; ', 'app-session', '=app-session']) {
      assert.equal(ownCookie(header, 'app-session'), undefined, String(header));
    }
  });

  it('keeps an empty value apart from none', () => {
    assert.equal(ownCookie('app-session=', 'app-session'), '');
  });

  it('keeps what follows the first equals sign as the value', () => {
    assert.equal(ownCookie('app-session=a=b==', 'app-session'), 'a=b==');
  });

  it('takes no quotes and no escapes away', () => {
    assert.equal(ownCookie('app-session="a%20b"', 'app-session'), '"a%20b"');
  });

  it('trims blank and tab, and nothing else that looks like a space', () => {
    assert.equal(ownCookie('x=1;\t app-session=value \t; y=2', 'app-session'), 'value');
    for (const space of ['\u00a0', '\u000b', '\u000c', '\u0085', '\ufeff', '\u2003']) {
      assert.equal(ownCookie(`${space}app-session=tossed`, 'app-session'), undefined);
      assert.equal(ownCookie(`${space}app-session=tossed; app-session=ours`, 'app-session'), 'ours');
    }
  });

  it('knows a name by every letter and its case', () => {
    const header = 'App-Session=1; app-session2=2; xapp-session=3; app-sessio=4; app-session =5';
    assert.equal(ownCookie(header, 'app-session'), undefined);
  });

  it('lists cookies whose names begin so once each, in the order in which they were sent', () => {
    const header = 'app-attempt-b=1; app-attempt-a=2; other=4; app-attempt-=5; xapp-attempt-c=6';
    assert.deepEqual(ownCookiesWith(header, 'app-attempt-', 9), [
      ['app-attempt-b', '1'],
      ['app-attempt-a', '2'],
      ['app-attempt-', '5'],
    ]);
    assert.deepEqual(ownCookiesWith(null, 'app-attempt-', 9), []);
  });

  it('lists one that was sent twice as empty, and knows of the second behind the last that is looked at', () => {
    const header = 'app-attempt-b=1; app-attempt-a=2; app-attempt-c=3; app-attempt-b=tossed';
    assert.deepEqual(ownCookiesWith(header, 'app-attempt-', 2), [
      ['app-attempt-b', ''],
      ['app-attempt-a', '2'],
    ]);
  });
});
