import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import fc from 'fast-check';

import { html } from '../../src/http/html/html.ts';
import { parseHtml, shapeOf, startTokens } from './parse-html.ts';

const attacks = [
  '<script>alert(1)</script>',
  '</title>',
  '</textarea>',
  '</p>',
  '<!--',
  '-->',
  '<![CDATA[',
  ']]>',
  '"',
  "'",
  '`',
  '>',
  '<',
  '/>',
  '=',
  ' onload=alert(1) ',
  '" autofocus onfocus="alert(1)',
  '&',
  '&quot;',
  '&#34;',
  '&#x22',
  '\0',
  '\r',
  '\n',
  '\uD800',
  '\uFFFF',
  'javascript:alert(1)',
];

/** Any text, with pieces of markup far more often than chance would put them there. */
const anyText = fc
  .array(fc.oneof(fc.constantFrom(...attacks), fc.string({ unit: 'binary' }), fc.string()), { maxLength: 6 })
  .map((pieces) => pieces.join(''));

/** HTML can carry neither NUL nor lone surrogates. */
const asCarried = (text: string): string => text.toWellFormed().replaceAll('\0', '\uFFFD');

const page = (text: string): string =>
  html`<!doctype html>
<html lang="en"><head><title>${text}</title></head><body>
<p class="a ${text} b" title="${text}">${text}</p>
<input type="text" value="${text}"><textarea name="t">x${text}</textarea>
<a href="/search?q=${encodeURIComponent(asCarried(text))}">${[text, html`<b>${text}</b>`]}</a>
</body></html>`.toString();

describe('html, for any text', () => {
  it('never makes an element or an attribute of it', () => {
    const shape = shapeOf(page('x'));
    fc.assert(fc.property(anyText, (text) => assert.deepEqual(shapeOf(page(text)), shape)));
  });

  it('brings it back unchanged from element content and from attribute values', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const tokens = parseHtml(html`<p class="a ${text} b" title="${text}">${text}</p>`.toString());
        const [p] = startTokens(tokens, 'p');
        assert.equal(p?.attributes.get('title'), asCarried(text));
        assert.equal(p?.attributes.get('class'), `a ${asCarried(text)} b`);
        const content = tokens.filter((token) => token.kind === 'text').map((token) => token.text);
        assert.equal(content.join(''), asCarried(text));
      }),
    );
  });

  it('brings it back unchanged from a title', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const tokens = parseHtml(html`<title>${text}</title><p>after</p>`.toString());
        const texts = tokens.flatMap((token) => (token.kind === 'text' ? [token.text] : []));
        assert.equal(texts.join('|'), [asCarried(text), 'after'].filter((part) => part !== '').join('|'));
      }),
    );
  });

  it('escapes markup that was made as a string, and only once', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const inner = html`<i>${text}</i>`;
        assert.equal(html`<p>${inner}</p>`.toString(), `<p>${inner.toString()}</p>`);
        assert.deepEqual(shapeOf(html`<p>${inner.toString()}</p>`.toString()), ['<p>', '</p>']);
      }),
    );
  });
});
