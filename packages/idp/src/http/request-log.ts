import { randomBytes } from 'node:crypto';
import type { Context, Middleware } from 'koa';
import type { Logger } from 'pino';
import { clientNetwork } from './effective-request.ts';
import { HEALTH_PATHS } from './health.ts';

const LONGEST_PATH = 200;

/**
 * Writes one line for each request once its answer is out: method, route or path, status, milliseconds, network, request
 * id; never query, cookies, headers or bodies. The id is random, stands in `ctx.state.requestId` and in the answer's
 * `X-Request-Id`, so that a person can name the request that went wrong. Stands first of all.
 */
export function requestLog(logger: Logger): Middleware {
  return async (ctx, next) => {
    const requestId = randomBytes(8).toString('hex');
    const startedAtMs = performance.now();
    const path = loggedPath(ctx.req.url ?? '');
    ctx.state['requestId'] = requestId;
    ctx.set('X-Request-Id', requestId);
    // The engine answers on its own, and a client may leave in the middle: only the response knows when it is over.
    ctx.res.once('close', () => {
      const fields = {
        requestId,
        method: ctx.method,
        path: matchedRoute(ctx) ?? path,
        status: ctx.res.statusCode,
        durationMs: Math.round((performance.now() - startedAtMs) * 10) / 10,
        network: clientNetwork(ctx.req),
        ...(typeof ctx.state['refusal'] === 'string' && { refusal: ctx.state['refusal'] }),
        ...(!ctx.res.writableFinished && { aborted: true }),
      };
      if (HEALTH_PATHS.has(path)) logger.debug(fields, 'request');
      else if (ctx.res.statusCode >= 500) logger.error(fields, 'request');
      else logger.info(fields, 'request');
    });
    await next();
  };
}

/**
 * The path of a request target as logs may hold it: without the query, and with `:uid` for the interaction's id, which is
 * half of what resumes a sign-in.
 */
export function loggedPath(target: string): string {
  if (!target.startsWith('/')) return '(not a path)';
  const [path = ''] = target.split(/[?#]/, 1);
  return path.replace(/^(\/(?:interaction|auth)\/)[^/]+/i, '$1:uid').slice(0, LONGEST_PATH);
}

/**
 * The pattern of the router that took the request, such as `/interaction/:uid/login`. One without parameters tells no more
 * than the path, and less where the path was rewritten: the engine takes `/profile` as its `/userinfo`.
 */
function matchedRoute(ctx: Context): string | undefined {
  const route: unknown = (ctx as unknown as Record<string, unknown>)['_matchedRoute'];
  return typeof route === 'string' && route.includes(':') ? route : undefined;
}
