import type { BrowserContext, Page } from 'playwright-core';
import { HINT, ISSUER_SESSION } from './stand-in-issuer.ts';

/** What a page saw of itself; kept by the page, so it comes back with it from the back/forward cache. */
export interface Seen {
  /** The details of the script's events, in their order. */
  readonly events: unknown[];
  /** The name in the element when the document was parsed. */
  nameAtLoad: string | undefined;
  /** Whether the page came from the back/forward cache. */
  persisted: boolean;
  /** What the policy refused. */
  readonly refused: string[];
}

declare global {
  var seen: Seen;
}

/** A tab that watches each page in it. */
export const openTab = async (context: BrowserContext): Promise<Page> => {
  const page = await context.newPage();
  await page.addInitScript(() => {
    const seen: Seen = { events: [], nameAtLoad: undefined, persisted: false, refused: [] };
    globalThis.seen = seen;
    document.addEventListener('latchkey', (event) => seen.events.push((event as CustomEvent).detail));
    document.addEventListener('securitypolicyviolation', (event) => seen.refused.push(event.violatedDirective));
    addEventListener('DOMContentLoaded', () => {
      seen.nameAtLoad = document.querySelector('[data-latchkey-name]')?.textContent ?? undefined;
    });
    addEventListener('pageshow', (event) => {
      seen.persisted = event.persisted;
    });
  });
  return page;
};

/** What the first element shows: a name, or that nobody is signed in. */
export const shownOn = (page: Page): Promise<string> =>
  page.evaluate(() => {
    const part = (name: string) => document.querySelector<HTMLElement>(`[data-latchkey] [data-latchkey-${name}]`);
    const [isIn, isOut] = [part('in')?.hidden === false, part('out')?.hidden === false];
    if (isIn === isOut) return 'both or neither';
    return isIn ? `in: ${part('name')?.textContent}` : `out: ${part('name')?.textContent}`;
  });

/** Waits until the first element shows this, as {@link shownOn} says it. */
export const waitUntilShown = async (page: Page, wanted: string): Promise<void> => {
  const [state, name] = [wanted.slice(0, wanted.indexOf(':')), wanted.slice(wanted.indexOf(':') + 2)];
  await page.waitForFunction(
    ([state, name]) =>
      document.querySelector<HTMLElement>(`[data-latchkey] [data-latchkey-${state}]`)?.hidden === false &&
      document.querySelector('[data-latchkey] [data-latchkey-name]')?.textContent === name,
    [state, name] as const,
  );
};

/** Signs a person in at the issuer, in another tab as it were: only the cookies change. */
export const signInAtIssuer = async (context: BrowserContext, origin: string, person: string): Promise<void> => {
  await context.addCookies([
    { name: ISSUER_SESSION, value: person, url: origin, httpOnly: true, sameSite: 'Lax' },
    { name: HINT, value: `hint-of-${person}`, url: origin, sameSite: 'Lax' },
  ]);
};

/** What happens when somebody looks at another tab and then at this one again. */
export const returnToTab = (page: Page): Promise<void> =>
  page.evaluate(() => {
    document.dispatchEvent(new Event('visibilitychange'));
  });

/**
 * Lets requests of this page arrive before the caller counts them: what the script starts, it starts at once, so it is
 * on its way before these are. Fails when the page goes away meanwhile.
 */
export const roundTrips = (page: Page): Promise<void> =>
  page.evaluate(async () => {
    for (let count = 0; count < 3; count += 1) await (await fetch('/plain')).text();
  });

/** Goes back in the tab's history, and waits for that page; Chromium says no `load` when it comes from its cache. */
export const goBack = async (page: Page, path: string): Promise<void> => {
  await page.evaluate(() => history.back());
  await page.waitForFunction((path) => location.pathname === path && globalThis.seen !== undefined, path);
};
