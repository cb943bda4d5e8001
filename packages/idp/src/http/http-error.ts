import type { Context } from 'koa';

/** Why a request was refused before anybody looked at what it asks for. */
export type HttpErrorCode =
  | 'ERR_HTTP_TARGET'
  | 'ERR_HTTP_HEADER'
  | 'ERR_HTTP_DUPLICATE_HEADER'
  | 'ERR_HTTP_WRONG_HOST'
  | 'ERR_HTTP_WRONG_SCHEME'
  | 'ERR_HTTP_BODY_TOO_LARGE'
  | 'ERR_HTTP_BODY_INCOMPLETE'
  | 'ERR_HTTP_MEDIA_TYPE'
  | 'ERR_HTTP_FORM_ENCODING'
  | 'ERR_HTTP_FORM_DUPLICATE';

const STATUS: Record<HttpErrorCode, number> = {
  ERR_HTTP_TARGET: 400,
  ERR_HTTP_HEADER: 400,
  ERR_HTTP_DUPLICATE_HEADER: 400,
  ERR_HTTP_WRONG_HOST: 421,
  ERR_HTTP_WRONG_SCHEME: 421,
  ERR_HTTP_BODY_TOO_LARGE: 413,
  ERR_HTTP_BODY_INCOMPLETE: 400,
  ERR_HTTP_MEDIA_TYPE: 415,
  ERR_HTTP_FORM_ENCODING: 400,
  ERR_HTTP_FORM_DUPLICATE: 400,
};

/** A request that cannot be used. The message may be shown to whoever sent it: it holds nothing of the request. */
export class HttpError extends Error {
  override readonly name = 'HttpError';
  readonly code: HttpErrorCode;
  /** Koa's error handling reads `status` and `expose`. */
  readonly status: number;
  readonly expose = true;

  constructor(code: HttpErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.status = STATUS[code];
  }
}

/** Answers with one line of plain text, for requests that are refused before there is anything to build a page from. */
export function answerPlainly(ctx: Context, error: HttpError): void {
  ctx.status = error.status;
  ctx.set('Cache-Control', 'no-store');
  ctx.set('X-Content-Type-Options', 'nosniff');
  ctx.type = 'text/plain; charset=utf-8';
  ctx.body = `${error.message}\n`;
  // For the request log: who runs the server must be able to tell a wrong host from a forgotten TRUST_PROXY.
  ctx.state['refusal'] = error.code;
}
