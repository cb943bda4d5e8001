import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { html } from '../../src/http/html/html.ts';
import type { HtmlValue } from '../../src/http/html/html.ts';
import { HtmlError } from '../../src/http/html/html-error.ts';
import type { HtmlErrorCode } from '../../src/http/html/html-error.ts';

const withCode = (code: HtmlErrorCode) => (error: unknown) => error instanceof HtmlError && error.code === code;

/** A template as the language would make it, with a hole wherever `text` has `${}`. */
function render(text: string, ...values: readonly HtmlValue[]): string {
  const strings = text.split('${}');
  return html(Object.freeze(Object.assign(strings, { raw: Object.freeze([...strings]) })), ...values).toString();
}

describe('html: values', () => {
  it('escapes text and numbers, keeps markup, joins lists and leaves nothing out', () => {
    const items: readonly HtmlValue[] = ['<', html`<b>x</b>`, 7, undefined, null, false, ['&']];
    assert.equal(html`<p>${items}</p>`.toString(), '<p>&lt;<b>x</b>7&amp;</p>');
  });

  it('keeps zero and the empty string', () => {
    assert.equal(html`<p title="${''}" tabindex="${0}">${0}</p>`.toString(), '<p title="" tabindex="0">0</p>');
  });

  it('leaves out an attribute whose whole value is nothing', () => {
    const at = (value: HtmlValue): string => html`<input autofocus="${value}" name="n">`.toString();
    const nothing: readonly HtmlValue[] = [undefined, null, false];
    assert.deepEqual(
      nothing.map(at),
      Array.from({ length: 3 }, () => '<input name="n">'),
    );
    assert.equal(at(''), '<input autofocus="" name="n">');
    assert.equal(html`<p class="a ${undefined}"></p>`.toString(), '<p class="a "></p>');
  });

  const strangers: readonly [string, unknown][] = [
    ['true', true],
    ['an object', { toString: () => '<script>' }],
    ['a list of objects', [{}]],
    ['a function', () => '<script>'],
    ['a symbol', Symbol('s')],
    ['a big integer', 1n],
  ];
  for (const [name, value] of strangers) {
    it(`refuses ${name} in content and in an attribute`, () => {
      assert.throws(() => render('<p>${}</p>', value as HtmlValue), withCode('ERR_HTML_VALUE'));
      assert.throws(() => render('<p title="${}"></p>', value as HtmlValue), withCode('ERR_HTML_VALUE'));
    });
  }

  it('refuses something that only looks like markup', () => {
    const copy = Object.create(Object.getPrototypeOf(html`<p></p>`)) as HtmlValue;
    assert.throws(() => render('<p>${}</p>', copy), withCode('ERR_HTML_VALUE'));
  });

  it('refuses markup and lists in an attribute, and markup in a title', () => {
    assert.throws(() => html`<p title="${html`<b>x</b>`}"></p>`, withCode('ERR_HTML_VALUE'));
    assert.throws(() => html`<p title="${['a']}"></p>`, withCode('ERR_HTML_VALUE'));
    assert.throws(() => html`<title>${html`<b>x</b>`}</title>`, withCode('ERR_HTML_VALUE'));
  });

  it('refuses to be called with strings of the program', () => {
    const strings = Object.assign(['<p></p>'], { raw: ['<p></p>'] });
    assert.throws(() => html(strings), withCode('ERR_HTML_TEMPLATE'));
  });
});

describe('html: places of values that are refused', () => {
  const refused: readonly [string, string][] = [
    ['a tag name', '<${}></p>'],
    ['the end of a tag name', '<h${}>x</h1>'],
    ['a closing tag', '<p></${}>'],
    ['an attribute name', '<p ${}="x"></p>'],
    ['a whole attribute', '<p ${}></p>'],
    ['the end of an attribute name', '<p data-${}="x"></p>'],
    ['a value without quotes', '<p title=${}></p>'],
    ['a value in single quotes', "<p title='${}'></p>"],
    ['behind a value', '<p title="x"${}></p>'],
    ['a comment', '<!-- ${} -->'],
    ['the document type', '<!doctype ${}>'],
    ['a script', '<script>${}</script>'],
    ['a script with a source', '<script src="/x">${}</script>'],
    ['a style', '<style>${}</style>'],
    ['an event handler', '<p onclick="${}"></p>'],
    ['an event handler in capitals', '<p ONCLICK="${}"></p>'],
    ['a style attribute', '<p style="${}"></p>'],
    ['a srcdoc', '<iframe srcdoc="${}"></iframe>'],
    ['a srcset', '<img srcset="${}">'],
    ['a target', '<a target="${}">x</a>'],
    ['an http-equiv', '<meta http-equiv="${}" content="x">'],
    ['a content security policy', '<meta http-equiv="Content-Security-Policy" content="${}">'],
    ['the time of a refresh', '<meta http-equiv="refresh" content="${};url=/">'],
    ['the whole of a refresh', '<meta content="${}" http-equiv="refresh">'],
    ['an animated link', '<svg><animate attributeName="href" to="${}"/></svg>'],
    ['an attribute that nobody thought of', '<p frobnicate="${}"></p>'],
  ];
  for (const [place, template] of refused) {
    it(`refuses ${place}`, () => {
      assert.throws(() => render(template, 'x'), withCode('ERR_HTML_TEMPLATE'));
    });
  }
});

describe('html: templates that are refused whatever is interpolated', () => {
  const refused: readonly [string, string][] = [
    ['an element that is not closed', '<p>'],
    ['a fragment that closes what it has not opened', '</p>'],
    ['elements that overlap', '<b><i></b></i>'],
    ['an element that only seems to close itself', '<p/>'],
    ['a title that seems to close itself in a picture', '<svg><title/></svg>'],
    ['an unfinished tag', '<p title="x"'],
    ['an unfinished value', '<p title="x></p>'],
    ['a stray "<"', '<p>1 < 2</p>'],
    ['an element in a title', '<title><b>x</b></title>'],
    ['a comment', '<p><!-- x --></p>'],
    ['an unfinished comment', '<!-- x'],
    ['a processing instruction', '<?xml version="1.0"?>'],
    ['inline script', '<script>alert(1)</script>'],
    ['a script without a source', '<script></script>'],
    ['a script that is not closed', '<script src="/x">'],
    ['inline style', '<style>p { color: red }</style>'],
    ['an event handler', '<p onclick="x()"></p>'],
    ['a style attribute', '<p style="color: red"></p>'],
    ['a base', '<base href="/">'],
    ['a frame', '<iframe src="/"></iframe>'],
    ['plaintext', '<plaintext>'],
    ['noscript', '<noscript></noscript>'],
    ['an attribute that stands twice', '<p title="a" TITLE="b"></p>'],
    ['attributes without a space between', '<p title="a"class="b"></p>'],
    ['a javascript: link', '<a href="javascript:alert(1)">x</a>'],
    ['a javascript: link behind a reference', '<a href="&#106;avascript:alert(1)">x</a>'],
    ['a link that begins with //', '<img src="//elsewhere.example/x.png" alt="">'],
    ['a refresh with a javascript: URL', '<meta http-equiv="refresh" content="0;url=javascript:alert(1)">'],
    ['a refresh with a URL in quotation marks', `<meta http-equiv="refresh" content="0;url='/x'">`],
    ['a noncharacter', '<p>\uFFFF</p>'],
  ];
  for (const [what, template] of refused) {
    it(`refuses ${what}`, () => {
      assert.throws(() => render(template), withCode('ERR_HTML_TEMPLATE'));
    });
  }

  it('refuses an invalid escape sequence', () => {
    assert.throws(() => html`<p>\u{}</p>`, withCode('ERR_HTML_TEMPLATE'));
  });

  it('tells the line and never the value', () => {
    const isHarmless = (error: unknown): boolean =>
      error instanceof HtmlError && error.message.includes('line 2') && !error.message.includes('secret');
    assert.throws(() => render('<p>\n<${}></p>', 'secret'), isHarmless);
  });
});

describe('html: templates that are accepted', () => {
  const accepted = [
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>x</title></head><body></body></html>',
    '<input type="text" required autofocus>',
    '<svg viewBox="0 0 1 1"><path d="M0 0"/><title>x</title></svg>',
    '<script src="/assets/x.js" defer></script>',
    '<p\n class="a"\n>text with " and \' and &amp;</p >',
    '',
  ];
  for (const template of accepted) {
    it(`leaves ${JSON.stringify(template)} as it is`, () => {
      assert.equal(render(template).replace(/\s+/g, ' '), template.replace(/\s+/g, ' '));
    });
  }
});

describe('html: URL attributes', () => {
  const attributes = [
    'href',
    'src',
    'action',
    'formaction',
    'poster',
    'cite',
    'data',
    'ping',
    'background',
    'xlink:href',
  ];
  for (const attribute of attributes) {
    it(`refuses a javascript: URL in ${attribute}`, () => {
      const at = (url: string): string => render(`<p ${attribute}="\${}"></p>`, url);
      assert.throws(() => at('javascript:alert(1)'), withCode('ERR_HTML_URL'));
      assert.throws(() => at('//elsewhere.example/'), withCode('ERR_HTML_URL'));
      assert.equal(at('/a?b=1&c=2'), `<p ${attribute}="/a?b=1&amp;c=2"></p>`);
    });
  }

  it('refuses a harmful URL that several pieces make together', () => {
    assert.throws(() => render('<a href="${}${}">x</a>', 'java', 'script:alert(1)'), withCode('ERR_HTML_URL'));
    assert.throws(() => render('<a href="/${}">x</a>', '/elsewhere.example'), withCode('ERR_HTML_URL'));
    assert.throws(() => render('<a href="/${}">x</a>', '\\elsewhere.example'), withCode('ERR_HTML_URL'));
    assert.throws(() => render('<a href="${}/elsewhere.example">x</a>', '/'), withCode('ERR_HTML_URL'));
    assert.throws(() => render('<a href="${}:alert(1)">x</a>', 'javascript'), withCode('ERR_HTML_URL'));
    assert.throws(() => render('<a ping="/ok ${}">x</a>', 'javascript:alert(1)'), withCode('ERR_HTML_URL'));
  });

  it('refuses a harmful refresh, also where the quotation marks would be taken off', () => {
    const refresh = (url: string): string => html`<meta http-equiv="refresh" content="0;url=${url}">`.toString();
    for (const url of [
      'javascript:alert(1)',
      ' javascript:alert(1)',
      "'javascript:alert(1)'",
      '"data:,x"',
      '//elsewhere',
    ]) {
      assert.throws(() => refresh(url), withCode('ERR_HTML_URL'));
    }
    assert.equal(refresh('/a?b=1&c=2'), '<meta http-equiv="refresh" content="0;url=/a?b=1&amp;c=2">');
  });

  it('takes any text as the content of another meta element', () => {
    assert.equal(html`<meta name="x" content="${'javascript:'}">`.toString(), '<meta name="x" content="javascript:">');
  });

  it('leaves the URL out of the error', () => {
    const isHarmless = (error: unknown): boolean => error instanceof HtmlError && !error.message.includes('secret');
    assert.throws(() => html`<a href="${'javascript:secret'}">x</a>`, isHarmless);
  });
});
