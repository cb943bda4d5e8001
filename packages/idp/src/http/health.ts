import type { Middleware } from 'koa';

export type Readiness = { readonly ok: true } | { readonly ok: false; readonly reason: string };

const LIVE = '/health/live';
const READY = '/health/ready';

/** Answered under any host name. */
export const HEALTH_PATHS: ReadonlySet<string> = new Set([LIVE, READY]);

const RETRY_AFTER_SECONDS = 5;
const PROBE_LIMIT_MS = 3000;

/**
 * `/health/live` answers 200 as long as the process serves; `/health/ready` answers 200 when `isReady` says so, else 503
 * with `Retry-After` and a reason. Both are JSON, never stored, GET and HEAD only. Anybody may ask, so one probe at a time
 * runs and all who ask meanwhile share its answer.
 * @param isReady its reason is public: a word such as `database`
 */
export function health(isReady: () => Promise<Readiness>): Middleware {
  let probe: Promise<Readiness> | undefined;
  const readiness = (): Promise<Readiness> => {
    probe ??= withinLimit(isReady).finally(() => {
      probe = undefined;
    });
    return probe;
  };

  return async (ctx, next) => {
    if (!HEALTH_PATHS.has(ctx.path)) {
      await next();
      return;
    }
    ctx.set('Cache-Control', 'no-store');
    if (ctx.method !== 'GET' && ctx.method !== 'HEAD') {
      ctx.status = 405;
      ctx.set('Allow', 'GET, HEAD');
      ctx.body = { status: 'method not allowed' };
      return;
    }
    const answer = ctx.path === LIVE ? ({ ok: true } as const) : await readiness();
    if (answer.ok) {
      ctx.body = { status: 'ok' };
      return;
    }
    ctx.status = 503;
    ctx.set('Retry-After', String(RETRY_AFTER_SECONDS));
    ctx.body = { status: 'unavailable', reason: answer.reason };
  };
}

/** A probe that fails or takes too long is an answer too. */
async function withinLimit(isReady: () => Promise<Readiness>): Promise<Readiness> {
  const { promise: late, resolve } = Promise.withResolvers<Readiness>();
  const timer = setTimeout(() => resolve({ ok: false, reason: 'timeout' }), PROBE_LIMIT_MS);
  try {
    return await Promise.race([isReady(), late]);
  } catch {
    return { ok: false, reason: 'error' };
  } finally {
    clearTimeout(timer);
  }
}
