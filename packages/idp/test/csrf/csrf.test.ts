import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { describe, it } from 'node:test';

import fc from 'fast-check';

import { isForeignRequest, issueCsrfToken, verifyCsrfToken } from '../../src/http/csrf.ts';

const key = randomBytes(32);
const token = issueCsrfToken(key, 'browser');

describe('issueCsrfToken', () => {
  it('makes 128 random bits and a code of 256 bits, in characters that a form leaves alone', () => {
    assert.match(token, /^[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}$/);
  });

  it('makes another one each time, and all of them hold', () => {
    const tokens = Array.from({ length: 100 }, () => issueCsrfToken(key, 'browser'));
    assert.equal(new Set(tokens).size, 100);
    assert.ok(tokens.every((each) => verifyCsrfToken(key, 'browser', each)));
  });

  it('refuses an empty binding and a short key', () => {
    assert.throws(() => issueCsrfToken(key, ''), RangeError);
    assert.throws(() => issueCsrfToken(randomBytes(31), 'browser'), RangeError);
    assert.throws(() => issueCsrfToken(new Uint8Array(0), 'browser'), RangeError);
  });
});

describe('verifyCsrfToken', () => {
  it('accepts a token of this key for this browser', () => {
    assert.equal(verifyCsrfToken(key, 'browser', token), true);
  });

  it('refuses it for another browser and under another key', () => {
    for (const binding of ['browse', 'browser ', 'Browser', ''])
      assert.equal(verifyCsrfToken(key, binding, token), false);
    assert.equal(verifyCsrfToken(randomBytes(32), 'browser', token), false);
  });

  it('refuses a token that any one character was changed in', () => {
    for (const index of token.split('').keys()) {
      const other = token[index] === 'A' ? 'B' : 'A';
      const changed = token.slice(0, index) + other + token.slice(index + 1);
      assert.equal(verifyCsrfToken(key, 'browser', changed), false, `character ${index}`);
    }
  });

  it('refuses the random part of one token with the code of another', () => {
    const [random] = token.split('.');
    const [, code] = issueCsrfToken(key, 'browser').split('.');
    assert.equal(verifyCsrfToken(key, 'browser', `${random}.${code}`), false);
  });

  it('refuses a binding that the random part of a token was moved into', () => {
    const random = token.slice(0, 22);
    assert.equal(verifyCsrfToken(key, `browser${random.slice(0, 1)}`, token.slice(1)), false);
  });

  const others: readonly [string, unknown][] = [
    ['nothing', undefined],
    ['null', null],
    ['an empty text', ''],
    ['a dot', '.'],
    ['a list with a good token', [token]],
    ['an object', { toString: () => token }],
    ['a token with a line feed behind it', `${token}\n`],
    ['a token with white space before it', ` ${token}`],
    ['a token twice', `${token},${token}`],
    ['a token without its code', `${token.slice(0, 22)}.`],
    ['a token with padding', `${token}=`],
    ['characters of two bytes', `${'é'.repeat(22)}.${'é'.repeat(43)}`],
    ['a very long text', 'A'.repeat(1_000_000)],
  ];
  for (const [name, value] of others) {
    it(`refuses ${name}`, () => assert.equal(verifyCsrfToken(key, 'browser', value), false));
  }

  it('refuses any text that it did not issue, without throwing', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => !verifyCsrfToken(key, 'browser', text)));
  });

  it('says so when the key is too short to mean anything', () => {
    assert.throws(() => verifyCsrfToken(randomBytes(16), 'browser', token), RangeError);
  });
});

describe('isForeignRequest', () => {
  const issuer = 'https://accounts.example.org';
  const site = (value: string): IncomingHttpHeaders => ({ 'sec-fetch-site': value });

  const own: readonly [string, IncomingHttpHeaders][] = [
    ['from a page of the issuer', { ...site('same-origin'), origin: issuer }],
    // What browsers send with our own forms, whose pages have "Referrer-Policy: no-referrer".
    ['from a page of the issuer that sends no referrer', { ...site('same-origin'), origin: 'null' }],
    ['that the person began', site('none')],
    ['that the person repeats', { ...site('none'), origin: 'null' }],
    ['of a browser without Sec-Fetch-Site', { origin: issuer }],
    ['without either header', {}],
  ];
  for (const [name, headers] of own) {
    it(`accepts a request ${name}`, () => assert.equal(isForeignRequest(headers, issuer), false));
  }

  const foreign: readonly [string, IncomingHttpHeaders][] = [
    ['from another site', { ...site('cross-site'), origin: 'https://elsewhere.example' }],
    ['from another host of the same site', { ...site('same-site'), origin: 'https://forum.example.org' }],
    ['from another site that hides its origin', { ...site('cross-site'), origin: 'null' }],
    ['from another site without Origin', site('cross-site')],
    ['from another host without Origin', site('same-site')],
    ['from another site that claims our origin', { ...site('cross-site'), origin: issuer }],
    ['with headers that contradict each other', { ...site('same-origin'), origin: 'https://elsewhere.example' }],
    ['with a value that no browser sends', site('Same-Origin')],
    ['with an empty Sec-Fetch-Site', site('')],
    ['with Sec-Fetch-Site twice', site('same-origin, same-origin')],
    ['with Sec-Fetch-Site as a list', { 'sec-fetch-site': ['same-origin'] as unknown as string }],
    ['of an old browser, from a sandboxed frame', { origin: 'null' }],
    ['of an old browser, from another site', { origin: 'https://elsewhere.example' }],
    ['with an empty Origin', { origin: '' }],
    ['from another port', { origin: `${issuer}:8443` }],
    ['over http', { origin: 'http://accounts.example.org' }],
    ['from a host that begins like ours', { origin: `${issuer}.elsewhere.example` }],
    ['with a path in the Origin', { origin: `${issuer}/` }],
    ['with two origins', { origin: `${issuer}, https://elsewhere.example` }],
    ['with capitals in the Origin', { origin: 'https://ACCOUNTS.example.org' }],
  ];
  for (const [name, headers] of foreign) {
    it(`refuses a request ${name}`, () => assert.equal(isForeignRequest(headers, issuer), true));
  }
});
