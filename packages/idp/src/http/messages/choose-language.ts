// A header far longer than any browser sends is not worth the time of sorting it.
const MAXIMUM_RANGES = 32;

// Longer ones are no language tag (RFC 5646, section 4.4.1), and shortening one takes time with the square of its length.
const MAXIMUM_TAG_LENGTH = 35;

export interface LanguagePreferences {
  /** `ui_locales` of the authorization request: BCP 47 tags, the preferred one first, separated by spaces. */
  readonly uiLocales?: string | undefined;
  /** The request's `Accept-Language` header. */
  readonly acceptLanguage?: string | undefined;
}

interface Tagged {
  /** A BCP 47 tag. */
  readonly languageTag: string;
}

/**
 * Chooses a language: what the application asked for, else what the browser asks for, else the first that there is.
 * Malformed preferences are passed over, since no request fails for its language.
 * @see OpenID Connect Core 1.0, section 3.1.2.1 (`ui_locales`); RFC 9110, section 12.5.4; RFC 4647, section 3.4 (lookup)
 */
export function chooseLanguage<L extends Tagged>(preferences: LanguagePreferences, available: readonly [L, ...L[]]): L {
  const asked = [
    ...splitUiLocales(preferences.uiLocales ?? ''),
    ...splitAcceptLanguage(preferences.acceptLanguage ?? ''),
  ];
  for (const range of asked) {
    if (range.length > MAXIMUM_TAG_LENGTH) continue;
    const found = range === '*' ? available[0] : lookUp(range, available);
    if (found) return found;
  }
  return available[0];
}

const splitUiLocales = (uiLocales: string): readonly string[] =>
  uiLocales.split(' ', MAXIMUM_RANGES).filter((range) => range !== '' && range !== '*');

function splitAcceptLanguage(header: string): readonly string[] {
  const weighted = header.split(',', MAXIMUM_RANGES).flatMap((item) => {
    const match = /^\s*(\*|[a-z0-9]+(?:-[a-z0-9]+)*)\s*(?:;\s*q=([01](?:\.\d{0,3})?)\s*)?$/i.exec(item);
    return match?.[1] ? [{ range: match[1], quality: Number(match[2] ?? 1) }] : [];
  });
  const acceptable = weighted.filter(({ quality }) => quality > 0);
  return acceptable.toSorted((a, b) => b.quality - a.quality).map(({ range }) => range);
}

/** Shortens the range from its end until a language answers to it; `en` also answers where only `en-GB` is there. */
function lookUp<L extends Tagged>(range: string, available: readonly L[]): L | undefined {
  const subtags = range.toLowerCase().split('-');
  for (let length = subtags.length; length > 0; length -= 1) {
    const tag = subtags.slice(0, length).join('-');
    const found = available.find(({ languageTag }) => languageTag.toLowerCase() === tag);
    if (found) return found;
  }
  return available.find(({ languageTag }) => languageTag.toLowerCase().split('-')[0] === subtags[0]);
}
