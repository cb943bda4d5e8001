import type { Context } from 'koa';
import { errors, type KoaContextWithOIDC, type Provider } from 'oidc-provider';
import type { Logger } from 'pino';
import { TooManyRequests } from '../oidc/too-many-requests.ts';
import { browserOf } from './browser-cookie.ts';
import type { ErrorKind } from './messages/messages.ts';
import type { Pages } from './pages.ts';

/** Answers an error of the engine as a page; the engine has set the status. */
export const renderEngineError = (pages: Pages) => {
  return (ctx: KoaContextWithOIDC, error: Error): void => {
    const status = ctx.status;
    const known = error instanceof errors.OIDCProviderError && error.expose;
    pages.error(ctx, status, errorKind(ctx, error, known), {
      ...(known ? { code: error.error ?? error.message, reason: error.error_description } : {}),
      ...(error instanceof errors.SessionNotFound ? { link: { url: '/' } } : {}),
    });
  };
};

const errorKind = (ctx: KoaContextWithOIDC, error: Error, known: boolean): ErrorKind => {
  if (!known) return 'serverError';
  if (error instanceof TooManyRequests) return 'tooManyRequests';
  if (error instanceof errors.InvalidRedirectUri) return 'redirectUriMismatch';
  if (error instanceof errors.InvalidClient && ctx.oidc.client === undefined) return 'unknownClient';
  if (error instanceof errors.SessionNotFound) {
    if (browserOf(ctx).isNew) return 'otherBrowser';
    return ctx.oidc.session?.accountId === undefined ? 'signInExpired' : 'alreadyFinished';
  }
  return 'badRequest';
};

/** Where the engine's unexpected errors are noted, for the middleware around it. */
const engineErrors = new WeakMap<object, unknown>();

/**
 * Writes the engine's unexpected errors to the log and remembers them; to be called for each engine that is built.
 * @param isUnavailable whether an error means that the database cannot be reached or written at the moment
 */
export const watchEngineErrors = (
  provider: Provider,
  logger: Logger,
  isUnavailable: (error: unknown) => boolean,
): Provider => {
  provider.on('server_error', (ctx, error) => {
    engineErrors.set(ctx.res, error);
    // The engine asks for this after the event, once it knows client and redirect URI: the application is told then
    // (RFC 6749, section 4.1.2.1), as a silent sign-in must not leave its visitors on a page of ours.
    if (isUnavailable(error)) Object.assign(error, { allow_redirect: true });
    logger.error({ err: error, requestId: (ctx as Context).state['requestId'] }, 'the engine failed');
  });
  return provider;
};

/** The unexpected error that the engine met while it answered this request. */
export const engineErrorOf = (ctx: Context): unknown => engineErrors.get(ctx.res);
