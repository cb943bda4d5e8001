import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { BrowserContext, Page } from 'playwright-core';
import type { LoggedRequest } from '../../tools/stage/named-host.ts';
import { recordNavigations, type Navigations } from '../../tools/stage/navigations.ts';
import { notes } from '../../tools/stage/stage.ts';
import { eventually } from './support/eventually.ts';
import { openHouse, type House } from './support/house.ts';
import { isAtSignInPage, signInAt, signOut } from './support/notes-pages.ts';
import { recordProviderCalls } from './support/provider-calls.ts';
import { whoIsShown } from './support/session-line.ts';

/** Pages of the application that have the browser fetch another one of it beforehand, each in its way. */
const ways = {
  'a link element': '<link rel=prefetch href=/notes>',
  'speculation rules':
    '<script type=speculationrules>{"prefetch":[{"urls":["/notes"],"eagerness":"immediate"}]}</script>',
};
const pageOf = (way: string): string => `<!doctype html><title>Way in</title>${way}<a href=/notes>My notes</a>`;
const serverDirectives = Object.values(ways)
  .map((way, at) => `location = /way${at} { default_type text/html; return 200 '${pageOf(way)}'; }`)
  .join('\n');

describe('a page that the browser fetches beforehand', { timeout: 240_000 }, () => {
  let house: House;
  before(async () => {
    house = await openHouse({ hosts: { [notes]: { serverDirectives } } });
  });
  after(async () => house.close());

  /** What came to notes since the start of a test. */
  const recordRequests = async (): Promise<() => Promise<readonly LoggedRequest[]>> => {
    const from = (await house.notes.host.requests()).length;
    return async () => (await house.notes.host.requests()).slice(from);
  };
  const follow = async (page: Page): Promise<Navigations> => {
    const navigations = recordNavigations(page);
    await page.getByRole('link', { name: 'My notes' }).click();
    await page.waitForURL((url) => url.pathname !== '/way0' && url.pathname !== '/way1');
    return navigations;
  };
  const browserIn = async (application: 'notes' | 'journal'): Promise<{ context: BrowserContext; page: Page }> => {
    const context = await house.browser.newContext();
    const page = await context.newPage();
    await signInAt(page, house[application], 'alice');
    return { context, page };
  };

  const isFetched = ({ target, status }: LoggedRequest): boolean => target === '/notes' && status === 200;

  it('shows who is signed in at the first visit: a link element makes no trip, the visit does', async () => {
    const { context, page } = await browserIn('journal');
    const [requests, calls] = [await recordRequests(), await recordProviderCalls(house)];
    await page.goto(`${house.notes.origin}/way0`);
    await eventually('something is fetched', async () => (await requests()).some(({ target }) => target === '/notes'));
    assert.equal(await calls.trips(), 0);
    await follow(page);
    assert.equal(page.url(), `${house.notes.origin}/notes`);
    assert.equal(await whoIsShown(page), 'Alice Example');
    assert.equal(await calls.trips(), 1);
    await context.close();
  });

  it('shows who is signed in at the first visit: speculation rules have the redirects over before', async () => {
    const { context, page } = await browserIn('journal');
    const [requests, calls] = [await recordRequests(), await recordProviderCalls(house)];
    await page.goto(`${house.notes.origin}/way1`);
    await eventually('the page is fetched', async () => (await requests()).some(isFetched));
    const made = await calls.all();
    await follow(page);
    assert.equal(page.url(), `${house.notes.origin}/notes`);
    assert.equal(await whoIsShown(page), 'Alice Example');
    assert.equal((await requests()).filter(isFetched).length, 1, 'what was fetched is shown');
    assert.deepEqual(await calls.all(), made);
    assert.equal(await calls.trips(), 1);
    await context.close();
  });

  for (const [at, name] of Object.keys(ways).entries()) {
    it(`keeps no person who signed out meanwhile on the page, and loads it once more at most: ${name}`, async () => {
      const { context, page } = await browserIn('notes');
      const requests = await recordRequests();
      await page.goto(`${house.notes.origin}/way${at}`);
      await eventually('the page is fetched', async () => (await requests()).some(isFetched));
      const other = await context.newPage();
      await other.goto(`${house.journal.origin}/notes`);
      await signOut(other);
      await other.waitForURL(`${house.journal.origin}/`);
      const navigations = await follow(page);
      await page.waitForURL(`${house.provider.issuer}/**`);
      assert.ok(await isAtSignInPage(page, house.provider.issuer));
      const loads = navigations.all.filter(({ url }) => url === `${house.notes.origin}/notes`);
      assert.ok(loads.length <= 2, `${loads.length} loads`);
      assert.equal(loads.at(-1)?.status, 303);
      await context.close();
    });
  }
});
