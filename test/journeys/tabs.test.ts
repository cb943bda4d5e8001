import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import type { BrowserContext, Page } from 'playwright-core';
import { recordNavigations } from '../../tools/stage/navigations.ts';
import { signIn } from '../../tools/stage/sign-in-page.ts';
import { openHouse, type House } from './support/house.ts';
import { isAtSignInPage, shownName, signInAt, signOut } from './support/notes-pages.ts';

describe('several tabs of one browser', { timeout: 300_000 }, () => {
  let house: House;
  let context: BrowserContext;

  before(async () => {
    house = await openHouse();
  });
  after(async () => house.close());
  beforeEach(async () => {
    await context?.close();
    context = await house.browser.newContext();
  });

  const openTabs = (count: number): Promise<Page[]> =>
    Promise.all(Array.from({ length: count }, () => context.newPage()));
  const knowsAlice = async (page: Page): Promise<void> => {
    await page.goto(`${house.notes.origin}/notes`);
    assert.equal(await shownName(page), 'Alice Example');
  };

  it('may sign in at the same moment', async () => {
    const [first, ...tabs] = await openTabs(3);
    await first?.goto(`${house.notes.origin}/notes`); // the provider knows the browser from then on
    await Promise.all(tabs.map((tab) => tab.goto(`${house.notes.origin}/notes`)));
    await Promise.all(
      tabs.map(async (tab) => {
        await signIn(tab, 'alice');
        await tab.waitForURL(`${house.notes.origin}/notes`);
        assert.equal(await shownName(tab), 'Alice Example');
      }),
    );
    for (const tab of tabs) {
      const navigations = recordNavigations(tab);
      await knowsAlice(tab);
      assert.deepEqual(navigations.redirects(), []);
    }
    assert.equal(house.notes.users().length, 1);
  });

  it('may begin in one and complete in the other, and the first can still be completed', async () => {
    const [first, second] = await openTabs(2);
    assert.ok(first && second);
    await first.goto(`${house.notes.origin}/notes?first`);
    await signInAt(second, house.notes, 'alice');
    assert.ok(await isAtSignInPage(first, house.provider.issuer), 'a sign-in page is left as it is');
    await signIn(first, 'alice');
    await first.waitForURL(`${house.notes.origin}/notes?first`);
    assert.equal(await shownName(first), 'Alice Example');
    await knowsAlice(second);
  });

  it('may begin seven times, and complete each of the last five', async () => {
    const tabs = await openTabs(7);
    for (const [at, tab] of tabs.entries()) await tab.goto(`${house.notes.origin}/notes?tab=${at}`);
    for (const [at, tab] of tabs.entries()) {
      if (at < 2) continue;
      await signIn(tab, 'alice');
      await tab.waitForURL(`${house.notes.origin}/notes?tab=${at}`);
      assert.equal(await shownName(tab), 'Alice Example');
    }
    const [oldest] = tabs;
    assert.ok(oldest);
    const navigations = recordNavigations(oldest);
    await signIn(oldest, 'alice');
    await oldest.getByRole('heading', { name: 'This sign-in cannot be completed' }).waitFor();
    assert.equal(navigations.all.at(-1)?.status, 400, 'the callback itself says so');
    await oldest.getByRole('link', { name: 'Continue' }).click();
    await oldest.waitForURL(`${house.notes.origin}/`);
    await knowsAlice(oldest);
  });

  it('may all be restored at once when somebody signed in meanwhile: each shows its page, and none an error', async () => {
    const [tab] = await openTabs(1);
    assert.ok(tab);
    await signInAt(tab, house.journal, 'alice');
    const tabs = await openTabs(12);
    const answers = await Promise.all(tabs.map((each, at) => each.goto(`${house.notes.origin}/notes?tab=${at}`)));
    for (const [at, answer] of answers.entries()) {
      assert.equal(answer?.url(), `${house.notes.origin}/notes?tab=${at}`);
      assert.ok(answer.status() === 200 || answer.status() === 401, `${answer.status()}`);
    }
    for (const each of tabs) await knowsAlice(each);
    assert.equal(house.notes.users().length, 1);
  });

  it('may be restored one after the other while the provider is slow: no tab takes the way back from another', async () => {
    const [first, ...tabs] = await openTabs(9);
    assert.ok(first);
    await signInAt(first, house.journal, 'alice');
    await knowsAlice(first); // so that notes need not ask whether the provider is there
    await signOut(first, 'here');
    await first.waitForURL(`${house.notes.origin}/`);
    await context.clearCookies({ name: /^__Host-notes-/ });
    house.provider.suspend();
    const pages: Promise<unknown>[] = [];
    for (const [at, tab] of tabs.entries()) {
      const url = `${house.notes.origin}/notes?tab=${at}`;
      const departed = tab.waitForResponse(url);
      pages.push(tab.goto(url));
      await departed;
    }
    house.provider.resume();
    await Promise.all(pages);
    const shown = await Promise.all(tabs.map(shownName));
    assert.deepEqual(
      tabs.map((tab) => tab.url()),
      tabs.map((_, at) => `${house.notes.origin}/notes?tab=${at}`),
    );
    assert.ok(shown.filter((name) => name === 'Alice Example').length >= 5, shown.join());
    for (const each of tabs) await knowsAlice(each);
  });
});
