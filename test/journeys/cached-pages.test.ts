import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { BrowserContext, Page } from 'playwright-core';
import type { LoggedRequest } from '../../tools/stage/named-host.ts';
import { recordNavigations } from '../../tools/stage/navigations.ts';
import { notes } from '../../tools/stage/stage.ts';
import { openHouse, type House } from './support/house.ts';
import { localSession } from './support/local-session.ts';
import { signInAt, signOut, waitForName, writeNote } from './support/notes-pages.ts';
import { behindPageCache, cachedAnswers } from './support/page-cache.ts';
import { collectFaults } from './support/page-faults.ts';
import { recordProviderCalls } from './support/provider-calls.ts';
import { visitWithFrame, whoIsShown } from './support/session-line.ts';

describe('notes behind a shared cache that knows no cookies', { timeout: 240_000 }, () => {
  let house: House;
  let front: string;
  /** A browser in which somebody signed in at the journal, and was never at notes; and what went wrong in it. */
  const browserOf = async (
    username: string,
  ): Promise<{ readonly context: BrowserContext; readonly page: Page; readonly faults: readonly string[] }> => {
    const context = await house.browser.newContext();
    const faults = await collectFaults(context);
    const page = await context.newPage();
    await signInAt(page, house.journal, username);
    return { context, page, faults };
  };
  const frontRequests = async (): Promise<readonly LoggedRequest[]> =>
    (await house.notes.host.requests()).filter(({ target }) => target === '/');

  before(async () => {
    house = await openHouse({ hosts: { [notes]: behindPageCache } });
    front = `${house.notes.origin}/`;
    const first = await house.request(front);
    assert.equal(first.headers['cache-control'], 'public, max-age=0, s-maxage=60');
  });
  after(async () => house.close());

  it('shows who is signed in without a click, by the page that was kept for everybody', async () => {
    const { page, faults, context } = await browserOf('alice');
    await context.addInitScript(
      `document.addEventListener('latchkey', ({ detail }) => (window.told ??= []).push(detail))`,
    );
    const navigations = recordNavigations(page);
    const calls = await recordProviderCalls(house);
    const answer = await page.goto(front);
    assert.doesNotMatch(String(await answer?.text()), /Alice/);
    await waitForName(page, 'Alice Example');
    assert.equal(await whoIsShown(page), 'Alice Example');
    assert.deepEqual([navigations.redirects(), await calls.trips()], [[], 1]);
    const csrf = await page.locator('[data-latchkey] input[name=csrf]').inputValue();
    assert.deepEqual(await page.evaluate('window.told'), [
      { signedIn: true, name: 'Alice Example', username: 'alice', csrf },
    ]);

    await page.reload();
    await waitForName(page, 'Alice Example');
    assert.equal(await calls.trips(), 1, 'the second view needs no trip');
    assert.deepEqual(faults, []);
    await context.close();
  });

  it('shows the person on later pages before anything is answered', async () => {
    const { page, faults, context } = await browserOf('alice');
    await visitWithFrame(page, front);
    await page.goto(`${house.notes.origin}/notes`);
    const held: string[] = [];
    const letGo = Promise.withResolvers<void>();
    await page.route('**/latchkey/**', async (route) => {
      held.push(new URL(route.request().url()).pathname);
      await letGo.promise;
      await route.continue();
    });
    await page.goto(front, { waitUntil: 'domcontentloaded' });
    assert.equal(await whoIsShown(page), 'Alice Example');
    const asked = page.waitForResponse('**/latchkey/chrome');
    letGo.resolve();
    assert.equal((await asked).status(), 200);
    assert.deepEqual(held, ['/latchkey/chrome']);
    assert.equal(await whoIsShown(page), 'Alice Example');
    assert.deepEqual(faults, []);
    await context.close();
  });

  it('shows each browser its own person, and asks nothing for one that nobody is known in', async () => {
    const bert = await browserOf('bert');
    await visitWithFrame(bert.page, front);
    assert.equal(await whoIsShown(bert.page), 'Bert Example');

    const context = await house.browser.newContext();
    const faults = await collectFaults(context);
    const page = await context.newPage();
    const requests: string[] = [];
    page.on('request', (request) => requests.push(new URL(request.url()).pathname));
    const calls = await recordProviderCalls(house);
    await page.goto(front, { waitUntil: 'networkidle' });
    assert.equal(await whoIsShown(page), undefined);
    assert.deepEqual(requests.toSorted(), ['/', '/notes.css', '/session-check.js']);
    assert.deepEqual(await calls.all(), []);
    assert.deepEqual([await context.cookies(), await page.evaluate('sessionStorage.length')], [[], 0]);
    assert.deepEqual([bert.faults, faults], [[], []]);
    await Promise.all([bert.context.close(), context.close()]);
  });

  it('signs out by the form of the page, and nothing undoes that', async () => {
    const { page, faults, context } = await browserOf('alice');
    await visitWithFrame(page, front);
    await signOut(page);
    await page.waitForURL(front);
    assert.equal(await whoIsShown(page), undefined);
    assert.equal(await localSession(house.notes, context), undefined);
    const calls = await recordProviderCalls(house);
    for (const view of [
      () => page.reload({ waitUntil: 'networkidle' }),
      () => page.goto(front, { waitUntil: 'networkidle' }),
    ]) {
      await view();
      assert.equal(await whoIsShown(page), undefined);
    }
    assert.deepEqual([await calls.trips(), faults], [0, []]);
    await context.close();
  });

  it('signs out here alone, and stays so although the provider still knows the person', async () => {
    const { page, faults, context } = await browserOf('alice');
    await visitWithFrame(page, front);
    const calls = await recordProviderCalls(house);
    await signOut(page, 'here');
    await page.waitForURL(front, { waitUntil: 'networkidle' });
    await page.goto(front, { waitUntil: 'networkidle' });
    assert.equal(await whoIsShown(page), undefined);
    assert.equal(await localSession(house.notes, context), undefined);
    assert.deepEqual([await calls.trips(), faults], [0, []]);
    await page.getByRole('link', { name: 'Sign in' }).click();
    await page.waitForURL(front);
    await waitForName(page, 'Alice Example');
    await context.close();
  });

  it('has kept the front page once, and given it to all of them', async () => {
    const [first, ...others] = await frontRequests();
    assert.equal(first?.cache, 'MISS');
    assert.ok(others.length >= 8, `only ${others.length} views`);
    assert.deepEqual(new Set(others.map(({ cache, status }) => `${status} ${cache}`)), new Set(['200 HIT']));
  });

  it('keeps nothing that is about a person', async () => {
    const { page, context } = await browserOf('alice');
    await page.goto(`${house.notes.origin}/notes`);
    await writeNote(page, 'For my eyes only');
    await page.goto(front);
    await waitForName(page, 'Alice Example');
    const { text } = await house.request(front);
    assert.doesNotMatch(text, /Alice|Bert|eyes/i);
    assert.match(text, /data-latchkey-name><\/span>/);
    assert.match(text, /name="csrf" value=""/);

    const kept = await cachedAnswers(house);
    const keys = kept.map((answer) => /^KEY: (.*)$/m.exec(answer)?.[1] ?? '');
    assert.deepEqual(new Set(keys), new Set(['/', '/notes.css', '/session-check.js']));
    for (const answer of kept) assert.doesNotMatch(answer, /Alice|Bert|eyes|set-cookie/i);
    await context.close();
  });

  it('has pages that go on when the provider does not', async () => {
    const [alice, bert] = [await browserOf('alice'), await browserOf('bert')];
    await visitWithFrame(alice.page, front);
    await house.provider.stop();
    try {
      house.notes.ageProofs(301);
      const asked = alice.page.waitForResponse('**/latchkey/chrome');
      assert.equal((await alice.page.goto(front))?.status(), 200);
      assert.equal((await asked).status(), 200);
      assert.equal(await whoIsShown(alice.page), 'Alice Example', 'what was known last');
      const answer = await alice.page.goto(`${house.notes.origin}/notes`);
      assert.deepEqual([answer?.status(), await whoIsShown(alice.page)], [200, 'Alice Example']);

      await visitWithFrame(bert.page, front);
      assert.equal(await whoIsShown(bert.page), undefined, 'nobody, since nobody can say');
      assert.deepEqual([alice.faults, bert.faults], [[], []]);
    } finally {
      await house.provider.start();
    }
    await Promise.all([alice.context.close(), bert.context.close()]);
  });
});
