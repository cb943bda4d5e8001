/** A cookie of ours, as this server sets it. */
export interface OwnCookie {
  readonly name: string;
  /** All that it can be. */
  readonly value: RegExp;
  /** Set for this host and all paths, so a browser has one of it. */
  readonly isSingle: boolean;
}

/** The values that a Cookie header holds under one name, in their order (RFC 6265, section 5.4). */
export const cookieValues = (header: string | undefined, name: string): readonly string[] =>
  pairs(header)
    .filter((pair) => nameOf(pair) === name)
    .map((pair) => pair.slice(name.length + 1));

/** The value of a cookie that came exactly once. One that came twice is nobody's: another host may have set it. */
export const singleCookie = (header: string | undefined, name: string): string | undefined => {
  const values = cookieValues(header, name);
  return values.length === 1 ? values[0] : undefined;
};

/**
 * The header without those of our cookies that we did not set: whose value cannot be ours, or of which one is all there
 * can be and several came. What is left is written in one way, so that all who read it read the same (the engine takes
 * quotation marks off values). Undefined when nothing is left.
 */
export const withoutForgedCookies = (header: string | undefined, own: readonly OwnCookie[]): string | undefined => {
  const all = pairs(header);
  const kept = new Set(all);
  for (const { name, value, isSingle } of own) {
    const named = all.filter((pair) => nameOf(pair) === name);
    for (const pair of named) {
      if ((isSingle && named.length > 1) || !value.test(pair.slice(name.length + 1))) kept.delete(pair);
    }
  }
  const text = all.filter((pair) => kept.has(pair)).join('; ');
  return text === '' ? undefined : text;
};

const pairs = (header: string | undefined): string[] =>
  (header ?? '')
    .split(';')
    .map(trimmed)
    .filter((pair) => pair !== '');

const nameOf = (pair: string): string => pair.split('=', 1)[0] ?? '';

/**
 * Without the white space of RFC 6265, section 5.2. `String.trim` takes off more, such as U+00A0, and a name behind
 * that is another name to browsers: they let any sibling host set it.
 */
const trimmed = (text: string): string => {
  let start = 0;
  let end = text.length;
  while (start < end && isWhiteSpace(text[start])) start += 1;
  while (end > start && isWhiteSpace(text[end - 1])) end -= 1;
  return text.slice(start, end);
};

const isWhiteSpace = (character: string | undefined): boolean => character === ' ' || character === '\t';
