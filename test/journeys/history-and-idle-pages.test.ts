import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import type { BrowserContext, Page } from 'playwright-core';
import { recordNavigations } from '../../tools/stage/navigations.ts';
import { signIn } from '../../tools/stage/sign-in-page.ts';
import { openHouse, type House } from './support/house.ts';
import { isAtSignInPage, shownName, signInAt, signOut, waitForName, writeNote } from './support/notes-pages.ts';

const alicesNote = 'Only alice may read this';

describe('pages that were open before', { timeout: 300_000 }, () => {
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
  });

  const isAtNotes = (name: string, path = '/notes') =>
    page.waitForURL(`${house.notes.origin}${path}`).then(() => waitForName(page, name));
  const saysNothingOfAlice = async (): Promise<void> => {
    const text = await page.content();
    assert.ok(!text.includes(alicesNote) && !text.includes('Alice Example'), text);
  };

  describe('back and forward', () => {
    it('after signing in: back leads to the page before, without a loop, and forward to the notes again', async () => {
      await page.goto(`${house.notes.origin}/`);
      await page.getByRole('link', { name: 'My notes' }).click();
      await signIn(page, 'alice');
      await isAtNotes('Alice Example');
      // Whoever goes back from there comes to the sign-in page that is done with, or to what was before it.
      const navigations = recordNavigations(page);
      for (let steps = 0; steps < 4 && page.url() !== `${house.notes.origin}/`; steps += 1) {
        await page.goBack();
        const { pathname } = new URL(page.url());
        assert.notEqual(pathname, '/latchkey/callback', 'no answer of the provider lies in the history');
        assert.notEqual(pathname, '/latchkey/start');
      }
      await isAtNotes('Alice Example', '/');
      assert.deepEqual(
        navigations.redirects().filter(({ url }) => url.includes('/auth?')),
        [],
      );
      await page.goto(`${house.notes.origin}/notes`);
      await page.goBack();
      await page.goForward();
      await isAtNotes('Alice Example');
    });

    for (const where of ['everywhere', 'here'] as const) {
      it(`after signing out (${where}) show nothing of the person`, async () => {
        await signInAt(page, house.notes, 'alice');
        await writeNote(page, alicesNote);
        await page.goto(`${house.notes.origin}/notes?older`);
        await page.goto(`${house.notes.origin}/notes?newer`);
        await signOut(page, where);
        await page.waitForURL(`${house.notes.origin}/`);
        for (const step of ['back', 'back', 'forward', 'forward'] as const) {
          await (step === 'back' ? page.goBack() : page.goForward());
          await page.locator('body').waitFor();
          await saysNothingOfAlice();
          assert.equal(await shownName(page), '');
        }
      });
    }
  });

  describe('a page that stays open while the person signs out elsewhere', () => {
    beforeEach(async () => {
      await signInAt(page, house.notes, 'alice');
      await writeNote(page, alicesNote);
    });
    /** As it looks in the browser when the person comes back to the tab. */
    const returnToTab = (): Promise<unknown> => page.evaluate(`document.dispatchEvent(new Event('visibilitychange'))`);
    const signOutInAnotherTab = async (): Promise<void> => {
      const another = await page.context().newPage();
      await another.goto(`${house.journal.origin}/notes`);
      await signOut(another);
      await another.waitForURL(`${house.journal.origin}/`);
    };

    it('changes at the return to the tab', async () => {
      await signOutInAnotherTab();
      const navigations = recordNavigations(page);
      await returnToTab();
      await page.waitForURL(`${house.provider.issuer}/**`);
      assert.ok(await isAtSignInPage(page, house.provider.issuer));
      await saysNothingOfAlice();
      assert.equal(navigations.all.filter(({ url }) => url === `${house.notes.origin}/notes`).length, 1);
    });

    it('changes at the return to the tab where it is the same for everybody', async () => {
      await page.goto(`${house.notes.origin}/`);
      await waitForName(page, 'Alice Example');
      await signOutInAnotherTab();
      await returnToTab();
      await page.locator('[data-latchkey-out]:visible').waitFor();
      await saysNothingOfAlice();
    });

    it('shows the next person when that one signed in elsewhere', async () => {
      await signOutInAnotherTab();
      const another = await page.context().newPage();
      await signInAt(another, house.journal, 'bert');
      await returnToTab();
      await waitForName(page, 'Bert Example');
      assert.equal(page.url(), `${house.notes.origin}/notes`);
      await saysNothingOfAlice();
    });

    it('has its form refused with a clear answer, and nothing is written', async () => {
      await signOutInAnotherTab();
      const before = house.notes.written();
      const answer = page.waitForResponse((each) => each.request().method() === 'POST');
      await writeNote(page, 'Too late');
      assert.equal((await answer).status(), 401);
      assert.match(await page.locator('main').innerText(), /Please sign in[\s\S]*Nothing was saved/);
      assert.ok(await page.getByRole('link', { name: 'Sign in' }).isVisible());
      await saysNothingOfAlice();
      assert.deepEqual(house.notes.written(), before);
      await page.reload().catch(() => undefined); // a reload would send the form once more
      assert.deepEqual(house.notes.written(), before);
    });

    it('has its form refused though the next person is signed in here, and nothing is written for either', async () => {
      await signOutInAnotherTab();
      const another = await page.context().newPage();
      await signInAt(another, house.notes, 'bert');
      const before = house.notes.written();
      const answer = page.waitForResponse((each) => each.request().method() === 'POST');
      await writeNote(page, 'Written by alice, sent under bert');
      assert.equal((await answer).status(), 403);
      assert.match(await page.locator('body').innerText(), /Not a form of your session/);
      assert.deepEqual(house.notes.written(), before);
    });
  });
});
