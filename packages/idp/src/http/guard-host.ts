import type { IncomingMessage } from 'node:http';
import type { Middleware } from 'koa';
import type { Issuer } from '../config/issuer.ts';
import type { TrustProxy } from '../config/trust-proxy.ts';
import { effectiveRequest, rememberEffectiveRequest, type EffectiveRequest } from './effective-request.ts';
import { HEALTH_PATHS } from './health.ts';
import { answerPlainly, HttpError } from './http-error.ts';

/** Headers that mean one thing; a second one would let two programs read two requests. Node keeps the first and says nothing. */
const SINGLE_HEADERS = new Set(['host', 'authorization', 'content-type', 'dpop', 'origin']);

/**
 * Headers whose value this server acts on. Not `cookie`: other sites of the same domain set cookies too, and what they put
 * there must not keep people out.
 */
const READ_HEADERS =
  /^(?:host|authorization|content-type|content-encoding|dpop|origin|accept|accept-language|if-none-match|sec-fetch-.*|x-forwarded-.*|x-latchkey)$/;

/**
 * Lets through only requests that were sent to the issuer, and pins what is left to it: the engine builds every URL, also
 * those in discovery and in redirects, from `Host` and `X-Forwarded-*`, so these hold the issuer's own values afterwards.
 * What is refused gets one line of plain text that repeats nothing of the request: 421 for another host or scheme (RFC 9110,
 * section 15.5.20), 400 for a request target or header that can be read in two ways. The health paths are answered under
 * any host, because those who ask know the machine only by its address; they are not pinned, so `health` answers them.
 *
 * Of the request target it refuses what is not in origin form (an absolute one with the issuer's own authority is turned
 * into it, RFC 9112, section 3.2.2), empty path segments and backslashes (`//host/` and `\\host\` become another host once
 * resolved as a URL), percent-encoding that is broken or not UTF-8, and NUL, which PostgreSQL cannot store.
 */
export function guardHost(issuer: Issuer, trustProxy: TrustProxy): Middleware {
  return async (ctx, next) => {
    const effective = effectiveRequest(ctx.req, trustProxy);
    rememberEffectiveRequest(ctx.req, effective);
    const refusal = wrongHeader(ctx.req) ?? settleTarget(ctx.req, issuer);
    if (refusal !== undefined) {
      answerPlainly(ctx, refusal);
      return;
    }
    ctx.originalUrl = ctx.request.originalUrl = ctx.req.url ?? '/';
    if (!HEALTH_PATHS.has(ctx.path)) {
      const misdirected = wrongPlace(effective, issuer);
      if (misdirected !== undefined) {
        answerPlainly(ctx, misdirected);
        return;
      }
      pin(ctx.req, issuer, effective.clientAddress);
    }
    await next();
  };
}

function wrongHeader(req: IncomingMessage): HttpError | undefined {
  // RFC 9112, section 3.2. What is older than HTTP/1.1 need not name one, and is then sent to no issuer.
  if (req.headers.host === undefined && req.httpVersion === '1.1') {
    return new HttpError('ERR_HTTP_HEADER', 'Bad request: the header Host is missing.');
  }
  const seen = new Set<string>();
  for (let index = 0; index + 1 < req.rawHeaders.length; index += 2) {
    const name = (req.rawHeaders[index] ?? '').toLowerCase();
    if (SINGLE_HEADERS.has(name) && seen.has(name)) {
      return new HttpError('ERR_HTTP_DUPLICATE_HEADER', 'Bad request: a header that may be sent once came twice.');
    }
    seen.add(name);
    if (READ_HEADERS.test(name) && !/^[\t\x20-\x7e]*$/.test(req.rawHeaders[index + 1] ?? '')) {
      return new HttpError('ERR_HTTP_HEADER', 'Bad request: a header holds characters that are not ASCII.');
    }
  }
  return undefined;
}

/** Checks the request target and leaves it in origin form. */
function settleTarget(req: IncomingMessage, issuer: Issuer): HttpError | undefined {
  let target = req.url ?? '';
  const [, scheme, authority, rest] = /^(https?):\/\/([^/?#]*)(.*)$/is.exec(target) ?? [];
  if (authority !== undefined && rest !== undefined) {
    const ownPort = scheme?.toLowerCase() === 'https' ? ':443' : ':80';
    const host = authority.toLowerCase();
    if (host !== issuer.host && host !== `${issuer.host}${ownPort}`) return misdirected('ERR_HTTP_WRONG_HOST');
    target = rest.startsWith('/') ? rest : `/${rest}`;
  }
  const [path = ''] = target.split('?', 1);
  const isPlain =
    target.startsWith('/') && /^[\x21-\x7e]*$/.test(target) && !/[\\#]/.test(target) && !path.includes('//');
  if (!isPlain || !isPercentEncodedUtf8(target)) {
    return new HttpError('ERR_HTTP_TARGET', 'Bad request: this address is not written correctly.');
  }
  req.url = target;
  return undefined;
}

function isPercentEncodedUtf8(target: string): boolean {
  try {
    return !decodeURIComponent(target).includes('\0');
  } catch {
    return false;
  }
}

function wrongPlace(effective: EffectiveRequest, issuer: Issuer): HttpError | undefined {
  if (effective.host !== issuer.host) return misdirected('ERR_HTTP_WRONG_HOST');
  return effective.scheme === issuer.scheme ? undefined : misdirected('ERR_HTTP_WRONG_SCHEME');
}

const misdirected = (code: 'ERR_HTTP_WRONG_HOST' | 'ERR_HTTP_WRONG_SCHEME'): HttpError =>
  new HttpError(code, 'Misdirected request: this server answers under another address.');

function pin(req: IncomingMessage, issuer: Issuer, clientAddress: string): void {
  for (const name of Object.keys(req.headers)) {
    if (name === 'forwarded' || name.startsWith('x-forwarded-')) delete req.headers[name];
  }
  req.headers.host = issuer.host;
  req.headers['x-forwarded-host'] = issuer.host;
  req.headers['x-forwarded-proto'] = issuer.scheme;
  req.headers['x-forwarded-for'] = clientAddress;
}
