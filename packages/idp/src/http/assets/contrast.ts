/** A colour as `#rrggbb`. */
export type HexColour = string;

/** The least contrast of text of any size (WCAG 2.2, success criterion 1.4.3, level AA). */
export const TEXT_CONTRAST = 4.5;

/** The least contrast of what tells a control from its surroundings (WCAG 2.2, success criterion 1.4.11). */
export const CONTROL_CONTRAST = 3;

const WHITE = '#ffffff';
const BLACK = '#000000';

type Channels = readonly [number, number, number];

/** @throws {RangeError} when the colour is not `#rrggbb` */
function channelsOf(colour: HexColour): Channels {
  const match = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(colour);
  if (!match) throw new RangeError('A colour is written as # and six hexadecimal digits.');
  return [
    Number.parseInt(match[1] ?? '', 16),
    Number.parseInt(match[2] ?? '', 16),
    Number.parseInt(match[3] ?? '', 16),
  ];
}

const linear = (channel: number): number => {
  const share = channel / 255;
  return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
};

function luminance(colour: HexColour): number {
  const [red, green, blue] = channelsOf(colour);
  return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
}

/** The contrast of two colours, from 1 (none) to 21 (black on white), as WCAG 2.2 defines it. */
export function contrastRatio(one: HexColour, other: HexColour): number {
  const [lighter = 0, darker = 0] = [luminance(one), luminance(other)].toSorted((a, b) => b - a);
  return (lighter + 0.05) / (darker + 0.05);
}

/** Moves a colour towards another one; `share` 0 keeps it, 1 replaces it. */
export function mix(colour: HexColour, towards: HexColour, share: number): HexColour {
  const target = channelsOf(towards);
  const mixed = channelsOf(colour).map((channel, index) =>
    Math.round(channel + ((target[index] ?? 0) - channel) * share),
  );
  return `#${mixed.map((channel) => channel.toString(16).padStart(2, '0')).join('')}`;
}

/** White where it is readable on the colour, else black, which then always is: one of them reaches 4.58 on any colour. */
export const textColourOn = (background: HexColour): HexColour =>
  contrastRatio(WHITE, background) >= TEXT_CONTRAST ? WHITE : BLACK;

/**
 * The colour itself where it reaches the contrast on every background, else the nearest mixture with white or black
 * that does. All backgrounds are light, or all are dark.
 */
export function readableOn(
  backgrounds: readonly [HexColour, ...HexColour[]],
  colour: HexColour,
  contrast: number,
): HexColour {
  const towards = textColourOn(backgrounds[0]);
  for (let percent = 0; percent < 100; percent += 2) {
    const candidate = mix(colour, towards, percent / 100);
    if (backgrounds.every((background) => contrastRatio(candidate, background) >= contrast)) return candidate;
  }
  return towards;
}
