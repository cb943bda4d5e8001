import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { BrowserContext, Page } from 'playwright-core';
import { cookieValues, hintCookie } from '../../tools/stage/browser-cookies.ts';
import { recordNavigations } from '../../tools/stage/navigations.ts';
import { eventually } from './support/eventually.ts';
import { openHouse, startNotes, type House, type NotesApplication } from './support/house.ts';
import { localSession } from './support/local-session.ts';
import { signInAt, signOut, waitForName } from './support/notes-pages.ts';
import { collectFaults } from './support/page-faults.ts';
import { recordProviderCalls } from './support/provider-calls.ts';
import { whoIsShown } from './support/session-line.ts';

const elsewhere = 'notes.other.test';

describe('a copy of notes at another registrable domain', { timeout: 240_000 }, () => {
  let house: House;
  let copy: NotesApplication;
  /** Alice's browser, signed in at notes. */
  let context: BrowserContext;
  let page: Page;

  before(async () => {
    house = await openHouse({ hosts: { [elsewhere]: {} } });
    copy = await startNotes(house, 'elsewhere', 'Elsewhere', house.host(elsewhere));
    context = await house.browser.newContext();
    page = await context.newPage();
    await signInAt(page, house.notes, 'alice');
  });
  after(async () => house.close());

  const front = (): string => `${copy.origin}/`;
  const open = (): string => `${copy.origin}/nothing-here`;

  it('knows nobody by itself: no hint, no trip, no frame', async () => {
    const calls = await recordProviderCalls(house);
    const navigations = recordNavigations(page);
    for (const url of [front(), open(), front()]) await page.goto(url, { waitUntil: 'networkidle' });
    assert.equal(await whoIsShown(page), undefined);
    assert.deepEqual(await context.cookies(front()), []);
    assert.deepEqual(
      navigations.all.map(({ status, frame }) => [status, frame]),
      [
        [200, 'main'],
        [404, 'main'],
        [200, 'main'],
      ],
    );
    assert.deepEqual(await calls.all(), []);
  });

  it('signs in by a click, and the provider asks nothing that it knows', async () => {
    const faults = await collectFaults(context);
    await page.goto(front());
    await page.getByRole('link', { name: 'Sign in' }).click();
    await page.waitForURL(front());
    await waitForName(page, 'Alice Example');
    assert.equal((await localSession(copy, context))?.sub, house.alice);
    assert.deepEqual(await cookieValues(context, front(), hintCookie), []);
    assert.deepEqual(faults, []);
  });

  it('makes no trip later, neither by the server nor in a frame, and asks for no proof at every view', async () => {
    const calls = await recordProviderCalls(house);
    const navigations = recordNavigations(page);
    for (const path of ['/notes', '/', '/notes']) {
      await page.goto(`${copy.origin}${path}`, { waitUntil: 'networkidle' });
      assert.equal(await whoIsShown(page), 'Alice Example');
    }
    assert.deepEqual([navigations.redirects(), await calls.trips()], [[], 0]);
    assert.deepEqual(await calls.heartbeats(), [], 'though it never shows a hint here');
    copy.ageProofs(301);
    await page.goto(`${copy.origin}/notes`);
    assert.equal((await calls.heartbeats()).length, 1, 'and by its age the proof is renewed as ever');
    assert.ok(navigations.all.every(({ frame }) => frame === 'main'));
  });

  it('stays signed out here until a click, though there never was a hint to remember', async () => {
    await page.goto(`${copy.origin}/notes`);
    await signOut(page, 'here');
    await page.waitForURL(front());
    assert.equal((await page.goto(`${copy.origin}/notes`))?.status(), 401);

    await page.evaluate(`document.cookie = '${hintCookie}=forged1; Domain=other.test; Path=/; Secure; SameSite=Lax'`);
    const calls = await recordProviderCalls(house);
    await page.goto(open());
    assert.equal(await calls.trips(), 1);
    assert.equal(await localSession(copy, context), undefined);
    assert.equal((await page.goto(`${copy.origin}/notes`))?.status(), 401);
    await context.clearCookies({ name: hintCookie, domain: '.other.test' });

    await page.goto(`${house.notes.origin}/`);
    await page.evaluate(`location.assign('${copy.origin}/latchkey/start?to=%2Fnotes')`);
    await page.getByText('You are not signed in here').waitFor();
    assert.equal(await localSession(copy, context), undefined);
    await page.getByRole('link', { name: 'Sign in' }).first().click();
    await page.waitForURL(`${copy.origin}/notes`);
    assert.equal(await whoIsShown(page), 'Alice Example');
  });

  it('hears of the sign-out through the back channel, and without it by the heartbeat', async () => {
    await page.goto(`${house.notes.origin}/`);
    await signOut(page);
    await page.waitForURL(`${house.notes.origin}/`);
    await eventually('the copy ends its session', async () => (await localSession(copy, context)) === undefined);

    await copy.host.switchOff('/latchkey/backchannel');
    await signInAt(page, copy, 'alice');
    await page.goto(`${house.notes.origin}/notes`);
    await signOut(page);
    await page.waitForURL(`${house.notes.origin}/`);
    assert.notEqual(await localSession(copy, context), undefined);
    copy.ageProofs(301);
    await page.goto(front(), { waitUntil: 'networkidle' });
    assert.equal(await whoIsShown(page), undefined);
    assert.equal(await localSession(copy, context), undefined);
  });

  it('has no use for a hint that somebody of its own domain writes', async () => {
    const fresh = await house.browser.newPage();
    await fresh.goto(front());
    await fresh.evaluate(`document.cookie = '${hintCookie}=forged1; Domain=other.test; Path=/; Secure; SameSite=Lax'`);
    const calls = await recordProviderCalls(house);
    await fresh.goto(open());
    await fresh.goto(open());
    await fresh.goto(front(), { waitUntil: 'networkidle' });
    assert.equal(await whoIsShown(fresh), undefined);
    assert.equal(await calls.trips(), 1, 'one that found nobody');
    await fresh.context().close();
  });
});
