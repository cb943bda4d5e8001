import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import { recordNavigations } from '../../tools/stage/navigations.ts';
import { signIn } from '../../tools/stage/sign-in-page.ts';
import { openHouse, type House } from './support/house.ts';

describe('one sign-in, two applications', { timeout: 120_000 }, () => {
  let house: House;
  let page: Page;

  before(async () => {
    house = await openHouse();
    page = await house.browser.newPage();
  });
  after(async () => house.close());

  it('signs in at notes by a click, and comes back to the page', async () => {
    await page.goto(`${house.notes.origin}/notes`);
    await signIn(page, 'alice');
    await page.waitForURL(`${house.notes.origin}/notes`);
    assert.equal(await page.locator('[data-latchkey-name]').innerText(), 'Alice Example');
  });

  it('is known at the journal at the first visit, without a click', async () => {
    const navigations = recordNavigations(page);
    await page.goto(`${house.journal.origin}/notes`);
    assert.equal(page.url(), `${house.journal.origin}/notes`);
    assert.equal(await page.locator('[data-latchkey-name]').innerText(), 'Alice Example');
    assert.equal(navigations.redirects().length, 3);
    navigations.clear();
    await page.goto(`${house.journal.origin}/notes`);
    assert.equal(navigations.redirects().length, 0);
  });
});
