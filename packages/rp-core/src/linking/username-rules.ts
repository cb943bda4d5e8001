import { foldToAscii } from './fold-to-ascii.ts';

/** Whose rule local user names follow; `house`: an application of the house, which has no rule of its own. */
export type UsernameRule = 'house' | 'wordpress' | 'mediawiki' | 'discourse';

/** What user names of one kind of application are. */
export interface UsernameRules {
  /** In `lengthOf` units. */
  readonly maxLength: number;
  readonly lengthOf: (text: string) => number;
  /**
   * Brings a text into the application's form: unchanged where it has that already, however long it is; the empty text
   * where nothing of it can be kept.
   */
  readonly shape: (text: string) => string;
  /** Mends what cutting or mapping left: too short, or ends in something that is not allowed there. */
  readonly finish: (text: string) => string;
  /** Two names of the same form are one name to the application. */
  readonly comparisonForm: (name: string) => string;
}

const asciiLowerCase = (text: string): string => text.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());

/**
 * Folds to ASCII, or gives the empty text where a letter or digit stays that is none: half a name, or one whose letters only
 * look like ASCII, would be somebody else's.
 */
function asciiOnly(text: string): string {
  const folded = foldToAscii(text);
  return /[\p{L}\p{N}]/u.test(folded.replaceAll(/[A-Za-z0-9]/g, '')) ? '' : folded;
}

const withoutTrailing = (text: string): string => text.replace(/[-_. ]+$/, '');

/** As at the issuer: 4 to 20 lower-case letters and digits with single inner hyphens, starting with a letter. */
const house: UsernameRules = {
  maxLength: 20,
  lengthOf: (text) => text.length,
  shape: (text) =>
    asciiLowerCase(asciiOnly(text))
      .replaceAll(/[^a-z0-9]+/g, '-')
      .replace(/^[^a-z]+/, '')
      .replace(/-$/, ''),
  finish: (text) => withoutTrailing(text).padEnd(4, '1'),
  comparisonForm: asciiLowerCase,
};

/**
 * `sanitize_user` in its strict form, without the at sign. 50 rather than 60 characters, so that the name in URLs
 * (`user_nicename`) is never cut; not digits alone, which a network of sites refuses.
 */
const wordpress: UsernameRules = {
  maxLength: 50,
  lengthOf: (text) => text.length,
  shape: (text) => {
    const kept = asciiOnly(text)
      .replaceAll(/\s+/g, ' ')
      .replaceAll(/[^A-Za-z0-9 _.-]+/g, '-')
      .trim();
    return /[A-Za-z]/.test(kept) ? kept : '';
  },
  finish: (text) => text.trim(),
  comparisonForm: asciiLowerCase,
};

const confusingEnding = /\.(js|json|css|htm|html|xml|jpg|jpeg|png|gif|bmp|ico|tif|tiff|woff)$/i;

/** The defaults: 3 to 20 of `[A-Za-z0-9_.-]`, never two marks in a row, no mark but `_` in front, none at the end. */
const discourse: UsernameRules = {
  maxLength: 20,
  lengthOf: (text) => text.length,
  shape: (text) => {
    const kept = withoutTrailing(
      asciiOnly(text)
        .replaceAll(/[^A-Za-z0-9_.-]+/g, '-')
        .replaceAll(/[-_.]{2,}/g, '-')
        .replace(/^[-.]+/, ''),
    );
    return /[A-Za-z0-9]/.test(kept) ? kept : '';
  },
  finish: (text) => {
    const kept = withoutTrailing(text);
    return (confusingEnding.test(kept) ? kept.replace(/\.(?=[^.]*$)/, '-') : kept).padEnd(3, '1');
  },
  comparisonForm: asciiLowerCase,
};

const scripts = [/\p{Script=Latin}/u, /\p{Script=Cyrillic}/u, /\p{Script=Greek}/u];

/** Upper case of the first character, where that is one character. */
function upperCaseFirst(text: string): string {
  const [first = '', ...rest] = Array.from(text);
  const upper = first.toUpperCase();
  return Array.from(upper).length === 1 ? upper + rest.join('') : text;
}

/**
 * Names that `UserNameUtils::getCanonical` with `RIGOR_CREATABLE` leaves unchanged. Narrower than MediaWiki: letters, digits,
 * inner blanks, hyphen, dot and apostrophe, and no letters of two scripts that look alike in one name.
 */
const mediawiki: UsernameRules = {
  maxLength: 235,
  lengthOf: (text) => Buffer.byteLength(text, 'utf8'),
  shape: (text) => {
    const kept = text
      .normalize('NFC')
      .replaceAll(/[^\p{L}\p{M}\p{N}.'-]+/gu, ' ')
      .replace(/^[ \p{M}]+/u, '')
      .trimEnd();
    if (!/[\p{L}\p{N}]/u.test(kept) || scripts.filter((script) => script.test(kept)).length > 1) return '';
    const looksLikeAddress = /^\d{1,3}\.\d{1,3}\.\d{1,3}\.(?:\d{1,3}|xxx)$/i.test(kept);
    return upperCaseFirst(looksLikeAddress ? kept.replaceAll('.', '-') : kept);
  },
  finish: (text) => text.trimEnd(),
  comparisonForm: (name) => upperCaseFirst(name.normalize('NFC').replaceAll(/[_ ]+/g, ' ').trim()),
};

export const usernameRules: Readonly<Record<UsernameRule, UsernameRules>> = { house, wordpress, mediawiki, discourse };
