import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import type { BrowserContext, Page } from 'playwright-core';
import { cookieValues, hintCookie, writeCookie } from '../../tools/stage/browser-cookies.ts';
import { eventually } from './support/eventually.ts';
import { openHouse, type House } from './support/house.ts';
import { localSession } from './support/local-session.ts';
import { isAtSignInPage, shownName, signInAt, writeNote } from './support/notes-pages.ts';
import { recordProviderCalls } from './support/provider-calls.ts';

const backChannel = '/latchkey/backchannel';
/** Of a heartbeat's proof. */
const proofSeconds = 5 * 60;

describe('an account is disabled, and every call through the back channel is lost', { timeout: 300_000 }, () => {
  let house: House;
  let context: BrowserContext;
  let page: Page;
  let csrf: string;

  before(async () => {
    house = await openHouse();
    for (const { host } of [house.notes, house.journal]) {
      await host.switchOff(backChannel);
      await host.switchOff('/latchkey/events');
    }
  });
  after(async () => house.close());
  beforeEach(async () => {
    context = await house.browser.newContext();
    page = await context.newPage();
    await signInAt(page, house.notes, 'alice');
    csrf = await page.locator('form[action="/notes"] input[name=csrf]').first().inputValue();
    await house.provider.latchkeyJson(['account', 'disable', 'alice']);
  });
  afterEach(async () => {
    await context.close();
    await house.provider.latchkeyJson(['account', 'enable', 'alice']);
  });

  const hints = (): Promise<string[]> => cookieValues(context, house.notes.origin, hintCookie);
  const post = async (text: string): Promise<number> => {
    const cookie = (await context.cookies(house.notes.origin)).map(({ name, value }) => `${name}=${value}`).join('; ');
    const headers = { cookie, accept: 'text/html', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };
    const answer = await house.request(`${house.notes.origin}/notes`, { headers, form: { csrf, text } });
    return answer.status;
  };
  const isOut = async (): Promise<void> => {
    const answer = await page.goto(`${house.notes.origin}/notes`);
    assert.ok(answer?.status() === 401 || (await isAtSignInPage(page, house.provider.issuer)), page.url());
    assert.equal(await shownName(page), '');
    assert.ok(!(await page.content()).includes('Alice Example'));
    assert.equal(await localSession(house.notes, context), undefined);
  };

  it('within the proof she is still known: the hint is there, and nobody told notes', async () => {
    const told = async () => (await house.notes.host.requests()).filter(({ target }) => target === backChannel);
    await eventually('the provider tried to tell notes', async () => (await told()).length > 0);
    assert.ok((await told()).every(({ status }) => status === 502));
    assert.equal((await hints()).length, 1);
    await page.goto(`${house.notes.origin}/notes`);
    assert.equal(await shownName(page), 'Alice Example');
  });

  it("after five minutes the next page is nobody's, with one question to the provider and no way through it", async () => {
    house.notes.ageProofs(proofSeconds + 1);
    const calls = await recordProviderCalls(house);
    await isOut();
    assert.deepEqual(await calls.heartbeats(), [401]);
    await isOut();
    assert.deepEqual(await calls.heartbeats(), [401], 'no session is left to ask about');
  });

  it('after five minutes a form is refused, and nothing is written', async () => {
    house.notes.ageProofs(proofSeconds + 1);
    const before = house.notes.written();
    await page.getByLabel('New note').fill('After the end');
    const answer = page.waitForResponse((each) => each.request().method() === 'POST');
    await page.getByRole('button', { name: 'Save' }).click();
    assert.equal((await answer).status(), 401);
    assert.deepEqual(house.notes.written(), before);
    await isOut();
  });

  it('is out at once where the hint is deleted', async () => {
    await context.clearCookies({ name: hintCookie });
    assert.equal(await post('Without the hint'), 401);
    await isOut();
    assert.equal(house.notes.written().length, 0);
  });

  it('is out after five minutes where the hint is pinned to what it was', async () => {
    const [value = ''] = await hints();
    const pin = (): Promise<void> => writeCookie(context, { name: hintCookie, value, domain: '.example.test' });
    await pin();
    house.notes.ageProofs(proofSeconds + 1);
    assert.equal(await post('Under the old hint'), 401);
    for (let views = 0; views < 3; views += 1) {
      await isOut();
      await pin();
    }
    assert.equal(house.notes.written().length, 0);
  });

  it('cannot sign in again, and can once the account is enabled', async () => {
    house.notes.ageProofs(proofSeconds + 1);
    await isOut();
    await page.goto(`${house.notes.origin}/latchkey/start?to=%2Fnotes`);
    await page.getByLabel('User name or e-mail').fill('alice');
    await page.getByLabel('Password').fill('correct horse battery staple');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('alert').waitFor();
    await isOut();
    await house.provider.latchkeyJson(['account', 'enable', 'alice']);
    await context.clearCookies();
    await signInAt(page, house.notes, 'alice');
    await writeNote(page, 'Back again');
    assert.equal(house.notes.written().length, 1);
  });
});

describe('somebody signs out, and every call through the back channel is lost', { timeout: 300_000 }, () => {
  let house: House;

  before(async () => {
    house = await openHouse();
    for (const { host } of [house.notes, house.journal]) await host.switchOff(backChannel);
  });
  after(async () => house.close());

  it('at one application: the other one is out at the next page, since the hint is gone', async () => {
    const page = await house.browser.newPage();
    await signInAt(page, house.notes, 'alice');
    await page.goto(`${house.journal.origin}/notes`);
    assert.equal(await shownName(page), 'Alice Example');
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.waitForURL(`${house.journal.origin}/`);
    assert.equal(house.notes.sessions().length, 1, 'notes has not heard of it');
    await page.goto(`${house.notes.origin}/notes`);
    assert.ok(await isAtSignInPage(page, house.provider.issuer));
    assert.equal(house.notes.sessions().length, 0);
  });
});
