import { cookieValues } from '../cookies/cookie-header.ts';

/** What an issuer's hint can look like; anything else in that cookie was put there by somebody else. */
const hintGrammar = /^[A-Za-z0-9_-]{1,32}$/;

/** As many as one trip can answer for: more would have one page visit go through the issuer again and again. */
const mostHints = 10;

/**
 * The hints that the browser sent, each once, in its order: normally one or none. Any host of the same domain can forge
 * or add one, so a hint is only ever a reason to ask, and never proof. Of more than ten the last ones count: browsers send
 * cookies of longer paths first (RFC 6265, section 5.4), and the issuer's own has the shortest.
 */
export const readHints = (cookieHeader: string | null | undefined, name: string): string[] =>
  [...new Set(cookieValues(cookieHeader, name).filter((value) => hintGrammar.test(value)))].slice(-mostHints);

/**
 * The state of the browser as the session check script sees it too: all hint cookies as they are, and the marker of the
 * local session.
 */
export const browserState = (cookieHeader: string | null | undefined, hintName: string, marker: string): string =>
  `${cookieValues(cookieHeader, hintName).join(',')}|${marker}`;
