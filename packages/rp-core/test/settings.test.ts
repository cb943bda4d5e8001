import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, it } from 'node:test';
import { resolveSettings, type RelyingPartySettings } from '../src/settings.ts';

const good: RelyingPartySettings = {
  issuer: 'https://accounts.example.org',
  clientId: 'app',
  clientSecret: 'secret',
  origin: 'https://app.example.org',
  cookieSecret: randomBytes(32),
  cookieWord: 'app',
  applicationName: 'The application',
};

describe('resolveSettings', () => {
  it('decides what was not told', () => {
    const { path, scope, limits, sessionSeconds, issuerText } = resolveSettings(good);
    assert.deepEqual([path, scope, sessionSeconds], ['/latchkey', 'openid profile email', 2_592_000]);
    assert.deepEqual([limits.proofSeconds, limits.unprovedSeconds, limits.silentTrips], [300, 43_200, 6]);
    assert.equal(issuerText, 'https://accounts.example.org');
  });

  it('keeps the issuer as it writes itself', () => {
    for (const issuer of [
      'https://accounts.example.org',
      'https://accounts.example.org/',
      'https://example.org/realm',
    ]) {
      assert.equal(resolveSettings({ ...good, issuer }).issuerText, issuer);
    }
  });

  it('takes http on loopback alone', () => {
    for (const host of ['localhost:3000', 'notes.localhost:3000', '127.0.0.1', '127.4.5.6:80', '[::1]:3000']) {
      const { origin } = new URL(`http://${host}`);
      assert.equal(resolveSettings({ ...good, origin, issuer: origin }).origin.origin, origin);
    }
  });

  const refused: readonly (readonly [string, Partial<RelyingPartySettings>, RegExp])[] = [
    ['an origin with a slash', { origin: 'https://app.example.org/' }, /origin/],
    ['an origin with a path', { origin: 'https://app.example.org/app' }, /origin/],
    ['an origin in capitals', { origin: 'https://App.example.org' }, /origin/],
    ['an origin with its default port', { origin: 'https://app.example.org:443' }, /origin/],
    ['an origin with a user', { origin: 'https://me@app.example.org' }, /origin/],
    ['an origin over http', { origin: 'http://app.example.org' }, /origin/],
    ['an origin that only looks like loopback', { origin: 'http://127.0.0.1.example.org' }, /origin/],
    ['an origin at a host that ends in localhost', { origin: 'http://evil-localhost' }, /origin/],
    ['an origin at any address', { origin: 'http://0.0.0.0' }, /origin/],
    ['an issuer over http', { issuer: 'http://accounts.example.org' }, /issuer/],
    ['an issuer of another scheme', { issuer: 'ftp://accounts.example.org' }, /issuer/],
    ['a path without slash', { path: 'latchkey' }, /path/],
    ['a path that ends in a slash', { path: '/latchkey/' }, /path/],
    ['the root as path', { path: '/' }, /path/],
    ['a path with capitals', { path: '/Latchkey' }, /path/],
    ['a path to another host', { path: '//evil' }, /path/],
    ['a path that climbs', { path: '/a/../b' }, /path/],
    ['a path with two slashes inside', { path: '/a//b' }, /path/],
    ['a cookie word with a sign that cookies cannot have', { cookieWord: 'my app' }, /cookieWord/],
    ['a cookie word that begins another cookie', { cookieWord: 'app;x' }, /cookieWord/],
    ['an empty cookie word', { cookieWord: '' }, /cookieWord/],
    ['a cookie word with a prefix of its own', { cookieWord: '__Host-app' }, /cookieWord/],
    ['a short secret', { cookieSecret: randomBytes(31) }, /cookieSecret/],
    ['more silent trips than a browser keeps in mind', { limits: { silentTrips: 11 } }, /silentTrips/],
    ['a limit that is no number', { limits: { unprovedSeconds: Number.NaN } }, /unprovedSeconds/],
    ['a limit below none', { limits: { proofSeconds: -1 } }, /proofSeconds/],
    [
      'trips counted for longer than the browser keeps them',
      { limits: { silentTripsSeconds: 601 } },
      /silentTripsSeconds/,
    ],
  ];
  for (const [what, change, message] of refused) {
    it(`refuses ${what}`, () => {
      assert.throws(() => resolveSettings({ ...good, ...change }), { name: 'RangeError', message });
    });
  }

  for (const name of ['issuer', 'origin'] as const) {
    it(`refuses an ${name} that is no URL`, () => {
      assert.throws(() => resolveSettings({ ...good, [name]: 'accounts' }));
    });
  }
});
