import type { Asset } from './assets/assets.ts';

export type SecurityHeaders = Readonly<Record<string, string>>;

const YEAR_SECONDS = 31_536_000;

interface PageHeaderOptions {
  readonly issuer: URL;
  /** The logo as pages show it: a path, or an https URL. */
  readonly logoUrl: string;
}

/**
 * Headers of every page except the form post page. No page of these has a script; every form goes to this origin.
 *
 * `form-action` also holds for the redirects that follow a form, so a form must be answered by a page or by a redirect
 * within this origin; `continuePage` goes on from there. `same-origin` as opener policy means that an application that
 * opens a sign-in window gets no `window.opener` from it: supported are redirects, not pop-ups.
 * @see OWASP ASVS 5.0, section 3.4
 */
export const pageHeaders = (options: PageHeaderOptions): SecurityHeaders =>
  documentHeaders(options, ["form-action 'self'"]);

/**
 * Headers of the form post page, the only page with a script and with a form that leaves this origin.
 *
 * A browser compares `form-action` with the form's target **and** with each redirect that answers it. The target is the
 * client's redirect URI, but where the client sends the browser from there is its own affair: to another host of its,
 * as a rule. Only its origin and its own scheme can be named in advance, so every https target is allowed, and plain
 * http only to a client that is registered with it, which is one on loopback. The page holds nothing that a stranger
 * could turn into another form: all values are escaped, and there is no inline script.
 */
export function formPostPageHeaders({
  redirectUri,
  ...options
}: PageHeaderOptions & { readonly redirectUri: string }): SecurityHeaders {
  const { origin, protocol } = new URL(redirectUri);
  const targets = [origin, 'https:', protocol].filter((source) => source !== 'null');
  return documentHeaders(options, [`form-action ${[...new Set(targets)].join(' ')}`, "script-src 'self'"]);
}

function documentHeaders({ issuer, logoUrl }: PageHeaderOptions, directives: readonly string[]): SecurityHeaders {
  const logoOrigin = new URL(logoUrl, issuer).origin;
  const images = logoOrigin === issuer.origin || logoOrigin === 'null' ? "'self'" : `'self' ${logoOrigin}`;
  const policy = [
    "default-src 'none'",
    "style-src 'self'",
    `img-src ${images}`,
    ...directives,
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ];
  return {
    ...commonHeaders(issuer, policy),
    'Cache-Control': 'no-store',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Permissions-Policy': 'camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()',
  };
}

/** Headers of answers that are no page: JSON, redirects, plain text, empty ones. A browser that shows one gets nothing to run. */
export const dataHeaders = (issuer: URL): SecurityHeaders => ({
  ...commonHeaders(issuer, ["default-src 'none'", "form-action 'none'", "frame-ancestors 'none'", "base-uri 'none'"]),
  'Cache-Control': 'no-store',
});

/** Headers of an asset. The path names the content, so it may be kept for ever, by shared caches too. */
export const assetHeaders = (issuer: URL, asset: Asset): SecurityHeaders => ({
  ...commonHeaders(issuer, ["default-src 'none'", "form-action 'none'", "frame-ancestors 'none'", "base-uri 'none'"]),
  'Cache-Control': `public, max-age=${YEAR_SECONDS}, immutable`,
  'Content-Type': asset.contentType,
  ETag: asset.etag,
});

const commonHeaders = (issuer: URL, policy: readonly string[]): SecurityHeaders => ({
  'Content-Security-Policy': policy.join('; '),
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  // Over http a browser ignores it (RFC 6797, section 8.1), and an http issuer is on loopback.
  ...(issuer.protocol === 'https:' ? { 'Strict-Transport-Security': `max-age=${YEAR_SECONDS}` } : {}),
});
