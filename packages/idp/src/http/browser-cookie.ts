import type { Context, Middleware } from 'koa';
import type { CookieNames } from '../oidc/cookie-names.ts';
import { runInRequestContext } from '../request-context.ts';
import { randomToken } from '../secrets/random-token.ts';
import { tokenHash } from '../secrets/token-hash.ts';
import { singleCookie, withoutDoubledCookies } from './cookie-header.ts';
import { clientNetwork } from './effective-request.ts';

/** How long a browser keeps its cookie: as long as browsers keep any. */
const keptSeconds = 400 * 24 * 3600;

interface Browser {
  readonly value: string;
  /** The browser sent no such cookie. */
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
 * two may have got one of them from somebody else.
 */
export const knowBrowser = (names: CookieNames, secure: boolean): Middleware => {
  return async (ctx, next) => {
    const header = withoutDoubledCookies(ctx.req.headers.cookie, [names.session, names.browser]);
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
