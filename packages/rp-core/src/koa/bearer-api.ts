import type { Context, Middleware } from 'koa';
import { verifyApiToken, type ApiToken } from '../api/verify-api-token.ts';
import { IssuerKeysError } from '../receivers/issuer-keys-error.ts';
import type { RelyingParty } from '../relying-party.ts';
import { keptByNobody } from './kept-by-nobody.ts';

export interface BearerApiOptions {
  /** The API's resource indicator (RFC 8707), as the issuer has it registered. */
  readonly audience: string;
  /** Which scope a request needs. */
  readonly scopeFor: (method: string) => string;
}

/**
 * Lets requests through that bring an access token for this API, in the Authorization header and nowhere else; handlers find it at
 * `ctx.state.apiToken`. No cookie counts here, so no form of another site can use it.
 * @see RFC 6750, sections 2.1 and 3
 */
export const bearerApi = (relyingParty: RelyingParty, { audience, scopeFor }: BearerApiOptions): Middleware => {
  const { issuer, issuerKeys: keys } = relyingParty;
  return async (ctx, next) => {
    ctx.set('Cache-Control', 'no-store');
    const bearer = /^Bearer +([A-Za-z0-9._~+/-]+=*)$/i.exec(ctx.get('Authorization'))?.[1];
    if (bearer === undefined) return refuse(ctx, 401, 'Bearer', 'send an access token for this API');
    let token: ApiToken | undefined;
    try {
      token = await verifyApiToken(bearer, { issuer, audience, keys, now: new Date() });
    } catch (error) {
      if (!(error instanceof IssuerKeysError)) throw error;
      ctx.set('Retry-After', '10');
      return refuse(ctx, 503, undefined, 'the issuer does not answer');
    }
    if (token === undefined) return refuse(ctx, 401, 'Bearer error="invalid_token"', 'not a token for this API');
    const scope = scopeFor(ctx.method);
    if (!token.scopes.has(scope)) {
      return refuse(ctx, 403, `Bearer error="insufficient_scope", scope="${scope}"`, `the token lacks ${scope}`);
    }
    ctx.state['apiToken'] = token;
    return keptByNobody(next, 'no-store');
  };
};

/** A problem document (RFC 9457). */
const refuse = (ctx: Context, status: number, challenge: string | undefined, title: string): void => {
  ctx.status = status;
  if (challenge !== undefined) ctx.set('WWW-Authenticate', challenge);
  ctx.body = JSON.stringify({ status, title });
  ctx.type = 'application/problem+json';
};
