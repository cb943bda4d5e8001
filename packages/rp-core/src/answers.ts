import type { Page } from './pages/page.ts';

/** Nothing of the sign-in is kept by a cache, or tells a later site where it came from. */
const always = { 'cache-control': 'private, no-store', 'referrer-policy': 'no-referrer' } as const;

const withCookies = (headers: Record<string, string>, setCookies: readonly string[]): Headers => {
  const all = new Headers({ ...always, 'x-content-type-options': 'nosniff', ...headers });
  for (const line of setCookies) all.append('set-cookie', line);
  return all;
};

/** 303: whatever the method was, the browser goes on with GET. */
export const redirect = (to: URL | string, setCookies: readonly string[] = []): Response =>
  new Response(null, { status: 303, headers: withCookies({ location: String(to) }, setCookies) });

export const json = (value: unknown, setCookies: readonly string[] = [], status = 200): Response =>
  new Response(JSON.stringify(value), {
    status,
    headers: withCookies({ 'content-type': 'application/json; charset=utf-8' }, setCookies),
  });

/** Shows pages of the sign-in; the application may draw them in its own dress. */
export type ShowPage = (page: Page) => string;

/** @param ancestors who may show it in a frame: nobody, or this origin alone for the script's hidden frame */
export const html = (
  text: string,
  {
    status = 200,
    setCookies = [],
    ancestors = "'none'",
    headers = {},
  }: {
    readonly status?: number;
    readonly setCookies?: readonly string[];
    readonly ancestors?: "'none'" | "'self'";
    readonly headers?: Record<string, string>;
  } = {},
): Response =>
  new Response(text, {
    status,
    headers: withCookies(
      {
        'content-type': 'text/html; charset=utf-8',
        'content-security-policy': `default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors ${ancestors}`,
        'x-frame-options': ancestors === "'none'" ? 'DENY' : 'SAMEORIGIN',
        ...headers,
      },
      setCookies,
    ),
  });
