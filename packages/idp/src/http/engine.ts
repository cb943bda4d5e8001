import compose from 'koa-compose';
import type { Context, Middleware } from 'koa';
import type { Provider } from 'oidc-provider';
import type { HintCookie } from '../oidc/hint-cookie.ts';
import { requestContext } from '../request-context.ts';
import { keepBrowserCookie } from './browser-cookie.ts';
import { engineMethods } from './engine-endpoints.ts';

/** What the engine leaves on the context of a request that it answered. */
interface EngineContext {
  readonly oidc?: {
    readonly route?: string;
    readonly session?: { readonly uid: string; readonly accountId?: string | undefined; readonly exp?: number };
  };
}

/**
 * Lets the engine of this moment answer. It is a Koa application of its own; its middleware runs on our context, so that
 * what it answered can be completed here.
 */
export const engine = (provider: () => Provider, hint: HintCookie): Middleware => {
  const composed = new WeakMap<Provider, Middleware>();
  return async (ctx, next) => {
    const methods = engineMethods(ctx.path);
    if (methods === undefined) return next();
    if (!methods.includes(ctx.method)) {
      ctx.status = 405;
      ctx.set('Allow', methods.join(', '));
      return undefined;
    }
    const current = provider();
    const middleware = composed.get(current) ?? compose(current.middleware as Middleware[]);
    composed.set(current, middleware);
    await middleware(ctx, next);
    // An interaction belongs to the browser that began it.
    if (location(ctx).startsWith('/interaction/')) keepBrowserCookie(ctx);
    repairHint(ctx, hint);
    return undefined;
  };
};

const authorizationRoutes: ReadonlySet<string | undefined> = new Set(['authorization', 'resume']);

/** Sets the hint where somebody is signed in, and clears it where nobody is. */
const repairHint = (ctx: Context, hint: HintCookie): void => {
  const { oidc } = ctx as EngineContext;
  if (!authorizationRoutes.has(oidc?.route)) return;
  const session = oidc?.session;
  // Where it was not even looked for, as the database was gone, nobody knows.
  if (session === undefined && requestContext()?.sessionEnded !== true) return;
  if (session?.accountId === undefined || session.exp === undefined || requestContext()?.sessionEnded === true) {
    hint.clear(ctx);
  } else {
    hint.set(ctx, { uid: session.uid, accountId: session.accountId, expiresAt: new Date(session.exp * 1000) });
  }
};

/** OIDC Core, section 3.1.2.1: the authorization endpoint takes POST too. As a GET it brings the session cookie. */
export const authorizationByPost = (readQuery: (ctx: Context) => Promise<URLSearchParams>): Middleware => {
  return async (ctx, next) => {
    if (ctx.method !== 'POST' || ctx.path !== '/auth') return next();
    ctx.status = 303;
    ctx.redirect(`/auth?${(await readQuery(ctx)).toString()}`);
    return undefined;
  };
};

/** Where the answer sends the browser; empty when nowhere. */
const location = (ctx: Context): string => ctx.response.get('Location') ?? '';
