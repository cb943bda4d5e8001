import { mix, readableOn, TEXT_CONTRAST, textColourOn } from './contrast.ts';
import type { HexColour } from './contrast.ts';

/** The colours of one scheme, light or dark. */
export interface Palette {
  /** Behind the card. */
  readonly page: HexColour;
  /** The card. */
  readonly surface: HexColour;
  /** A person, a notice and the details, on the card. */
  readonly inset: HexColour;
  readonly text: HexColour;
  readonly mutedText: HexColour;
  /** Lines that only please the eye. */
  readonly line: HexColour;
  /** The border of inputs and buttons, which tells what they are. */
  readonly controlLine: HexColour;
  readonly errorText: HexColour;
  readonly errorSurface: HexColour;
  /** The organisation's colour as it is given: main buttons, the stripe on top. */
  readonly accent: HexColour;
  readonly accentHover: HexColour;
  readonly textOnAccent: HexColour;
  /** The organisation's colour as far as it is readable as text: links, focus, the main button's edge. */
  readonly accentText: HexColour;
}

const light = {
  page: '#f3f4f6',
  surface: '#ffffff',
  inset: '#f3f4f6',
  text: '#1a1d21',
  mutedText: '#555d66',
  line: '#e1e4e8',
  controlLine: '#838b94',
  errorText: '#97151f',
  errorSurface: '#fdeeee',
} as const;

const dark = {
  page: '#121416',
  surface: '#1c1f23',
  inset: '#262a2f',
  text: '#e9ebee',
  mutedText: '#abb2ba',
  line: '#33383e',
  controlLine: '#7b838c',
  errorText: '#ffb3ad',
  errorSurface: '#3a1d1f',
} as const;

/** Both palettes for an organisation's colour, `#rrggbb`. */
export function palettes(accent: HexColour): { readonly light: Palette; readonly dark: Palette } {
  const textOnAccent = textColourOn(accent);
  // Away from the text on it, so that its contrast can only grow.
  const accentHover = mix(accent, textOnAccent === '#ffffff' ? '#000000' : '#ffffff', 0.14);
  const shared = { accent, accentHover, textOnAccent };
  const accentTextOn = ({ page, surface, inset }: typeof light | typeof dark): HexColour =>
    readableOn([surface, page, inset], accent, TEXT_CONTRAST);
  return {
    light: { ...light, ...shared, accentText: accentTextOn(light) },
    dark: { ...dark, ...shared, accentText: accentTextOn(dark) },
  };
}
