import type { Page, Request, Response } from 'playwright-core';

/** An answer to a request for a document, or its failure. */
export interface Navigation {
  readonly url: string;
  /** 0 when there was no answer: the request failed, or was given up. */
  readonly status: number;
  readonly frame: 'main' | 'inner';
}

export interface Navigations {
  /** Everything since the start or since `clear`, in the order of the answers; each redirect is one. */
  readonly all: readonly Navigation[];
  /** The top-level answers that sent the browser elsewhere (3xx). */
  redirects(): readonly Navigation[];
  clear(): void;
}

/**
 * Writes down every document that a page asks for from now on. Pages from the back/forward cache ask for none, and
 * navigations within a document neither.
 */
export const recordNavigations = (page: Page): Navigations => {
  const all: Navigation[] = [];
  const noted = new WeakSet<Request>();
  const note = (request: Request, status: number): void => {
    // Of a download, or a page that was left while it loaded, Playwright tells an answer and then a failure.
    if (!request.isNavigationRequest() || noted.has(request)) return;
    noted.add(request);
    all.push({ url: request.url(), status, frame: request.frame() === page.mainFrame() ? 'main' : 'inner' });
  };
  page.on('response', (response: Response) => note(response.request(), response.status()));
  page.on('requestfailed', (request) => note(request, 0));
  return {
    all,
    redirects: () => all.filter(({ status, frame }) => frame === 'main' && status >= 300 && status < 400),
    clear: () => void all.splice(0),
  };
};
