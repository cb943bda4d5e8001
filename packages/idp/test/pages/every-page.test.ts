import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import fc from 'fast-check';

import { parseHtml, shapeOf, startTokens } from '../html/parse-html.ts';
import type { StartToken, Token } from '../html/parse-html.ts';
import { plainText, samplePages } from './page-samples.ts';

const attribute = (token: StartToken | undefined, name: string): string | undefined => token?.attributes.get(name);

/** The text between the first start tag of this name and its end tag. */
function textOf(tokens: readonly Token[], name: string): string {
  const start = tokens.findIndex((token) => token.kind === 'start' && token.name === name);
  const end = tokens.findIndex((token, index) => index > start && token.kind === 'end' && token.name === name);
  const inside = tokens.slice(start, end).flatMap((token) => (token.kind === 'text' ? [token.text] : []));
  return inside.join('').trim();
}

for (const [name, page] of Object.entries(samplePages(plainText))) {
  const tokens = parseHtml(page.toString());
  const elements = startTokens(tokens);
  const ids = elements.flatMap((element) => attribute(element, 'id') ?? []);

  describe(`the page "${name}"`, () => {
    it('is a document in a language, with one title and one main heading that say something', () => {
      assert.equal(tokens[0]?.kind, 'doctype');
      assert.equal(attribute(startTokens(tokens, 'html')[0], 'lang'), 'en');
      assert.equal(startTokens(tokens, 'title').length, 1);
      assert.equal(startTokens(tokens, 'h1').length, 1);
      assert.notEqual(textOf(tokens, 'h1'), '');
      assert.match(textOf(tokens, 'title'), /\S – a organisation$/);
    });

    it('has one each of the landmarks, and the main heading in the main part', () => {
      for (const landmark of ['header', 'main', 'footer'])
        assert.equal(startTokens(tokens, landmark).length, 1, landmark);
      const names = tokens.map((token) => ('name' in token ? `${token.kind} ${token.name}` : token.kind));
      assert.ok(names.indexOf('start main') < names.indexOf('start h1'));
      assert.ok(names.indexOf('end h1') < names.indexOf('end main'));
    });

    it('begins with a link to its main part', () => {
      const [first] = startTokens(
        tokens.slice(tokens.findIndex((token) => 'name' in token && token.name === 'body')),
        'a',
      );
      assert.equal(attribute(first, 'href'), '#main');
      assert.ok(ids.includes('main'));
    });

    it('names the organisation', () => assert.match(textOf(tokens, 'header'), /a organisation/));

    it('has a label for every field that people fill in', () => {
      const labelled = startTokens(tokens, 'label').map((label) => attribute(label, 'for'));
      for (const input of startTokens(tokens, 'input')) {
        if (attribute(input, 'type') !== 'hidden') assert.ok(labelled.includes(attribute(input, 'id')));
      }
    });

    it('refers only to ids that are there, each given once', () => {
      assert.equal(new Set(ids).size, ids.length);
      for (const element of elements) {
        for (const reference of ['aria-describedby', 'aria-labelledby', 'for']) {
          const id = attribute(element, reference);
          if (id !== undefined) assert.ok(ids.includes(id), `${reference}="${id}"`);
        }
      }
    });

    it('has nothing inline that runs or styles, and no script but the one that a form post needs', () => {
      assert.equal(startTokens(tokens, 'style').length, 0);
      for (const element of elements) {
        for (const key of element.attributes.keys()) assert.doesNotMatch(key, /^(?:on|style$|srcdoc$)/);
      }
      const scripts = startTokens(tokens, 'script').map((script) => attribute(script, 'src'));
      assert.deepEqual(scripts, name === 'form post' ? ['/assets/submit-form.js'] : []);
    });

    it('has a text alternative for every image, a type and words for every button', () => {
      for (const image of startTokens(tokens, 'img')) assert.notEqual(attribute(image, 'alt'), undefined);
      for (const [index, token] of tokens.entries()) {
        if (token.kind !== 'start' || token.name !== 'button') continue;
        assert.equal(attribute(token, 'type'), 'submit');
        assert.notEqual(textOf(tokens.slice(index), 'button'), '');
      }
    });

    it('sends forms by POST, and within this origin with the CSRF token', () => {
      for (const [index, form] of tokens.entries()) {
        if (form.kind !== 'start' || form.name !== 'form') continue;
        assert.equal(attribute(form, 'method'), 'post');
        const end = tokens.findIndex((token, at) => at > index && token.kind === 'end' && token.name === 'form');
        const inputs = startTokens(tokens.slice(index, end), 'input');
        const token = inputs.find((input) => attribute(input, 'name') === 'csrf_token');
        assert.equal(attribute(token, 'value'), name === 'form post' ? undefined : 'a token');
      }
    });

    it('keeps the writing direction of names out of its own sentences', () => {
      const main = tokens.slice(tokens.findIndex((token) => 'name' in token && token.name === 'main'));
      for (const [index, token] of main.entries()) {
        if (
          token.kind !== 'text' ||
          !/\ba (?:organisation|client|name|username|host|scope|resource)\b/.test(token.text)
        )
          continue;
        const before = main[index - 1];
        assert.ok(before?.kind === 'start' && before.name === 'bdi', token.text);
      }
    });

    it('puts the focus on one field at most', () => {
      assert.ok(elements.filter((element) => element.attributes.has('autofocus')).length <= 1);
    });
  });
}

describe('every page, whatever people and applications are called', () => {
  it('keeps its elements', () => {
    const shapes = Object.values(samplePages(plainText)).map((page) => shapeOf(page.toString()));
    const attack = fc.constantFrom(
      '</title><script>alert(1)</script>',
      '" onclick="x',
      '<img src=x>',
      '&lt;',
      "'",
      '\u202E',
      '\0',
    );
    const hostile = fc
      .array(fc.oneof(attack, fc.string({ unit: 'binary' })), { maxLength: 3 })
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(hostile, (text) => {
        const pages = samplePages((name) => `${name}${text}`);
        assert.deepEqual(
          Object.values(pages).map((page) => shapeOf(page.toString())),
          shapes,
        );
      }),
      { numRuns: 50 },
    );
  });
});
