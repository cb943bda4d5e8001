import type { Context, Middleware } from 'koa';
import type { Logger } from 'pino';
import { engineErrorOf } from './engine-errors.ts';
import { HttpError } from './http-error.ts';
import type { ErrorKind } from './messages/messages.ts';
import type { Pages } from './pages.ts';

const retryAfterSeconds = 5;

const kindByStatus: Readonly<Record<number, ErrorKind>> = {
  404: 'notFound',
  405: 'methodNotAllowed',
  413: 'tooLarge',
  503: 'unavailable',
};

export interface FailureParts {
  readonly pages: Pages;
  readonly logger: Logger;
  /** Whether an error means that the database cannot be reached or written at the moment. */
  readonly isUnavailable: (error: unknown) => boolean;
}

/** Gives every failure a clear answer: a page for people, JSON for programs, and never a stack or a value. */
export const answerFailures = (parts: FailureParts): Middleware => {
  return async (ctx, next) => {
    try {
      await next();
    } catch (error) {
      answerError(ctx, parts, error);
      return;
    }
    const engineError = engineErrorOf(ctx);
    if (engineError !== undefined && parts.isUnavailable(engineError)) answerUnavailable(ctx, parts);
    else if (ctx.status === 404 && ctx.body === undefined) answer(ctx, parts, 404, 'not_found');
    else if (ctx.status === 405 && ctx.body === undefined) answer(ctx, parts, 405, 'method_not_allowed');
  };
};

const answerError = (ctx: Context, parts: FailureParts, error: unknown): void => {
  if (error instanceof HttpError) {
    answer(ctx, parts, error.status, 'invalid_request', error.message);
  } else if (parts.isUnavailable(error)) {
    parts.logger.error({ err: error, requestId: ctx.state['requestId'] }, 'the database is not available');
    answerUnavailable(ctx, parts);
  } else {
    parts.logger.error({ err: error, requestId: ctx.state['requestId'] }, 'a request failed');
    answer(ctx, parts, 500, 'server_error');
  }
};

/** A redirect back to a client stays one, so that a dead database does not strand its visitors; it says what is wrong. */
const answerUnavailable = (ctx: Context, parts: FailureParts): void => {
  const location = ctx.response.get('Location') ?? '';
  if (location !== '' && ctx.status === 303) {
    const said = /(?<=[?&#]error=)server_error(?:&error_description=[^&]*)?(?=&|$)/;
    ctx.set('Location', location.replace(said, 'temporarily_unavailable'));
    return;
  }
  ctx.set('Retry-After', String(retryAfterSeconds));
  answer(ctx, parts, 503, 'temporarily_unavailable');
};

const answer = (ctx: Context, parts: FailureParts, status: number, code: string, reason?: string): void => {
  if (ctx.accepts('json', 'html') === 'html') {
    const kind = kindByStatus[status] ?? (status >= 500 ? 'serverError' : 'badRequest');
    parts.pages.error(ctx, status, kind, { code, reason, ...(status === 404 ? { link: { url: '/' } } : {}) });
    return;
  }
  ctx.status = status;
  ctx.body = { error: code, ...(reason === undefined ? {} : { error_description: reason }) };
};
