/** What decides whether a request is a page visit that may take the way through the issuer. */
export interface VisitFacts {
  readonly method: string;
  /** By lower-case name; undefined or absent: not sent. */
  readonly headers: Readonly<Record<string, string | undefined>>;
}

const pageDestinations: ReadonlySet<string> = new Set(['document', 'empty']);

/**
 * Whether a request may be answered by a redirect to the issuer: a GET that opens a page. Prefetches may (they hide the
 * redirects); forms, API calls, frames, downloads in parts and whatever else a page loads may not. `empty` is what a
 * service worker makes of a navigation that it passes on.
 * @see Fetch Metadata Request Headers, sections 2.1 and 2.2
 */
export const mayBeRedirected = ({ method, headers }: VisitFacts): boolean => {
  if (method !== 'GET' || headers['range'] !== undefined) return false;
  const mode = headers['sec-fetch-mode'];
  const destination = headers['sec-fetch-dest'];
  if (mode !== undefined || destination !== undefined) {
    return mode === 'navigate' && (destination === undefined || pageDestinations.has(destination));
  }
  return acceptsPages(headers['accept'] ?? '');
};

/** A program that takes whatever comes (`*` + `/*`) is not a browser that opens a page. */
const acceptsPages = (accept: string): boolean =>
  accept.split(',').some((range) => {
    const [type, ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
    return type === 'text/html' && !parameters.some((parameter) => /^q=0(?:\.0*)?$/.test(parameter));
  });
