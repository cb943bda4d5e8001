import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import { recordNavigations } from '../../tools/stage/navigations.ts';
import { signIn } from '../../tools/stage/sign-in-page.ts';
import { openHouse, type House } from './support/house.ts';
import { isAtSignInPage, shownName, signOut, writeNote } from './support/notes-pages.ts';

describe('a browser without JavaScript', { timeout: 300_000 }, () => {
  let house: House;
  let page: Page;

  before(async () => {
    house = await openHouse();
    page = await house.browser.newPage({ javaScriptEnabled: false });
  });
  after(async () => house.close());

  it('shows a page for everybody with a link to sign in, and no name', async () => {
    const answer = await page.goto(`${house.notes.origin}/`);
    assert.equal(answer?.status(), 200);
    assert.equal(await shownName(page), '');
    assert.ok(await page.getByRole('link', { name: 'Sign in' }).isVisible());
    assert.equal(await page.getByRole('button', { name: 'Sign out' }).isVisible(), false);
  });

  it('signs in by the link, and comes back to the page', async () => {
    await page.getByRole('link', { name: 'Sign in' }).click();
    await signIn(page, 'alice');
    await page.waitForURL(`${house.notes.origin}/`);
    await page.getByRole('link', { name: 'My notes' }).click();
    await page.waitForURL(`${house.notes.origin}/notes`);
    assert.equal(await shownName(page), 'Alice Example');
  });

  it('writes and removes notes', async () => {
    await writeNote(page, 'Written without a script');
    assert.match(await page.locator('main').innerText(), /Written without a script/);
    assert.equal(house.notes.written().length, 1);
    await page.getByRole('button', { name: 'Remove' }).click();
    await page.getByText('No notes yet.').waitFor();
    assert.equal(house.notes.written().length, 0);
  });

  it('is known at the other application without a click', async () => {
    const navigations = recordNavigations(page);
    await page.goto(`${house.journal.origin}/notes`);
    assert.equal(await shownName(page), 'Alice Example');
    assert.equal(navigations.redirects().length, 3);
  });

  it('signs out everywhere by the button', async () => {
    await signOut(page);
    await page.waitForURL(`${house.journal.origin}/`);
    assert.equal(await shownName(page), '');
    for (const { origin } of [house.notes, house.journal]) {
      await page.goto(`${origin}/notes`);
      assert.ok(await isAtSignInPage(page, house.provider.issuer));
    }
  });
});
