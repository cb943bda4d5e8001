import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import type { BrowserContext, Page } from 'playwright-core';
import { authorizationRequest } from '../../packages/idp/test/support/user-agent.ts';
import { recordNavigations } from '../../tools/stage/navigations.ts';
import { signIn } from '../../tools/stage/sign-in-page.ts';
import { openHouse, type House } from './support/house.ts';
import { localSession } from './support/local-session.ts';
import { isAtSignInPage, shownName, signInAt, waitForName, writeNote } from './support/notes-pages.ts';

const alicesNote = 'Only alice may read this';

describe('another person signs in at the provider', { timeout: 300_000 }, () => {
  let house: House;
  let context: BrowserContext | undefined;
  let page: Page;
  /** The id of alice's session at notes, hashed. */
  let sessionBefore: string | undefined;

  before(async () => {
    house = await openHouse();
  });
  after(async () => house.close());
  beforeEach(async () => {
    await context?.close();
    context = await house.browser.newContext();
    page = await context.newPage();
    await signInAt(page, house.notes, 'alice');
    await writeNote(page, alicesNote);
    assert.match(await page.locator('main').innerText(), new RegExp(alicesNote));
    sessionBefore = (await localSession(house.notes, context))?.idHash;
    assert.ok(sessionBefore);
  });

  const signOutAtProvider = async (): Promise<void> => {
    await page.goto(`${house.provider.issuer}/`);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'You are signed out' }).waitFor();
  };
  /** As an application does that asks which account to take. Nothing there awaits the answer. */
  const switchAtProvider = async (prompt: 'login' | 'select_account'): Promise<void> => {
    const { clientId, origin } = house.journal;
    const redirect_uri = `${origin}/latchkey/callback`;
    await page.goto(`${house.provider.issuer}${authorizationRequest(clientId, { redirect_uri, prompt }).url}`);
    const another = page.getByRole('button', { name: 'Use another account' });
    if (prompt === 'select_account') await another.click();
    await signIn(page, 'bert');
    await page.waitForURL(/\/latchkey\/callback\?/);
  };
  const isBertsFromNowOn = async (): Promise<void> => {
    assert.equal(await shownName(page), 'Bert Example');
    assert.ok(!(await page.content()).includes(alicesNote));
    const session = await localSession(house.notes, page.context());
    assert.equal(session?.sub, house.bert);
    assert.notEqual(session.idHash, sessionBefore);
    assert.ok(!house.notes.sessions().some((each) => each['id_hash'] === sessionBefore), "alice's session is gone");
    const navigations = recordNavigations(page);
    await page.goto(`${house.notes.origin}/notes`);
    assert.equal(await shownName(page), 'Bert Example');
    assert.deepEqual(navigations.redirects(), []);
  };

  it('after alice signed out: notes shows bert at the next page, and nothing of hers', async () => {
    await signOutAtProvider();
    await signInAt(page, house.journal, 'bert');
    const navigations = recordNavigations(page);
    await page.goto(`${house.notes.origin}/notes`);
    assert.equal(navigations.redirects().length, 3);
    await isBertsFromNowOn();
  });

  for (const prompt of ['login', 'select_account'] as const) {
    it(`over alice (prompt=${prompt}): notes shows bert at the next page, and nothing of hers`, async () => {
      await switchAtProvider(prompt);
      const navigations = recordNavigations(page);
      await page.goto(`${house.notes.origin}/notes`);
      assert.equal(navigations.redirects().length, 3);
      await isBertsFromNowOn();
    });
  }

  it('over alice: a page for everybody shows bert too, by its script', async () => {
    await page.goto(`${house.notes.origin}/`);
    await waitForName(page, 'Alice Example');
    await switchAtProvider('login');
    await page.goto(`${house.notes.origin}/`);
    await waitForName(page, 'Bert Example');
    await page.goto(`${house.notes.origin}/notes`);
    await isBertsFromNowOn();
  });

  it("over alice: a form of her page, sent without looking, is refused and nothing is written in anybody's name", async () => {
    const form = await page.context().newPage();
    await form.goto(`${house.notes.origin}/notes`);
    const before = house.notes.written();
    await switchAtProvider('login');
    // A press of the button before the script looked at the cookies.
    const answer = form.waitForResponse((each) => each.request().method() === 'POST');
    await writeNote(form, 'Written by alice, sent under bert');
    assert.equal((await answer).status(), 401);
    assert.match(await form.locator('main').innerText(), /Please sign in[\s\S]*Nothing was saved/);
    assert.deepEqual(house.notes.written(), before);
  });

  it('leaves another browser of hers alone', async () => {
    const elsewhere = await house.browser.newPage();
    await signInAt(elsewhere, house.notes, 'alice');
    await switchAtProvider('login');
    const navigations = recordNavigations(elsewhere);
    await elsewhere.goto(`${house.notes.origin}/notes`);
    assert.equal(await shownName(elsewhere), 'Alice Example');
    assert.deepEqual(navigations.redirects(), []);
    assert.ok(!(await isAtSignInPage(elsewhere, house.provider.issuer)));
    await elsewhere.context().close();
  });
});
