/**
 * All values of a cookie in the order in which the browser sent them: it may send a name more than once, from another
 * path or domain (RFC 6265, section 5.4).
 */
export const cookieValues = (cookieHeader: string | null | undefined, name: string): string[] =>
  cookiePairs(cookieHeader)
    .filter(([found]) => found === name)
    .map(([, value]) => value);

/**
 * The value of a cookie that only this host sets. Sent twice, one of them is somebody else's, since not every browser
 * enforces `__Host-`: then it counts as not sent.
 */
export const ownCookie = (cookieHeader: string | null | undefined, name: string): string | undefined => {
  const values = cookieValues(cookieHeader, name);
  return values.length === 1 ? values[0] : undefined;
};

/**
 * The cookies whose names begin so, in the browser's order, at most `most`; one that was sent twice counts as empty, as in
 * `ownCookie`.
 */
export const ownCookiesWith = (
  cookieHeader: string | null | undefined,
  prefix: string,
  most: number,
): (readonly [name: string, value: string])[] => {
  const found = new Map<string, string>();
  for (const [name, value] of cookiePairs(cookieHeader)) {
    if (name.startsWith(prefix) && (found.has(name) || found.size < most))
      found.set(name, found.has(name) ? '' : value);
  }
  return [...found];
};

/** Only blank and tab are trimmed: what else looks like a space is part of a name, and such a name is not ours. */
const cookiePairs = (cookieHeader: string | null | undefined): (readonly [string, string])[] =>
  (cookieHeader ?? '').split(';').flatMap((pair) => {
    const trimmed = pair.replace(/^[ \t]+|[ \t]+$/g, '');
    const equals = trimmed.indexOf('=');
    return equals < 1 ? [] : [[trimmed.slice(0, equals), trimmed.slice(equals + 1)] as const];
  });
