import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { BrowserContext, Page } from 'playwright-core';
import { hintCookie, writeCookie } from '../../tools/stage/browser-cookies.ts';
import { recordNavigations } from '../../tools/stage/navigations.ts';
import { signIn } from '../../tools/stage/sign-in-page.ts';
import { eventually } from './support/eventually.ts';
import { openHouse, type House } from './support/house.ts';
import { localSession } from './support/local-session.ts';
import { shownName, signInAt, signOut, waitForName, writeNote } from './support/notes-pages.ts';

/** Longer nobody waits for a page because the provider does not answer, besides what the page takes anyway. */
const patienceMs = 2200;

/** How the provider goes away, and comes back. */
const ways: Readonly<
  Record<string, { readonly go: (house: House) => unknown; readonly comeBack: (house: House) => unknown }>
> = {
  'is stopped': { go: ({ provider }) => provider.stop(), comeBack: ({ provider }) => provider.start() },
  'takes connections and answers nothing': {
    go: ({ provider }) => provider.suspend(),
    comeBack: ({ provider }) => provider.resume(),
  },
};

for (const [way, { go, comeBack }] of Object.entries(ways)) {
  describe(`the provider ${way}`, { timeout: 300_000 }, () => {
    let house: House;
    /** Alice's, and of somebody whom nobody knows. */
    let page: Page;
    let stranger: Page;
    let context: BrowserContext;
    /** What a page takes while the provider is there, on this machine at this time. */
    let usualMs: number;

    before(async () => {
      house = await openHouse();
      [page, stranger] = await Promise.all([house.browser.newPage(), house.browser.newPage()]);
      context = page.context();
      await signInAt(page, house.notes, 'alice');
      await page.goto(`${house.journal.origin}/notes`);
      const begunAt = performance.now();
      for (let views = 0; views < 3; views += 1) await page.goto(`${house.notes.origin}/notes?view=${views}`);
      usualMs = (performance.now() - begunAt) / 3;
      await go(house);
      for (const application of [house.notes, house.journal]) application.ageProofs(301);
    });
    after(async () => {
      if (way !== 'is stopped' && house.provider.isRunning()) house.provider.resume();
      await house.close();
    });

    /** Does something for which nobody must wait long. */
    const inTime = async <T>(work: () => Promise<T>): Promise<T> => {
      const begunAt = performance.now();
      const result = await work();
      const tookMs = performance.now() - begunAt;
      const limitMs = patienceMs + 6 * usualMs;
      assert.ok(tookMs < limitMs, `it took ${Math.round(tookMs)} ms, and may take ${Math.round(limitMs)} ms`);
      return result;
    };
    const provedAt = async (): Promise<number> => {
      const { idHash } = (await localSession(house.notes, context)) ?? {};
      const row = house.notes.sessions().find((session) => session['id_hash'] === idHash);
      return (JSON.parse(String(row?.['rest'])) as { readonly provedAt: number }).provedAt;
    };

    it('pages of somebody signed in stay, though their proof is old', async () => {
      const navigations = recordNavigations(page);
      for (let views = 0; views < 5; views += 1) {
        const answer = await inTime(() => page.goto(`${house.notes.origin}/notes?view=${views}`));
        assert.equal(answer?.status(), 200);
        assert.equal(await shownName(page), 'Alice Example');
      }
      assert.deepEqual(navigations.redirects(), []);
      const [front] = await Promise.all([
        inTime(() => page.goto(`${house.notes.origin}/`)),
        inTime(() => waitForName(page, 'Alice Example')),
      ]);
      assert.equal(front?.status(), 200);
    });

    it('her forms work', async () => {
      await page.goto(`${house.notes.origin}/notes`);
      await inTime(() => writeNote(page, 'Written meanwhile'));
      await page.getByText('Written meanwhile').waitFor();
      assert.equal(house.notes.written().length, 1);
    });

    it('pages of strangers stay, with a hint or without', async () => {
      const navigations = recordNavigations(stranger);
      for (const hint of [undefined, 'AAAA']) {
        if (hint !== undefined) {
          await writeCookie(stranger.context(), { name: hintCookie, value: hint, domain: '.example.test' });
        }
        const front = await inTime(() => stranger.goto(`${house.notes.origin}/`));
        assert.equal(front?.status(), 200);
        assert.equal(await shownName(stranger), '');
        const other = await inTime(() => stranger.goto(`${house.notes.origin}/nowhere`));
        assert.equal(other?.status(), 404);
      }
      assert.deepEqual(navigations.redirects(), []);
    });

    it('the link to sign in leads to a page that says so, and back', async () => {
      await stranger.goto(`${house.notes.origin}/`);
      const answer = stranger.waitForResponse(/\/latchkey\/start\?to=/);
      await inTime(() => stranger.getByRole('link', { name: 'Sign in' }).click());
      assert.equal((await answer).status(), 503);
      await stranger.getByRole('heading', { name: 'Signing in does not work at the moment' }).waitFor();
      await stranger.getByRole('link', { name: 'Go back' }).click();
      await stranger.waitForURL(`${house.notes.origin}/`);
    });

    it('signing out says that it is here alone, and ends the session here', async () => {
      await page.goto(`${house.journal.origin}/notes`);
      assert.equal(await shownName(page), 'Alice Example');
      await inTime(() => signOut(page));
      await page.getByRole('heading', { name: 'You are signed out here' }).waitFor();
      assert.equal(house.journal.sessions().length, 0);
      assert.equal(house.notes.sessions().length, 1);
      await page.goto(`${house.journal.origin}/`);
      assert.equal(await shownName(page), '');
    });

    it('comes back: the heartbeat goes on by itself', async () => {
      const before = await provedAt();
      await comeBack(house);
      const navigations = recordNavigations(page);
      await eventually('the session is proved again', async () => {
        await page.goto(`${house.notes.origin}/notes`);
        assert.equal(await shownName(page), 'Alice Example');
        return (await provedAt()) > before + 300_000;
      });
      assert.deepEqual(navigations.redirects(), []);
    });

    it('comes back: signing in works again, and what was signed out stays so until a click', async () => {
      await page.goto(`${house.journal.origin}/notes`);
      assert.equal(await shownName(page), '');
      await page.getByRole('link', { name: 'Sign in' }).first().click();
      await page.waitForURL(`${house.journal.origin}/notes`);
      assert.equal(await shownName(page), 'Alice Example');
      await stranger.context().clearCookies();
      await stranger.goto(`${house.notes.origin}/notes`);
      await signIn(stranger, 'bert');
      await stranger.waitForURL(`${house.notes.origin}/notes`);
      assert.equal(await shownName(stranger), 'Bert Example');
    });

    it('comes back: signing out reaches the other application again', async () => {
      await page.goto(`${house.notes.origin}/notes`);
      await signOut(page);
      await page.waitForURL(`${house.notes.origin}/`);
      await eventually('the journal heard of it', () =>
        house.journal.sessions().every((session) => session['sub'] !== house.alice),
      );
    });
  });
}
