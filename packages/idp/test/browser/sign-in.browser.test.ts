import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { BrowserContext, Page } from 'playwright-core';
import { startChromium, watchPolicy, type TestBrowser } from '../support/chromium.ts';
import { startRelyingParty, type RelyingParty } from '../support/relying-party.ts';
import { password, startProvider, type RunningProvider } from '../support/running-provider.ts';
import { openTestDatabase, type TestDatabase } from '../support/test-database.ts';

const text = (page: Page): Promise<string> => page.locator('#text').innerText();

const fillIn = async (page: Page, username: string, secret = password): Promise<void> => {
  await page.getByLabel('User name or e-mail').fill(username);
  await page.getByLabel('Password').fill(secret);
  await page.getByRole('button', { name: 'Sign in' }).click();
};

for (const javaScriptEnabled of [true, false]) {
  describe(`a stock relying party in Chromium, JavaScript ${javaScriptEnabled ? 'on' : 'off'}`, () => {
    let database: TestDatabase;
    let provider: RunningProvider;
    let browser: TestBrowser;
    let notes: RelyingParty;
    let wiki: RelyingParty;
    let stranger: RelyingParty;
    let context: BrowserContext;
    let page: Page;
    let refused: string[];

    before(async () => {
      [database, browser] = await Promise.all([openTestDatabase('embedded'), startChromium()]);
      provider = await startProvider(database, { env: { ORGANISATION_NAME: 'Example House' } });
      await provider.addAccount('alice', { name: 'Alice Example' });
      await provider.addAccount('bertram', { name: 'Bertram Example' });
      wiki = await startRelyingParty(provider, 'wiki');
      notes = await startRelyingParty(provider, 'notes', { landing: `${wiki.origin}/` });
      stranger = await startRelyingParty(provider, 'stranger', { registration: { trusted: false } });
      context = await browser.newContext({ javaScriptEnabled });
      page = await context.newPage();
      refused = watchPolicy(page);
    });
    after(async () => {
      await browser.close();
      for (const party of [notes, wiki, stranger]) await party.close();
      await provider.close();
      await database.close();
    });

    it('shows a wrong password as an error that is tied to the fields', async () => {
      await page.goto(`${wiki.origin}/begin`);
      assert.match(await page.title(), /^Sign in/);
      await fillIn(page, 'alice', 'not the password, sorry');
      assert.match(await page.title(), /^Error: /);
      const alert = page.getByRole('alert');
      assert.match(await alert.innerText(), /password/i);
      const describedBy = await page.getByLabel('Password').getAttribute('aria-describedby');
      assert.equal(await alert.getAttribute('id'), describedBy);
      assert.equal(await page.getByLabel('User name or e-mail').inputValue(), 'alice');
    });

    it('goes on to the application after the right one, whatever origins the application redirects through', async () => {
      await page.goto(`${notes.origin}/begin`);
      await fillIn(page, 'alice@example.org');
      // The callback of notes sends the browser to another origin: the chain that form-action would have stopped.
      await page.waitForURL(`${wiki.origin}/`);
      await page.goto(`${notes.origin}/`);
      assert.equal(await text(page), 'Hello Alice Example (alice), alice@example.org');
    });

    it('shows that one is signed in already when one goes back to the sign-in page', async () => {
      await page.goto(`${wiki.origin}/begin`);
      await page.waitForURL(`${wiki.origin}/`);
      const fresh = await context.newPage();
      await fresh.goto(`${provider.issuer}/`);
      assert.match(await fresh.locator('main').innerText(), /Alice Example/);
      await fresh.close();
      await page.goBack();
      assert.doesNotMatch(await page.locator('body').innerText(), /went wrong/i);
    });

    it('signs in silently at the next application', async () => {
      await page.goto(`${wiki.origin}/silent`);
      assert.equal(await text(page), 'Hello Alice Example (alice), alice@example.org');
    });

    it('asks once before it tells an application that is not of the house', async () => {
      await page.goto(`${stranger.origin}/begin`);
      assert.match(await page.getByRole('heading', { level: 1 }).innerText(), /stranger/);
      await page.getByRole('button', { name: 'Allow' }).click();
      await page.waitForURL(`${stranger.origin}/`);
      assert.match(await text(page), /^Hello Alice Example/);
      await page.goto(`${stranger.origin}/silent`);
      assert.match(await text(page), /^Hello Alice Example/);
    });

    it('signs out everywhere from one trusted application without a question', async () => {
      await page.goto(`${notes.origin}/sign-out`);
      assert.equal(await text(page), 'Signed out of the application');
      assert.equal(page.url(), `${notes.origin}/signed-out?state=back`);
      await Promise.all([wiki.logoutTokensCame(1), stranger.logoutTokensCame(1), notes.logoutTokensCame(1)]);
      await page.goto(`${wiki.origin}/`);
      assert.equal(await text(page), 'Nobody is signed in here');
      await page.goto(`${wiki.origin}/silent`);
      assert.equal(await text(page), 'Not signed in: login_required');
    });

    it('names the account and asks when an application that is not of the house wants to sign out', async () => {
      await page.goto(`${stranger.origin}/begin`);
      await fillIn(page, 'bertram');
      await page.getByRole('button', { name: 'Allow' }).click();
      await page.waitForURL(`${stranger.origin}/`);
      await page.goto(`${stranger.origin}/sign-out`);
      assert.match(await page.locator('main').innerText(), /Bertram Example/);
      await page.getByRole('button', { name: 'Sign out' }).click();
      await page.waitForURL(`${stranger.origin}/signed-out?state=back`);
      await page.goto(`${provider.issuer}/`);
      assert.match(await page.locator('main').innerText(), /Nobody is signed in/);
    });

    it('was never stopped by its own Content-Security-Policy', () => {
      assert.deepEqual(refused, []);
    });
  });
}

describe('the sign-in page with the keyboard alone', () => {
  it('is filled in and sent without a pointer', async () => {
    const database = await openTestDatabase('embedded');
    const browser = await startChromium();
    const provider = await startProvider(database);
    await provider.addAccount('alice', { name: 'Alice Example' });
    const notes = await startRelyingParty(provider, 'notes');
    try {
      const page = await (await browser.newContext()).newPage();
      await page.goto(`${notes.origin}/begin`);
      // The first field has the focus; a person who does not know that tabs from the skip link on.
      assert.equal(await page.evaluate('document.activeElement.name'), 'username');
      await page.keyboard.type('alice');
      await page.keyboard.press('Tab');
      assert.equal(await page.evaluate('document.activeElement.name'), 'password');
      await page.keyboard.type(password);
      await page.keyboard.press('Enter');
      await page.waitForURL(`${notes.origin}/`);
      assert.match(await text(page), /^Hello Alice Example/);
    } finally {
      await browser.close();
      await notes.close();
      await provider.close();
      await database.close();
    }
  });
});
