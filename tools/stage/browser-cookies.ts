import type { BrowserContext } from 'playwright-core';

/** What the provider sets on the domain of the house. */
export const hintCookie = '__Secure-latchkey-hint';

/** The values that the browser would send to this URL under a name, of the longest path first; usually one. */
export const cookieValues = async (context: BrowserContext, url: string, name: string): Promise<string[]> =>
  (await context.cookies(url))
    .filter((cookie) => cookie.name === name)
    .toSorted((one, other) => other.path.length - one.path.length)
    .map(({ value }) => value);

/** Writes a cookie as a host of the domain, or a host itself, could. @param domain with a leading dot for all hosts of it */
export const writeCookie = (
  context: BrowserContext,
  cookie: { readonly name: string; readonly value: string; readonly domain: string; readonly path?: string },
): Promise<void> => context.addCookies([{ path: '/', secure: true, sameSite: 'Lax', ...cookie }]);
