import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { chooseLanguage } from '../../src/http/messages/choose-language.ts';
import { chooseMessages } from '../../src/http/messages/choose-messages.ts';

interface Tagged {
  readonly languageTag: string;
}

const languages: readonly [Tagged, ...Tagged[]] = [
  { languageTag: 'en' },
  { languageTag: 'de' },
  { languageTag: 'pt-BR' },
  { languageTag: 'pt' },
];

const choose = (uiLocales?: string, acceptLanguage?: string): string =>
  chooseLanguage({ uiLocales, acceptLanguage }, languages).languageTag;

describe('chooseLanguage', () => {
  it('follows the application first, then the browser', () => {
    assert.equal(choose('de', 'pt'), 'de');
    assert.equal(choose('fr de', 'pt'), 'de');
    assert.equal(choose('fr', 'pt'), 'pt');
    assert.equal(choose(undefined, 'de'), 'de');
  });

  it('uses the first language when nobody asks, or for none of them', () => {
    assert.equal(choose(), 'en');
    assert.equal(choose('', ''), 'en');
    assert.equal(choose('fr', 'fr, es;q=0.5'), 'en');
  });

  it('shortens a tag until a language answers to it', () => {
    assert.equal(choose('de-AT-1996'), 'de');
    assert.equal(choose('pt-BR'), 'pt-BR');
    assert.equal(choose('PT-pt'), 'pt');
    assert.equal(
      chooseLanguage({ uiLocales: 'de' }, [{ languageTag: 'en' }, { languageTag: 'de-CH' }]).languageTag,
      'de-CH',
    );
  });

  it('follows the weights of Accept-Language, and its order where they are equal', () => {
    assert.equal(choose(undefined, 'pt;q=0.5, de;q=0.9'), 'de');
    assert.equal(choose(undefined, 'de, pt'), 'de');
    assert.equal(choose(undefined, 'fr, *;q=0.1'), 'en');
    assert.equal(choose(undefined, 'de;q=0, pt;q=0.1'), 'pt');
    assert.equal(choose(undefined, 'de;q=0'), 'en');
  });

  const malformed = [
    'de;q=2',
    'de;q=x',
    ';',
    ',,,',
    'de-',
    '<script>',
    'de\0',
    'q=1',
    `${'x-'.repeat(20_000)}x`,
    '*-*',
  ];
  for (const header of malformed) {
    it(`passes over ${JSON.stringify(header.slice(0, 20))}`, () => assert.equal(choose(undefined, header), 'en'));
  }

  it('passes over a tag longer than any language has', () => {
    assert.equal(choose(`de-${'a-'.repeat(20)}b`), 'en');
    assert.equal(choose(`de-${'a-'.repeat(100_000)}b`, 'pt'), 'pt');
  });

  it('looks no further than a header that a browser would send', () => {
    assert.equal(choose(undefined, `${'fr,'.repeat(100)}de`), 'en');
  });
});

describe('chooseMessages', () => {
  it('speaks English so far', () => {
    assert.equal(chooseMessages({ uiLocales: 'de', acceptLanguage: 'fr' }).languageTag, 'en');
  });
});
