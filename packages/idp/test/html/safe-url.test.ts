import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import fc from 'fast-check';

import { isSafeUrl } from '../../src/http/html/safe-url.ts';

describe('isSafeUrl', () => {
  const refused = [
    'javascript:alert(1)',
    'JavaScript:alert(1)',
    ' javascript:alert(1)',
    '\u0001\u001Fjavascript:alert(1)',
    '\0javascript:alert(1)',
    'java\nscript:alert(1)',
    'j\ta\rvascript:alert(1)',
    'javascript\t:alert(1)',
    'javascript://%0aalert(1)',
    'data:text/html,<script>alert(1)</script>',
    'DATA:text/html,x',
    'vbscript:msgbox(1)',
    'VbScRiPt:x',
    'blob:https://accounts.example.org/x',
    'file:///etc/passwd',
    'filesystem:x',
    'about:blank',
    'view-source:x',
    'myapp:/callback',
    '//elsewhere.example/',
    '///elsewhere.example/',
    ' //elsewhere.example/',
    '\t//elsewhere.example/',
    '/\t/elsewhere.example/',
    '/\\elsewhere.example/',
    '\\/elsewhere.example/',
    '\\\\elsewhere.example/',
    "'javascript:alert(1)'",
    '"/path"',
  ];
  for (const url of refused) {
    it(`refuses ${JSON.stringify(url)}`, () => assert.equal(isSafeUrl(url), false));
  }

  const accepted = [
    '',
    '/',
    '/interaction/abc/login?a=b:c',
    '?next=javascript:alert(1)',
    '#main',
    'page',
    './a:b',
    'https://forum.example.org/callback?code=1&x=//y',
    'http://localhost:8080/callback',
    'mailto:help@example.org',
    'com.example.notes:/callback',
  ];
  for (const url of accepted) {
    it(`accepts ${JSON.stringify(url)}`, () => assert.equal(isSafeUrl(url), true));
  }

  it('accepts nothing that a URL parser takes elsewhere without http or https being spelled out', () => {
    const base = 'https://accounts.example.org/interaction/abc';
    const piece = fc.constantFrom(
      ...'/ \\ : \t \n \r \0 " \' ? # . @'.split(' '),
      ' ',
      'javascript',
      'data',
      'vbscript',
      'https',
      'http',
      'elsewhere.example',
    );
    const anyUrl = fc
      .array(fc.oneof(piece, fc.string({ maxLength: 3 })), { maxLength: 7 })
      .map((pieces) => pieces.join(''));
    fc.assert(
      fc.property(anyUrl, (url) => {
        const resolved = URL.parse(url, base);
        if (!isSafeUrl(url) || resolved === null) return;
        assert.ok(/^(?:https?|mailto|[a-z][a-z0-9+.-]*\.[a-z0-9+.-]*):$/.test(resolved.protocol), resolved.protocol);
        if (resolved.origin !== new URL(base).origin)
          assert.match(url.replace(/[\t\n\r]/g, ''), /^[\0- ]*[a-z][a-z0-9+.-]*:/i);
      }),
      { numRuns: 3000 },
    );
  });
});
