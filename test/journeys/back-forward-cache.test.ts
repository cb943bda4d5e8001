import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { BrowserContext, Page } from 'playwright-core';
import { recordNavigations } from '../../tools/stage/navigations.ts';
import { signIn } from '../../tools/stage/sign-in-page.ts';
import { journal, notes } from '../../tools/stage/stage.ts';
import { eventually } from './support/eventually.ts';
import { openHouse, type House } from './support/house.ts';
import { isAtSignInPage, signInAt, signOut, waitForName } from './support/notes-pages.ts';
import { whoIsShown } from './support/session-line.ts';

/** A proxy that takes `no-store` off a person's page, so that browsers keep it: then the script alone is left to notice. */
const keptPage = (host: string): string => `location = /notes {
  proxy_pass http://${host};
  proxy_set_header Host $http_host;
  proxy_set_header X-Forwarded-Proto $scheme;
  proxy_hide_header Cache-Control;
}`;

describe('pages from the back/forward cache', { timeout: 240_000 }, () => {
  let house: House;
  before(async () => {
    house = await openHouse({
      hosts: { [journal]: { serverDirectives: keptPage(journal) }, [notes]: {} },
      browser: { ignoreDefaultArgs: ['--disable-back-forward-cache'] },
    });
  });
  after(async () => house.close());

  /** Alice's browser: a page of the journal, and a second tab at notes. */
  const twoTabs = async (): Promise<{
    readonly context: BrowserContext;
    readonly page: Page;
    readonly other: Page;
  }> => {
    const context = await house.browser.newContext();
    await context.addInitScript(`
      window.shows = [];
      addEventListener('pageshow', ({ persisted }) => window.shows.push(persisted ? 'persisted' : 'loaded'));`);
    const [page, other] = [await context.newPage(), await context.newPage()];
    await signInAt(other, house.notes, 'alice');
    await page.goto(`${house.journal.origin}/notes`);
    return { context, page, other };
  };
  const front = (): string => `${house.journal.origin}/`;
  const own = (): string => `${house.journal.origin}/notes`;
  const leave = async (page: Page, link: string, url: string): Promise<void> => {
    await page.getByRole('link', { name: link, exact: true }).click();
    await page.waitForURL(url);
    await waitForName(page, 'Alice Example');
  };
  const signOutIn = async (other: Page): Promise<void> => {
    await signOut(other);
    await other.waitForURL(`${house.notes.origin}/`);
  };
  const switchTo = async (other: Page, username: string): Promise<void> => {
    await signOutIn(other);
    await other.goto(`${house.notes.origin}/notes`);
    await signIn(other, username);
    await other.waitForURL(`${house.notes.origin}/notes`);
  };
  /** Such a page has no load event: it is there, or it is not. */
  const goBack = async (page: Page, url: string): Promise<void> => {
    const arrived = page.waitForURL(url, { waitUntil: 'commit' });
    await page.evaluate('history.back()');
    await arrived;
  };
  const shows = (page: Page): Promise<readonly string[]> => page.evaluate<string[]>('window.shows');

  it('show nobody any more on a page for everybody, once the person signed out in another tab', async () => {
    const { context, page, other } = await twoTabs();
    await page.goto(front());
    await waitForName(page, 'Alice Example');
    await leave(page, 'My notes', own());
    await signOutIn(other);
    await goBack(page, front());
    await eventually('the page shows nobody', async () => (await whoIsShown(page)) === undefined);
    assert.deepEqual(await shows(page), ['loaded', 'persisted']);
    await context.close();
  });

  it('show the new person on a page for everybody, once another one signed in', async () => {
    const { context, page, other } = await twoTabs();
    await page.goto(front());
    await waitForName(page, 'Alice Example');
    await leave(page, 'My notes', own());
    await switchTo(other, 'bert');
    await goBack(page, front());
    await waitForName(page, 'Bert Example');
    assert.deepEqual(await shows(page), ['loaded', 'persisted']);
    await context.close();
  });

  it('stay as they are while nothing changed', async () => {
    const { context, page } = await twoTabs();
    await leave(page, 'Journal', front());
    const navigations = recordNavigations(page);
    await goBack(page, own());
    await eventually('the page is shown', async () => (await shows(page)).length === 2);
    assert.deepEqual([await shows(page), await whoIsShown(page)], [['loaded', 'persisted'], 'Alice Example']);
    assert.deepEqual(navigations.all, []);
    await context.close();
  });

  it('load once more when they are of a person who signed out', async () => {
    const { context, page, other } = await twoTabs();
    await leave(page, 'Journal', front());
    await signOutIn(other);
    const navigations = recordNavigations(page);
    await goBack(page, own());
    await page.waitForURL(`${house.provider.issuer}/**`);
    assert.ok(await isAtSignInPage(page, house.provider.issuer));
    assert.equal(navigations.all.filter(({ url }) => url === own()).length, 1);
    await context.close();
  });

  it('load once more when they are of a person who is not the one of now', async () => {
    const { context, page, other } = await twoTabs();
    await leave(page, 'Journal', front());
    await switchTo(other, 'bert');
    const navigations = recordNavigations(page);
    await goBack(page, own());
    await waitForName(page, 'Bert Example');
    const loads = navigations.all.filter(({ url }) => url === own());
    assert.deepEqual(
      loads.map(({ status }) => status),
      [303, 200],
    );
    assert.equal(page.url(), own());
    await context.close();
  });

  it('are none where the application has its way: what is about a person comes from the server', async () => {
    const { context, page, other } = await twoTabs();
    await other.goto(`${house.notes.origin}/notes`);
    await leave(other, 'Notes', `${house.notes.origin}/`);
    await page.goto(own());
    await signOut(page);
    await page.waitForURL(front());
    await other.evaluate('history.back()');
    await other.waitForURL(`${house.provider.issuer}/**`);
    assert.ok(await isAtSignInPage(other, house.provider.issuer));
    await context.close();
  });
});
