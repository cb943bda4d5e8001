import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import { cookieValues, hintCookie } from '../../tools/stage/browser-cookies.ts';
import { recordNavigations } from '../../tools/stage/navigations.ts';
import { eventually } from './support/eventually.ts';
import { openHouse, type House } from './support/house.ts';
import { isAtSignInPage, shownName, signInAt, signOut } from './support/notes-pages.ts';

const elsewhereHost = 'attacker.other.test';

describe('signing out', { timeout: 300_000 }, () => {
  let house: House;
  /** Of alice's browser, of her other one, and of bert's: all three known at notes and at the journal. */
  let page: Page;
  let elsewhere: Page;
  let bertsPage: Page;

  before(async () => {
    const serverDirectives = 'location / { default_type text/html; return 200 "<!doctype html>"; }';
    house = await openHouse({ hosts: { [elsewhereHost]: { upstreams: [], serverDirectives } } });
    [page, elsewhere, bertsPage] = await Promise.all([
      house.browser.newPage(),
      house.browser.newPage(),
      house.browser.newPage(),
    ]);
  });
  after(async () => house.close());
  beforeEach(async () => {
    for (const [each, username] of [
      [page, 'alice'],
      [elsewhere, 'alice'],
      [bertsPage, 'bert'],
    ] as const) {
      await each.goto(`${house.journal.origin}/notes`);
      if (await isAtSignInPage(each, house.provider.issuer)) await signInAt(each, house.journal, username);
      await each.goto(`${house.notes.origin}/notes`);
      assert.notEqual(await shownName(each), '');
    }
    assert.deepEqual([sessionsOf(house.alice), sessionsOf(house.bert)], ['2,2', '1,1']);
  });

  /** How many local sessions of somebody there are at notes and at the journal. */
  const sessionsOf = (sub: string): string =>
    [house.notes, house.journal]
      .map((application) => application.sessions().filter((session) => session['sub'] === sub).length)
      .join();

  /** What a browser sees at a page of its own, and whether it was sent anywhere on the way. */
  const seesAt = async (each: Page, origin: string): Promise<string> => {
    await each.goto(`${origin}/notes`);
    return (await isAtSignInPage(each, house.provider.issuer)) ? 'the sign-in page' : shownName(each);
  };
  const isUndisturbed = async (each: Page, name: string): Promise<void> => {
    const navigations = recordNavigations(each);
    for (const { origin } of [house.notes, house.journal]) assert.equal(await seesAt(each, origin), name);
    assert.deepEqual(navigations.redirects(), []);
  };
  const isOutEverywhere = async (): Promise<void> => {
    for (const { origin } of [house.notes, house.journal]) assert.equal(await seesAt(page, origin), 'the sign-in page');
    await page.goto(`${house.provider.issuer}/`);
    assert.match(await page.locator('main').innerText(), /Nobody is signed in in this browser/);
  };

  it('at an application ends it at the provider and at the other one, and in no other browser', async () => {
    await signOut(page);
    await page.waitForURL(`${house.notes.origin}/`);
    assert.equal(await shownName(page), '');
    assert.deepEqual(await cookieValues(page.context(), house.notes.origin, hintCookie), []);
    await eventually('the journal has heard of it', () => sessionsOf(house.alice) === '1,1');
    await isOutEverywhere();
    await isUndisturbed(elsewhere, 'Alice Example');
    await isUndisturbed(bertsPage, 'Bert Example');
    assert.equal(sessionsOf(house.bert), '1,1');
  });

  it("at the provider's own page ends it at both applications, and in no other browser", async () => {
    await page.goto(`${house.provider.issuer}/`);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'You are signed out' }).waitFor();
    await eventually('both applications have heard of it', () => sessionsOf(house.alice) === '1,1');
    await isOutEverywhere();
    await isUndisturbed(elsewhere, 'Alice Example');
    await isUndisturbed(bertsPage, 'Bert Example');
  });

  it('in another browser leaves this one signed in', async () => {
    await signOut(elsewhere);
    await elsewhere.waitForURL(`${house.notes.origin}/`);
    await eventually('the journal has heard of it', () => sessionsOf(house.alice) === '1,1');
    await isUndisturbed(page, 'Alice Example');
    house.notes.ageProofs(301);
    house.journal.ageProofs(301);
    await isUndisturbed(page, 'Alice Example');
  });

  it('of the whole account ends it in all her browsers, and nobody else', async () => {
    await house.provider.latchkeyJson(['account', 'sign-out', 'alice']);
    await eventually('both applications have heard of it', () => sessionsOf(house.alice) === '0,0');
    await isOutEverywhere();
    assert.equal(await seesAt(elsewhere, house.notes.origin), 'the sign-in page');
    await isUndisturbed(bertsPage, 'Bert Example');
  });

  it('is refused with the token of another session, and changes nothing', async () => {
    const csrf = await elsewhere.locator('form[action$="/sign-out"] input[name=csrf]').inputValue();
    for (const forged of [csrf, '', 'A'.repeat(43)]) {
      await page.goto(`${house.notes.origin}/notes`);
      await page.evaluate(`document.querySelector('form[action$="/sign-out"] input[name=csrf]').value = '${forged}'`);
      const answer = page.waitForResponse(`${house.notes.origin}/latchkey/sign-out`);
      await page.getByRole('button', { name: 'Sign out' }).click();
      assert.equal((await answer).status(), 403);
      await page.getByRole('heading', { name: 'Please sign out from the page itself' }).waitFor();
      assert.equal(await seesAt(page, house.notes.origin), 'Alice Example');
    }
    await isUndisturbed(page, 'Alice Example');
  });

  it('is not done by a form of another site', async () => {
    const navigations = recordNavigations(page);
    const sessionId = (): Promise<string[]> => cookieValues(page.context(), house.notes.origin, '__Host-notes-session');
    const before = await sessionId();
    await page.goto(`${house.host(elsewhereHost).origin}/`);
    const action = `${house.notes.origin}/latchkey/sign-out`;
    await page.evaluate(
      `document.documentElement.innerHTML = '<form method="post" action="${action}"><button>Win a prize</button></form>'`,
    );
    await page.getByRole('button').click();
    await page.waitForURL(`${house.notes.origin}/`);
    assert.equal(navigations.all.find(({ url }) => url === action)?.status, 303);
    assert.deepEqual([before.length, await sessionId()], [1, before]);
    assert.equal(await seesAt(page, house.notes.origin), 'Alice Example');
    assert.equal(sessionsOf(house.alice), '2,2');
  });
});
