import { isAbsolute } from 'node:path';
import { SettingError, type SettingReader } from './setting-reader.ts';

/** How the pages look. */
export interface Organisation {
  readonly name: string;
  readonly logo: OrganisationLogo | undefined;
  /** `#rrggbb`, lower case. */
  readonly accentColour: string;
  /** Black or white, whichever is easier to read on the accent colour; at least 4.5:1 (WCAG 2.2, 1.4.3). */
  readonly accentTextColour: '#000000' | '#ffffff';
}

export type OrganisationLogo =
  | { readonly kind: 'url'; readonly url: URL }
  /** An SVG may hold scripts: serve it with a policy that runs none (`default-src 'none'; sandbox`). */
  | { readonly kind: 'file'; readonly mediaType: LogoMediaType; readonly content: Uint8Array };

export type LogoMediaType = 'image/svg+xml' | 'image/png' | 'image/jpeg' | 'image/webp';

const LOGO_LIMIT_BYTES = 256 * 1024;
/** 7:1 on white. */
const DEFAULT_ACCENT_COLOUR = '#1f5a7d';

export function readOrganisation(settings: SettingReader): Organisation {
  const accentColour = settings.parsed('ACCENT_COLOUR', parseColour) ?? DEFAULT_ACCENT_COLOUR;
  return {
    name: settings.parsed('ORGANISATION_NAME', parseName) ?? 'Latchkey',
    logo: readLogo(settings),
    accentColour,
    accentTextColour: contrast(accentColour, '#ffffff') >= contrast(accentColour, '#000000') ? '#ffffff' : '#000000',
  };
}

/** Contrast ratio of two `#rrggbb` colours, from 1 to 21 (WCAG 2.2, "contrast ratio"). */
export function contrast(one: string, other: string): number {
  const [darker = 0, lighter = 0] = [luminance(one), luminance(other)].toSorted((a, b) => a - b);
  return (lighter + 0.05) / (darker + 0.05);
}

function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((start) => {
    const part = Number.parseInt(colour.slice(start, start + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function parseName(text: string): string {
  // Control, formatting and unassigned characters could turn the text on the sign-in page around.
  if (/\p{C}/u.test(text)) throw new SettingError('must not contain control or invisible characters');
  if (Array.from(text).length > 60) throw new SettingError('must have at most 60 characters');
  return text;
}

function parseColour(text: string): string {
  if (!/^#[0-9a-f]{6}$/i.test(text)) throw new SettingError('must be a colour such as #1f5a7d');
  return text.toLowerCase();
}

function readLogo(settings: SettingReader): OrganisationLogo | undefined {
  const name = 'ORGANISATION_LOGO';
  const text = settings.text(name);
  if (text === undefined) return undefined;
  if (/^https:\/\//i.test(text))
    return settings.attempt(name, () => ({ kind: 'url' as const, url: parseLogoUrl(text) }));
  if (!isAbsolute(text)) {
    settings.refuse(name, 'must be an https:// URL or the absolute path of an image file');
    return undefined;
  }
  const content = settings.file(name, text);
  if (content === undefined) return undefined;
  return settings.attempt(name, () => ({ kind: 'file' as const, mediaType: logoMediaType(content), content }));
}

function parseLogoUrl(text: string): URL {
  const url = URL.canParse(text) && !/\s/.test(text) ? new URL(text) : undefined;
  if (url === undefined || url.username !== '' || url.password !== '')
    throw new SettingError('must be an https:// URL without credentials');
  return url;
}

/** By content; a file's name may say anything. */
function logoMediaType(content: Uint8Array): LogoMediaType {
  if (content.length > LOGO_LIMIT_BYTES) throw new SettingError('must name a file of at most 256 KiB');
  const bytes = Buffer.from(content);
  const startsWith = (hex: string, at = 0) => bytes.subarray(at, at + hex.length / 2).equals(Buffer.from(hex, 'hex'));
  if (startsWith('89504e470d0a1a0a')) return 'image/png';
  if (startsWith('ffd8ff')) return 'image/jpeg';
  if (startsWith('52494646') && startsWith('57454250', 8)) return 'image/webp';
  const start = bytes.subarray(0, 4096).toString('utf8');
  if (/^\uFEFF?\s*(?:<\?xml[^>]*\?>\s*)?(?:<!--[^]*?-->\s*|<!DOCTYPE[^>]*>\s*)*<svg[\s>]/i.test(start))
    return 'image/svg+xml';
  throw new SettingError('must name an SVG, PNG, JPEG or WebP file');
}
