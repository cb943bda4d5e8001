import { createHash } from 'node:crypto';
import type { Middleware } from 'koa';

/** Where applications read the profile; both answer the same claims. */
const paths: ReadonlySet<string> = new Set(['/profile', '/userinfo']);

/**
 * `GET /profile` is the engine's userinfo endpoint under the name that applications poll, with an ETag over the answer:
 * a poll that brings `If-None-Match` gets 304 while nothing changed (RFC 9110, section 13.1.2).
 */
export const profileEndpoint = (): Middleware => {
  return async (ctx, next) => {
    if (!paths.has(ctx.path)) return next();
    const isHead = ctx.method === 'HEAD';
    if (ctx.path === '/profile') {
      if (ctx.method !== 'GET' && !isHead) {
        ctx.status = 405;
        ctx.set('Allow', 'GET, HEAD');
        ctx.body = { error: 'invalid_request', error_description: 'the profile is read with GET' };
        return undefined;
      }
      ctx.path = '/userinfo';
    }
    if (isHead) ctx.method = 'GET';
    try {
      await next();
    } finally {
      if (isHead) ctx.method = 'HEAD';
    }
    if (ctx.status !== 200 || (ctx.method !== 'GET' && !isHead)) return undefined;
    const body = JSON.stringify(ctx.body);
    const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 27)}"`;
    ctx.set('ETag', etag);
    ctx.set('Cache-Control', 'private, no-cache');
    ctx.vary('Authorization');
    ctx.type = 'application/json; charset=utf-8';
    if (ctx.fresh) ctx.status = 304;
    else ctx.body = body;
    return undefined;
  };
};
