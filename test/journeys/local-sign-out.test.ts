import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import type { BrowserContext, Page } from 'playwright-core';
import { recordNavigations } from '../../tools/stage/navigations.ts';
import { openHouse, type House } from './support/house.ts';
import { isAtSignInPage, shownName, signInAt, signOut } from './support/notes-pages.ts';
import { recordProviderCalls } from './support/provider-calls.ts';
import { whoIsShown, visitWithFrame } from './support/session-line.ts';
import { forgedHint, openSibling, sibling, siblingHost, writeFromSibling } from './support/sibling.ts';

describe('signing out of one application alone', { timeout: 300_000 }, () => {
  let house: House;
  let context: BrowserContext | undefined;
  let page: Page;

  before(async () => {
    house = await openHouse({ hosts: { [sibling]: siblingHost } });
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

  describe('is not undone by a sibling host', () => {
    const isOutOfNotes = async (): Promise<void> => {
      assert.equal(house.notes.sessions().length, 0);
      await page.goto(`${house.notes.origin}/notes`);
      await seesLinkToSignIn();
    };

    it('that forges one more hint: there is a trip, and nobody comes out of it', async () => {
      await writeFromSibling(house, page.context(), [forgedHint('forged1')]);
      const [navigations, calls] = [recordNavigations(page), await recordProviderCalls(house)];
      await page.goto(`${house.notes.origin}/nothing-here`);
      assert.deepEqual([navigations.redirects().length, await calls.trips()], [3, 1]);
      await isOutOfNotes();

      await writeFromSibling(house, page.context(), [forgedHint('forged2')]);
      await page.evaluate('sessionStorage.clear()');
      await visitWithFrame(page, `${house.notes.origin}/`);
      assert.deepEqual([await whoIsShown(page), await calls.trips()], [undefined, 2]);
      await isOutOfNotes();
    });

    it('that forges twelve hints at longer paths, and puts none, or others, in the place of the own one', async () => {
      const paths = ['/nothing-here', ...Array.from({ length: 11 }, (_, at) => `/nothing-here${'/x'.repeat(at + 1)}`)];
      const deepest = `${house.notes.origin}${paths.at(-1)}`;
      await writeFromSibling(house, page.context(), [
        ...paths.map((path, at) => forgedHint(`pushing${at}`, path)),
        `${forgedHint('gone')}; Max-Age=0`,
      ]);
      const calls = await recordProviderCalls(house);
      await page.goto(deepest);
      assert.equal(await calls.trips(), 1);
      await isOutOfNotes();
      await page.goto(`${house.notes.origin}/nothing-here`);
      await isOutOfNotes();
    });

    it('that sends the browser to the start, by a link or in a frame', async () => {
      const calls = await recordProviderCalls(house);
      const stranger = await openSibling(house, page.context());
      const start = `${house.notes.origin}/latchkey/start?to=%2Fnotes`;
      await stranger.evaluate<unknown>(`new Promise((resolve) => {
        const frame = document.createElement('iframe');
        frame.onload = resolve;
        frame.src = '${start}';
        document.body.append(frame);
      })`);
      await isOutOfNotes();
      await stranger.evaluate(`location.assign('${start}')`);
      await stranger.waitForURL(start);
      await isOutOfNotes();
      assert.deepEqual(await calls.all(), []);
      await stranger.getByRole('link', { name: 'Sign in' }).first().click();
      await stranger.waitForURL(`${house.notes.origin}/notes`);
      assert.equal(await shownName(stranger), 'Alice Example', 'by the click that was asked for');
      await stranger.close();
    });
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
