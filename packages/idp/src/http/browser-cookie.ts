import type { Context, Middleware } from 'koa';
import type { CookieNames } from '../oidc/cookie-names.ts';
import { runInRequestContext } from '../request-context.ts';
import { randomToken } from '../secrets/random-token.ts';
import { tokenHash } from '../secrets/token-hash.ts';
import { singleCookie, withoutForgedCookies, type OwnCookie } from './cookie-header.ts';
import { clientNetwork } from './effective-request.ts';
import { opensPage } from './opens-page.ts';

/** How long a browser keeps its cookie: as long as browsers keep any. */
const keptSeconds = 400 * 24 * 3600;

interface Browser {
  readonly value: string;
  /** The browser sent no such cookie, or none that can be ours. */
  readonly isNew: boolean;
  keep: boolean;
}

/** The value that only this browser sends; interactions and forms are bound to it. */
export const browserOf = (ctx: Context): Browser => ctx.state['browser'] as Browser;

/** The browser is to keep its cookie: something that was answered is bound to it. */
export const keepBrowserCookie = (ctx: Context): void => {
  browserOf(ctx).keep = true;
};

/**
 * Knows each browser by a random cookie, and makes that known to everything that happens during the request. Session
 * and browser cookies that came twice are dropped: not every browser enforces the `__Host-` prefix, and whoever sends
 * two may have got one of them from somebody else. So is what no cookie of ours can hold, before anybody reads it.
 */
export const knowBrowser = (names: CookieNames, secure: boolean): Middleware => {
  const own: readonly OwnCookie[] = [
    { name: names.session, value: /^[\w-]{43}$/, isSingle: true },
    { name: names.browser, value: /^[\w-]{43}$/, isSingle: true },
    { name: names.interaction, value: /^[\w-]+$/, isSingle: false },
    { name: names.resume, value: /^[\w-]+$/, isSingle: false },
  ];
  return async (ctx, next) => {
    const header = withoutForgedCookies(ctx.req.headers.cookie, own);
    if (header === undefined) delete ctx.req.headers.cookie;
    else ctx.req.headers.cookie = header;
    const sent = singleCookie(header, names.browser);
    const browser: Browser = { value: sent ?? randomToken(), isNew: sent === undefined, keep: false };
    ctx.state['browser'] = browser;
    const userAgent = ctx.get('User-Agent').slice(0, 300);
    await runInRequestContext(
      {
        browserHash: tokenHash(browser.value),
        network: clientNetwork(ctx.req),
        userAgent: userAgent === '' ? undefined : userAgent,
        opensPage: opensPage(ctx.req.headers),
      },
      next,
    );
    if (browser.isNew && browser.keep) {
      ctx.append(
        'Set-Cookie',
        `${names.browser}=${browser.value}; Path=/; Max-Age=${keptSeconds}; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`,
      );
    }
  };
};
