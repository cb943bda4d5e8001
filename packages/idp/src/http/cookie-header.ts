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

/** The header without the cookies of these names that came more than once; undefined when nothing is left. */
export const withoutDoubledCookies = (header: string | undefined, names: readonly string[]): string | undefined => {
  const doubled = new Set(names.filter((name) => cookieValues(header, name).length > 1));
  if (doubled.size === 0) return header;
  const kept = pairs(header).filter((pair) => !doubled.has(nameOf(pair)));
  return kept.length === 0 ? undefined : kept.join('; ');
};

const pairs = (header: string | undefined): string[] =>
  (header ?? '')
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair !== '');

const nameOf = (pair: string): string => pair.split('=', 1)[0] ?? '';
