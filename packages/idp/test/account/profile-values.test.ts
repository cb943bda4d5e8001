import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { checkDisplayName } from '../../src/domain/account/display-name.ts';
import { checkGroup, checkGroups } from '../../src/domain/account/group.ts';
import { checkLocale } from '../../src/domain/account/locale.ts';
import { checkPicture } from '../../src/domain/account/picture.ts';

const rightToLeftOverride = '\u202E';
const zeroWidthJoiner = '\u200D';

describe('checkDisplayName', () => {
  const accepted = [
    ['Alice', 'Alice'],
    ['  Alice Example ', 'Alice Example'],
    ['Zoe\u0308', 'Zo\u00EB'],
    ['山田太郎', '山田太郎'],
    ['محمد', 'محمد'],
    ['می\u200Cخواهم', 'می\u200Cخواهم'],
    [`👩${zeroWidthJoiner}🔬`, `👩${zeroWidthJoiner}🔬`],
    ['<b>Alice</b> & "Co"', '<b>Alice</b> & "Co"'],
    ['😀'.repeat(100), '😀'.repeat(100)],
  ] as const;
  for (const [name, kept] of accepted) {
    it(`keeps ${JSON.stringify(name.slice(0, 30))} as ${JSON.stringify(kept.slice(0, 30))}`, () =>
      assert.equal(checkDisplayName(name).value, kept));
  }

  const refused = [
    ['', 'nothing'],
    ['   ', 'blanks'],
    ['\u200B\u200D', 'characters that leave no ink'],
    ['Alice\nAdministrator', 'a line break'],
    ['Alice\n', 'a line break at the end'],
    ['Alice\u2028Bob', 'a line separator'],
    ['Alice\0', 'a NUL'],
    ['Alice\u001B[31m', 'an escape sequence'],
    ['Alice\u0085', 'a C1 control character'],
    [`Alice${rightToLeftOverride}nimda`, 'an override of the direction'],
    ['Alice\u2066', 'an isolate'],
    ['Alice\uD800', 'half of a surrogate pair'],
    ['a'.repeat(101), '101 characters'],
  ] as const;
  for (const [name, why] of refused) {
    it(`refuses ${why}`, () => assert.equal(checkDisplayName(name).problem?.code, 'ERR_NAME_INVALID'));
  }

  it('keeps what it kept, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 110 }), (text) => {
        const { value } = checkDisplayName(text);
        if (value === undefined) return;
        assert.equal(checkDisplayName(value).value, value);
        assert.equal(value, value.normalize('NFC'));
        // eslint-disable-next-line no-control-regex -- this is what must not be there
        assert.doesNotMatch(value, /[\u0000-\u001F\u007F-\u009F\u202A-\u202E\u2066-\u2069]/u);
      }),
    );
  });
});

describe('checkGroup and checkGroups', () => {
  it('accept names with blanks and other scripts, of up to 64 characters', () => {
    for (const group of ['staff', 'Wiki editors', 'Größe', '編集者', 'g'.repeat(64)]) {
      assert.equal(checkGroup(group).value, group);
    }
  });

  const refused = [
    ['', 'nothing'],
    [' ', 'a blank'],
    ['staff,admins', 'a comma, which would make two groups in Discourse'],
    ['sta\nff', 'a line break'],
    [`staff${rightToLeftOverride}`, 'an override of the direction'],
    ['g'.repeat(65), '65 characters'],
  ] as const;
  for (const [group, why] of refused) {
    it(`refuse ${why}`, () => {
      assert.equal(checkGroup(group).problem?.code, 'ERR_GROUP_INVALID');
      assert.equal(checkGroups(['staff', group]).problem?.code, 'ERR_GROUP_INVALID');
    });
  }

  it('keep a list sorted and without doubles, so that the same groups are the same list', () => {
    assert.deepEqual(checkGroups(['staff', 'editors', ' staff ']).value, ['editors', 'staff']);
    assert.deepEqual(checkGroups([]).value, []);
  });

  it('refuse more than 100 groups', () => {
    const groups = Array.from({ length: 101 }, (_, index) => `group ${index}`);
    assert.equal(checkGroups(groups).problem?.code, 'ERR_GROUP_INVALID');
    assert.equal(checkGroups(groups.slice(1)).value?.length, 100);
  });
});

describe('checkLocale (BCP 47)', () => {
  for (const [locale, kept] of [
    ['en', 'en'],
    ['de-at', 'de-AT'],
    ['ZH-hant-tw', 'zh-Hant-TW'],
    ['sr-Latn', 'sr-Latn'],
  ] as const) {
    it(`keeps ${locale} as ${kept}`, () => assert.equal(checkLocale(locale).value, kept));
  }
  for (const locale of [
    '',
    'e',
    'de_AT',
    'deutsch und mehr',
    'en-',
    '*',
    'en\0',
    `en-${'x'.repeat(40)}`,
    'en-a-a-a-a-b-b-b-b-c-c-c-c-d-d-d-d-e-e-e-e',
  ]) {
    it(`refuses ${JSON.stringify(locale)}`, () =>
      assert.equal(checkLocale(locale).problem?.code, 'ERR_LOCALE_INVALID'));
  }
});

describe('checkPicture', () => {
  for (const picture of [
    'https://accounts.example.org/pictures/1f6b.webp',
    'http://localhost:3000/pictures/1f6b.webp',
  ]) {
    it(`accepts ${picture}`, () => assert.equal(checkPicture(picture).value, picture));
  }
  for (const picture of [
    '',
    '/pictures/1.webp',
    '//evil.example/1.webp',
    'http://example.org/1.webp',
    'javascript:alert(1)',
    'data:image/png;base64,AAAA',
    'https://alice:secret@example.org/1.webp',
    'https://example.org/1.webp#x',
    'https://example.org/1.webp" onerror="alert(1)',
    'https://example.org\\@evil.example/',
    `https://example.org/${'a'.repeat(2000)}`,
  ]) {
    it(`refuses ${JSON.stringify(picture.slice(0, 60))}`, () =>
      assert.equal(checkPicture(picture).problem?.code, 'ERR_PICTURE_INVALID'));
  }
});
