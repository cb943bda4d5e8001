import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import fc from 'fast-check';

import {
  CONTROL_CONTRAST,
  contrastRatio,
  mix,
  readableOn,
  TEXT_CONTRAST,
  textColourOn,
} from '../../src/http/assets/contrast.ts';
import { palettes } from '../../src/http/assets/palette.ts';

const anyColour = fc.integer({ min: 0, max: 0xffffff }).map((value) => `#${value.toString(16).padStart(6, '0')}`);

const atLeast = (contrast: number, one: string, other: string): void =>
  assert.ok(contrastRatio(one, other) >= contrast, `${one} on ${other}: ${contrastRatio(one, other)}`);

describe('contrastRatio (WCAG 2.2)', () => {
  it('is 21 for black and white, 1 for a colour and itself, whichever comes first', () => {
    assert.equal(contrastRatio('#000000', '#ffffff'), 21);
    assert.equal(contrastRatio('#FFFFFF', '#000000'), 21);
    assert.equal(contrastRatio('#123456', '#123456'), 1);
  });

  it('agrees with published values', () => {
    assert.equal(contrastRatio('#767676', '#ffffff').toFixed(2), '4.54');
    assert.equal(contrastRatio('#595959', '#ffffff').toFixed(2), '7.00');
    assert.equal(contrastRatio('#777777', '#ffffff').toFixed(2), '4.48');
    assert.equal(contrastRatio('#ff0000', '#ffffff').toFixed(2), '4.00');
    assert.equal(contrastRatio('#0000ff', '#ffffff').toFixed(2), '8.59');
  });

  it('refuses what is not #rrggbb', () => {
    for (const colour of ['', '#fff', 'white', '#12345g', ' #123456', '#123456\n']) {
      assert.throws(() => contrastRatio(colour, '#ffffff'), RangeError);
    }
  });
});

describe('textColourOn', () => {
  it('prefers white, and takes black where white cannot be read', () => {
    assert.equal(textColourOn('#1f5fbf'), '#ffffff');
    assert.equal(textColourOn('#767676'), '#ffffff');
    assert.equal(textColourOn('#777777'), '#000000');
    assert.equal(textColourOn('#ffd400'), '#000000');
  });

  it('can be read on every colour', () => {
    fc.assert(fc.property(anyColour, (colour) => atLeast(TEXT_CONTRAST, textColourOn(colour), colour)));
  });
});

describe('readableOn', () => {
  it('keeps a colour that can be read already', () => {
    assert.equal(readableOn(['#ffffff'], '#1f5fbf', TEXT_CONTRAST), '#1f5fbf');
  });

  it('moves any other colour no further than needed', () => {
    const yellow = readableOn(['#ffffff'], '#ffd400', TEXT_CONTRAST);
    atLeast(TEXT_CONTRAST, yellow, '#ffffff');
    assert.ok(contrastRatio(yellow, '#ffffff') < TEXT_CONTRAST + 0.5);
    assert.notEqual(yellow, '#000000');
  });
});

describe('mix', () => {
  it('goes from one colour to the other', () => {
    assert.deepEqual(
      [0, 0.5, 1].map((share) => mix('#000000', '#fe0204', share)),
      ['#000000', '#7f0102', '#fe0204'],
    );
  });
});

describe('palettes', () => {
  for (const scheme of ['light', 'dark'] as const) {
    it(`has AA contrast in the ${scheme} scheme for any colour of an organisation`, () => {
      fc.assert(
        fc.property(anyColour, (accent) => {
          const colours = palettes(accent)[scheme];
          for (const background of [colours.page, colours.surface, colours.inset]) {
            for (const text of [colours.text, colours.mutedText, colours.accentText])
              atLeast(TEXT_CONTRAST, text, background);
          }
          atLeast(TEXT_CONTRAST, colours.errorText, colours.errorSurface);
          atLeast(TEXT_CONTRAST, colours.textOnAccent, colours.accent);
          atLeast(TEXT_CONTRAST, colours.textOnAccent, colours.accentHover);
          atLeast(CONTROL_CONTRAST, colours.controlLine, colours.surface);
          atLeast(CONTROL_CONTRAST, colours.errorText, colours.surface);
        }),
      );
    });
  }
});
