import { Readable } from 'node:stream';
import { ReadableStream, type ReadableStreamDefaultReader } from 'node:stream/web';
import type { Context, Middleware } from 'koa';
import type { RelyingParty, SignedInVisitor } from '../relying-party.ts';
import { keptByNobody } from './kept-by-nobody.ts';

/** What handlers find at `ctx.state.latchkey`. */
export interface LatchkeyState {
  /** Undefined: anonymous, or a page for everybody that a shared cache may keep. */
  readonly visitor: SignedInVisitor | undefined;
  /** For the attribute `data-state` of a page that the server rendered for this visitor; undefined on pages for everybody, and in answers to forms. */
  readonly browserState: string | undefined;
  /** Whether only a click may begin a sign-in (`RecognisedVisit`). */
  readonly onlyByClick: boolean;
}

export interface SignInThroughOptions {
  /**
   * Pages that a shared cache may keep: rendered for everybody, never sent off, and the script shows who is signed in.
   * None unless told.
   */
  readonly isForEverybody?: (path: string) => boolean;
}

/**
 * Answers the addresses of the sign-in, and tells every other handler who is signed in, sending page visits silently through the
 * issuer where that may help. What is not for everybody is answered with `private, no-store`.
 */
export const signInThrough = (
  relyingParty: RelyingParty,
  { isForEverybody = () => false }: SignInThroughOptions = {},
): Middleware => {
  return async (ctx, next) => {
    // The web platform's requests have no such method, and no page is read by it.
    if (ctx.method === 'TRACE') return void (ctx.status = 501);
    const request = toRequest(ctx, relyingParty.origin);
    const own = await relyingParty.handle(request);
    if (own !== undefined) return send(ctx, own);
    if (isForEverybody(ctx.path)) {
      ctx.state['latchkey'] = {
        visitor: undefined,
        browserState: undefined,
        onlyByClick: false,
      } satisfies LatchkeyState;
      return next();
    }
    ctx.set('Cache-Control', 'private, no-store');
    const visit = await relyingParty.recognise(request);
    if (visit.kind === 'sent-off') return send(ctx, visit.response);
    for (const line of visit.setCookies) ctx.append('Set-Cookie', line);
    ctx.state['latchkey'] = {
      visitor: visit.visitor,
      // An answer to a form must not be reloaded: that would send the form again.
      browserState: ctx.method === 'GET' ? visit.browserState : undefined,
      onlyByClick: visit.onlyByClick,
    } satisfies LatchkeyState;
    return keptByNobody(next, 'private, no-store');
  };
};

/**
 * Sends whoever is anonymous to the sign-in, and back. Where only a click may begin one, and where the request is no page
 * visit, the answer is 401: a page for those who take one.
 */
export const requireSignIn = (relyingParty: RelyingParty): Middleware => {
  return async (ctx, next) => {
    const { visitor, onlyByClick } = ctx.state['latchkey'] as LatchkeyState;
    if (visitor !== undefined) return next();
    const isPage = ctx.method === 'GET' || ctx.method === 'HEAD';
    if (isPage && !onlyByClick && ctx.accepts('html') !== false) {
      ctx.status = 303;
      ctx.set('Location', relyingParty.startAddress(ctx.url));
      return undefined;
    }
    ctx.status = 401;
    if (ctx.accepts('html', 'text') === 'html') {
      ctx.type = 'html';
      ctx.body = relyingParty.signInFirstPage(isPage ? 'page' : 'form', isPage ? ctx.url : '/');
    } else {
      ctx.body = 'Sign in first\n';
    }
    return undefined;
  };
};

/** The origin is the application's own word; Host and forwarded headers have no say in it. */
const toRequest = (ctx: Context, origin: string): Request => {
  const headers = new Headers();
  for (const [name, value] of Object.entries(ctx.headers)) {
    for (const line of [value ?? []].flat()) headers.append(name, line);
  }
  const hasBody = ctx.method !== 'GET' && ctx.method !== 'HEAD';
  return new Request(`${origin}${ctx.url.startsWith('/') ? ctx.url : '/'}`, {
    method: ctx.method,
    headers,
    ...(hasBody ? { body: lazily(ctx), duplex: 'half' } : {}),
  });
};

/** Read only where an address of the sign-in reads it: the application's own handlers find the body untouched. */
const lazily = (ctx: Context): ReadableStream => {
  let body: ReadableStreamDefaultReader<Uint8Array> | undefined;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        body ??= (Readable.toWeb(ctx.req) as ReadableStream<Uint8Array>).getReader();
        const { done, value } = await body.read();
        if (done) controller.close();
        else controller.enqueue(value);
      },
    },
    { highWaterMark: 0 },
  ) as ReadableStream;
};

const send = async (ctx: Context, response: Response): Promise<void> => {
  ctx.status = response.status;
  for (const [name, value] of response.headers) if (name !== 'set-cookie') ctx.set(name, value);
  for (const line of response.headers.getSetCookie()) ctx.append('Set-Cookie', line);
  const body = Buffer.from(await response.arrayBuffer());
  if (body.length > 0) ctx.body = body;
  else ctx.res.statusMessage = '';
};
