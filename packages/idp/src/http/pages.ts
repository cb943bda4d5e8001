import type { Context } from 'koa';
import type { Assets } from './assets/assets.ts';
import { browserOf, keepBrowserCookie } from './browser-cookie.ts';
import { issueCsrfToken, isForeignRequest, verifyCsrfToken } from './csrf.ts';
import type { Html } from './html/html.ts';
import { chooseMessages } from './messages/choose-messages.ts';
import type { ErrorKind } from './messages/messages.ts';
import { errorPage } from './pages/error-page.ts';
import { formFields } from './pages/form-fields.ts';
import type { PageContext, Site } from './pages/site.ts';
import type { Form } from './read-form.ts';
import { formPostPageHeaders, pageHeaders } from './security-headers.ts';

export interface PagesParts {
  readonly issuer: URL;
  readonly site: Site;
  readonly assets: Assets;
  readonly csrfKey: Buffer;
}

/** What to tell besides the kind of an error. */
export interface ErrorDetails {
  readonly code?: string | undefined;
  readonly reason?: string | undefined;
  readonly link?: { readonly url: string; readonly clientName?: string | undefined } | undefined;
}

/** Answers requests with pages, in the reader's language, with their headers and anti-forgery tokens. */
export class Pages {
  readonly #parts: PagesParts;

  constructor(parts: PagesParts) {
    this.#parts = parts;
  }

  /** @param uiLocales of the authorization request, where there is one */
  answer(ctx: Context, status: number, build: (page: PageContext) => Html, uiLocales?: string): void {
    const { issuer, site } = this.#parts;
    ctx.set(pageHeaders({ issuer, logoUrl: site.logoUrl }));
    this.#write(ctx, status, build, uiLocales);
  }

  /** A page whose form goes to the client (response_mode=form_post). */
  answerFormPost(ctx: Context, redirectUri: string, build: (page: PageContext & { scriptPath: string }) => Html): void {
    const { issuer, site, assets } = this.#parts;
    ctx.set(formPostPageHeaders({ issuer, logoUrl: site.logoUrl, redirectUri }));
    this.#write(ctx, 200, (page) => build({ ...page, scriptPath: assets.pathOf('submitForm') }));
  }

  error(ctx: Context, status: number, kind: ErrorKind, details: ErrorDetails = {}): void {
    const requestId = ctx.state['requestId'] as string | undefined;
    this.answer(ctx, status, (page) => errorPage({ ...page, kind, requestId, ...details }));
  }

  /** A token for a form of this browser. @param purpose what the form is for; a token is good for nothing else */
  csrfToken(ctx: Context, purpose: string): string {
    keepBrowserCookie(ctx);
    return issueCsrfToken(this.#parts.csrfKey, `${browserOf(ctx).value} ${purpose}`);
  }

  /** Whether a form came from a page of ours, made for this browser and purpose. */
  isOwnForm(ctx: Context, form: Form, purpose: string): boolean {
    if (isForeignRequest(ctx.req.headers, this.#parts.issuer.origin)) return false;
    return verifyCsrfToken(this.#parts.csrfKey, `${browserOf(ctx).value} ${purpose}`, form.get(formFields.csrfToken));
  }

  #write(ctx: Context, status: number, build: (page: PageContext) => Html, uiLocales?: string): void {
    const messages = chooseMessages({ uiLocales, acceptLanguage: ctx.get('Accept-Language') });
    ctx.status = status;
    ctx.type = 'text/html; charset=utf-8';
    ctx.vary('Accept-Language');
    ctx.body = String(build({ messages, site: this.#parts.site }));
  }
}
