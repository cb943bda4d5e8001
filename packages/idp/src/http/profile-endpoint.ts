import { createHash } from 'node:crypto';
import type { Context, Middleware } from 'koa';

/** Where applications read the profile, and how; both answer the same claims. */
const methodsByPath: ReadonlyMap<string, readonly string[]> = new Map([
  ['/profile', ['GET', 'HEAD']],
  // OpenID Connect Core 1.0, section 5.3.1, wants POST too.
  ['/userinfo', ['GET', 'HEAD', 'POST']],
]);

/**
 * `GET /profile` is the engine's userinfo endpoint under the name that applications poll, with an ETag over the answer:
 * a poll that brings `If-None-Match` gets 304 while nothing changed (RFC 9110, section 13.1.2).
 */
export const profileEndpoint = (): Middleware => {
  return async (ctx, next) => {
    const methods = methodsByPath.get(ctx.path);
    if (!methods) return next();
    if (!methods.includes(ctx.method)) {
      ctx.status = 405;
      ctx.set('Allow', methods.join(', '));
      ctx.body = { error: 'invalid_request', error_description: `this is read with ${methods.join(' or ')}` };
      return undefined;
    }
    forgetOtherSchemes(ctx);
    ctx.path = '/userinfo';
    await next();
    if (ctx.status !== 200 || ctx.method === 'POST') return undefined;
    const body = JSON.stringify(ctx.body);
    const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 27)}"`;
    ctx.set('ETag', etag);
    ctx.set('Cache-Control', 'private, no-cache');
    ctx.vary('Authorization');
    ctx.type = 'application/json; charset=utf-8';
    // Some clients send `Cache-Control: no-cache` with every condition of their own (Node's fetch does). That is for caches on the
    // way; whoever names what they have is told whether it holds.
    delete ctx.req.headers['cache-control'];
    if (ctx.fresh) ctx.status = 304;
    else ctx.body = body;
    return undefined;
  };
};

/**
 * Whoever tries another way to authenticate, such as Basic, brings no token: the answer is the 401 that says what to
 * bring, not a complaint about the token (RFC 6750, section 3.1).
 */
const forgetOtherSchemes = (ctx: Context): void => {
  if (!/^(?:Bearer|DPoP)(?: |$)/i.test(ctx.get('Authorization'))) delete ctx.req.headers.authorization;
};
