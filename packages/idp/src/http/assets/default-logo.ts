import { textColourOn } from './contrast.ts';
import type { HexColour } from './contrast.ts';

/**
 * The picture of organisations that have set none, and the favicon of all: a key on a tile of their colour. Drawn with
 * attributes alone, since the assets' Content-Security-Policy takes inline style away where a file is opened by itself.
 */
export const defaultLogo = (
  accentColour: HexColour,
): string => `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 40">
<rect width="40" height="40" rx="10" fill="${accentColour}"/>
<g fill="none" stroke="${textColourOn(accentColour)}" stroke-width="3.25" stroke-linecap="round" stroke-linejoin="round">
<circle cx="15" cy="20" r="5.5"/>
<path d="M20.5 20H31v5M26 20v3.5"/>
</g>
</svg>
`;
