import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import type { BrowserContext, Page } from 'playwright-core';
import { recordNavigations } from '../../tools/stage/navigations.ts';
import { openHouse, type House } from './support/house.ts';
import { isAtSignInPage, shownName, signInAt, signOut } from './support/notes-pages.ts';
import { recordProviderCalls } from './support/provider-calls.ts';

describe('signing out of one application alone', { timeout: 300_000 }, () => {
  let house: House;
  let context: BrowserContext | undefined;
  let page: Page;

  before(async () => {
    house = await openHouse();
  });
  after(async () => house.close());
  beforeEach(async () => {
    await context?.close();
    context = await house.browser.newContext();
    page = await context.newPage();
    await signInAt(page, house.journal, 'alice');
    await page.goto(`${house.notes.origin}/notes`);
    assert.equal(await shownName(page), 'Alice Example');
    await signOut(page, 'here');
    await page.waitForURL(`${house.notes.origin}/`);
  });

  /** Opens the front page, and waits until its script has asked in its frame and taken that away again. */
  const openFrontPage = async (): Promise<void> => {
    const answer = page.waitForResponse(/\/latchkey\/start\?frame=1$/);
    await page.goto(`${house.notes.origin}/`);
    assert.equal((await answer).status(), 200);
    await page.locator('iframe').waitFor({ state: 'detached' });
  };
  const seesLinkToSignIn = async (): Promise<void> => {
    assert.equal(await shownName(page), '');
    assert.ok(await page.getByRole('link', { name: 'Sign in' }).first().isVisible());
  };

  it('leaves the provider and the other application alone', async () => {
    const navigations = recordNavigations(page);
    await page.goto(`${house.journal.origin}/notes`);
    assert.equal(await shownName(page), 'Alice Example');
    assert.deepEqual(navigations.redirects(), []);
    await page.goto(`${house.provider.issuer}/`);
    assert.match(await page.locator('main').innerText(), /Alice Example/);
  });

  it("is not undone by the front page's script, nor by a visit to the other application", async () => {
    await page.evaluate('sessionStorage.clear()'); // as in a tab that was not there yet
    const calls = await recordProviderCalls(house);
    await openFrontPage();
    await seesLinkToSignIn();
    assert.deepEqual(await calls.all(), []);
    await page.goto(`${house.journal.origin}/`);
    await page.goto(`${house.journal.origin}/notes`);
    const another = await page.context().newPage();
    await another.goto(`${house.notes.origin}/`);
    await another.locator('iframe').waitFor({ state: 'detached' });
    assert.equal(await shownName(another), '');
    assert.equal(house.notes.sessions().length, 0);
  });

  it('is not undone by opening a page that needs somebody: it asks for a click', async () => {
    const navigations = recordNavigations(page);
    const calls = await recordProviderCalls(house);
    for (const path of ['/notes', '/notes?again', '/notes']) {
      const answer = await page.goto(`${house.notes.origin}${path}`);
      assert.equal(answer?.status(), 401);
      await seesLinkToSignIn();
    }
    assert.deepEqual(navigations.redirects(), []);
    assert.deepEqual(await calls.all(), []);
    assert.equal(house.notes.sessions().length, 0);
  });

  it('ends with a click, which signs in without a password and comes back to the page', async () => {
    await page.goto(`${house.notes.origin}/notes`);
    await page.getByRole('link', { name: 'Sign in' }).first().click();
    await page.waitForURL(`${house.notes.origin}/notes`);
    assert.equal(await shownName(page), 'Alice Example');
    const navigations = recordNavigations(page);
    await page.goto(`${house.notes.origin}/notes`);
    assert.equal(await shownName(page), 'Alice Example');
    assert.deepEqual(navigations.redirects(), []);
  });

  it('ends when somebody else signs in at the provider, who is known here at once', async () => {
    await page.goto(`${house.provider.issuer}/`);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'You are signed out' }).waitFor();
    await signInAt(page, house.journal, 'bert');
    await page.goto(`${house.notes.origin}/notes`);
    assert.ok(!(await isAtSignInPage(page, house.provider.issuer)));
    assert.equal(await shownName(page), 'Bert Example');
  });
});
