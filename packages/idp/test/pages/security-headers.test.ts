import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { buildAssets } from '../../src/http/assets/assets.ts';
import { assetHeaders, dataHeaders, formPostPageHeaders, pageHeaders } from '../../src/http/security-headers.ts';
import type { SecurityHeaders } from '../../src/http/security-headers.ts';

const issuer = new URL('https://accounts.example.org');
const logoUrl = '/assets/logo.svg';
const assets = buildAssets('#1f5fbf');
const asset = assets.find(assets.pathOf('logo'));
assert.ok(asset);

function directives(headers: SecurityHeaders): Readonly<Record<string, string>> {
  const parts = (headers['Content-Security-Policy'] ?? '').split('; ').map((part) => part.split(/ (.*)/));
  return Object.fromEntries(parts.map(([name = '', sources = '']) => [name, sources]));
}

const page = pageHeaders({ issuer, logoUrl });
const kinds: readonly [string, SecurityHeaders][] = [
  ['a page', page],
  ['the form post page', formPostPageHeaders({ issuer, logoUrl, redirectUri: 'https://forum.example.org/callback' })],
  ['JSON and redirects', dataHeaders(issuer)],
  ['an asset', assetHeaders(issuer, asset)],
];

for (const [name, headers] of kinds) {
  describe(`the headers of ${name} (OWASP ASVS 5.0, section 3.4)`, () => {
    it('allow nothing by default, no frame around it and no base', () => {
      const policy = directives(headers);
      assert.equal(policy['default-src'], "'none'");
      assert.equal(policy['frame-ancestors'], "'none'");
      assert.equal(policy['base-uri'], "'none'");
      assert.doesNotMatch(headers['Content-Security-Policy'] ?? '', /unsafe|\*|data:/);
      assert.equal(headers['X-Frame-Options'], 'DENY');
    });

    it('send no referrer, no guess at the type, nothing to other origins', () => {
      assert.equal(headers['Referrer-Policy'], 'no-referrer');
      assert.equal(headers['X-Content-Type-Options'], 'nosniff');
      assert.equal(headers['Cross-Origin-Resource-Policy'], 'same-origin');
    });

    it('keep the browser on https for a year', () => {
      assert.equal(headers['Strict-Transport-Security'], 'max-age=31536000');
    });

    it('can be written into a response', () => {
      for (const value of Object.values(headers)) assert.match(value, /^[\x20-\x7e]+$/);
    });
  });
}

describe('pageHeaders', () => {
  it('allows this origin to style the page, to show images and to receive forms, and no script', () => {
    assert.deepEqual(directives(page), {
      'default-src': "'none'",
      'style-src': "'self'",
      'img-src': "'self'",
      'form-action': "'self'",
      'frame-ancestors': "'none'",
      'base-uri': "'none'",
    });
  });

  it('lets nobody store the page or keep a window on it', () => {
    assert.equal(page['Cache-Control'], 'no-store');
    assert.equal(page['Cross-Origin-Opener-Policy'], 'same-origin');
  });

  it('allows images of the logo’s origin, and nothing else of it', () => {
    const images = (url: string): string | undefined => directives(pageHeaders({ issuer, logoUrl: url }))['img-src'];
    assert.equal(images('https://cdn.example.net/a/logo.png?x=;script-src'), "'self' https://cdn.example.net");
    assert.equal(images('https://accounts.example.org/logo.png'), "'self'");
    assert.equal(images('data:image/png;base64,AAAA'), "'self'");
  });

  it('does not ask for https where the issuer is on loopback', () => {
    const local = pageHeaders({ issuer: new URL('http://localhost:3000'), logoUrl });
    assert.equal(local['Strict-Transport-Security'], undefined);
  });
});

describe('formPostPageHeaders', () => {
  const formAction = (redirectUri: string): string | undefined =>
    directives(formPostPageHeaders({ issuer, logoUrl, redirectUri }))['form-action'];

  it('allows the script that submits', () => {
    assert.equal(directives(kinds[1]?.[1] ?? {})['script-src'], "'self'");
  });

  it('allows the client’s origin, and https for where the client sends the browser from there', () => {
    assert.equal(formAction('https://forum.example.org:8443/callback?x=1'), 'https://forum.example.org:8443 https:');
  });

  it('allows plain http only to a client that is registered with it', () => {
    assert.equal(formAction('http://localhost:4000/callback'), 'http://localhost:4000 https: http:');
    assert.doesNotMatch(formAction('https://forum.example.org/') ?? '', /http:/);
  });

  it('allows the scheme of a native client', () => {
    assert.equal(formAction('com.example.notes:/callback'), 'https: com.example.notes:');
  });
});

describe('dataHeaders', () => {
  it('lets nobody store the answer', () => assert.equal(dataHeaders(issuer)['Cache-Control'], 'no-store'));
});

describe('assetHeaders', () => {
  it('lets everybody keep the asset for a year without asking again', () => {
    const headers = assetHeaders(issuer, asset);
    assert.equal(headers['Cache-Control'], 'public, max-age=31536000, immutable');
    assert.equal(headers['Content-Type'], 'image/svg+xml');
    assert.equal(headers['ETag'], asset.etag);
  });
});
