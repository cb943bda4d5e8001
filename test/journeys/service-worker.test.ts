import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { BrowserContext, Page } from 'playwright-core';
import { signIn } from '../../tools/stage/sign-in-page.ts';
import { notes } from '../../tools/stage/stage.ts';
import { openHouse, type House } from './support/house.ts';
import { localSession } from './support/local-session.ts';
import { signInAt, waitForName } from './support/notes-pages.ts';
import { recordProviderCalls } from './support/provider-calls.ts';
import { whoIsShown } from './support/session-line.ts';

/** What a service worker makes of the navigations of its site; frames are navigations too. */
const workers = {
  'that passes navigations on': 'fetch(event.request)',
  'that fetches navigations anew by their address': `fetch(event.request.url, { redirect: 'manual', credentials: 'include' })`,
};
/** It cannot let anybody leave the site: the browser allows a worker no redirect to another origin. */
const jailer = 'fetch(event.request.url)';

const scriptOf = (answer: string): string =>
  [
    `self.addEventListener('install', () => self.skipWaiting());`,
    `self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));`,
    `self.addEventListener('fetch', (event) => event.request.mode === 'navigate' && event.request.method === 'GET' && event.respondWith(${answer}));`,
  ].join(' ');
const scripts = [...Object.values(workers), jailer];
const serverDirectives = scripts
  .map((answer, at) => `location = /worker${at}.js { default_type text/javascript; return 200 "${scriptOf(answer)}"; }`)
  .join('\n');

describe('notes with a service worker in between', { timeout: 240_000 }, () => {
  let house: House;
  before(async () => {
    house = await openHouse({ hosts: { [notes]: { serverDirectives } } });
  });
  after(async () => house.close());

  const at = (path: string): string => `${house.notes.origin}${path}`;
  /** A browser in which the worker has its place before anybody signs in. */
  const browserWith = async (answer: string): Promise<{ readonly context: BrowserContext; readonly page: Page }> => {
    const context = await house.browser.newContext();
    const page = await context.newPage();
    await page.goto(at('/'));
    await page.evaluate(`(async () => {
      const controlled = new Promise((resolve) => navigator.serviceWorker.addEventListener('controllerchange', resolve));
      await navigator.serviceWorker.register('/worker${scripts.indexOf(answer)}.js');
      await controlled;
    })()`);
    return { context, page };
  };
  /** How often documents of notes were asked for. */
  const countDocuments = async (): Promise<() => Promise<number>> => {
    const documents = async (): Promise<number> =>
      (await house.notes.host.requests()).filter(({ target }) =>
        /^\/(?:notes)?$|^\/latchkey\/(?:start|callback)/.test(target),
      ).length;
    const before = await documents();
    return async () => (await documents()) - before;
  };

  for (const [name, answer] of Object.entries(workers)) {
    describe(name, () => {
      it('lets somebody sign in by a click', async () => {
        const { context, page } = await browserWith(answer);
        await page.getByRole('link', { name: 'Sign in' }).click();
        await signIn(page, 'alice');
        await page.waitForURL(at('/'));
        await waitForName(page, 'Alice Example');
        await page.goto(at('/notes'));
        assert.equal(await whoIsShown(page), 'Alice Example');
        await context.close();
      });

      it('lets the server know somebody at the first visit', async () => {
        const { context, page } = await browserWith(answer);
        await signInAt(page, house.journal, 'alice');
        const [documents, calls] = [await countDocuments(), await recordProviderCalls(house)];
        const first = await page.goto(at('/notes'));
        // A worker that hides what the request is for has the server offer a link instead of going by itself.
        if (first?.status() === 401) await page.getByRole('link', { name: 'Sign in' }).click();
        await page.waitForURL(at('/notes'));
        await waitForName(page, 'Alice Example');
        assert.ok((await documents()) <= 4, 'the page, perhaps the start, the callback, the page');
        assert.ok((await calls.trips()) <= 1);
        await context.close();
      });

      it('lets the script know somebody at the first visit of a page for everybody', async () => {
        const { context, page } = await browserWith(answer);
        await signInAt(page, house.journal, 'alice');
        const [documents, calls] = [await countDocuments(), await recordProviderCalls(house)];
        await page.goto(at('/'));
        await waitForName(page, 'Alice Example');
        assert.equal(await calls.trips(), 1);
        assert.ok((await documents()) <= 3, 'the page, and in the frame start and callback');
        await context.close();
      });

      it('keeps no signed-out person on the page', async () => {
        const { context, page } = await browserWith(answer);
        await signInAt(page, house.notes, 'alice');
        await page.goto(at('/'));
        await waitForName(page, 'Alice Example');
        await page.getByRole('button', { name: 'Sign out' }).click();
        await page.waitForURL(at('/'), { waitUntil: 'networkidle' });
        assert.equal(await whoIsShown(page), undefined);
        assert.equal(await localSession(house.notes, context), undefined);
        await context.close();
      });
    });
  }

  it('shows pages for everybody as anonymous where the worker lets nobody leave, and goes in no circle', async () => {
    const { context, page } = await browserWith(jailer);
    await signInAt(page, house.journal, 'alice');
    const [documents, calls] = [await countDocuments(), await recordProviderCalls(house)];
    for (let view = 0; view < 3; view += 1) {
      const answer = await page.goto(at('/'), { waitUntil: 'networkidle' });
      assert.deepEqual([answer?.status(), await whoIsShown(page)], [200, undefined]);
    }
    assert.ok((await documents()) <= 6, `${await documents()} documents for three views`);
    assert.ok((await calls.trips()) <= 3);
    await context.close();
  });
});
