import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import type { BrowserContext, Page } from 'playwright-core';
import { recordNavigations } from '../../tools/stage/navigations.ts';
import { signIn } from '../../tools/stage/sign-in-page.ts';
import { notes } from '../../tools/stage/stage.ts';
import { eventually } from './support/eventually.ts';
import { openHouse, type House } from './support/house.ts';
import { localSession } from './support/local-session.ts';
import { isAtSignInPage, shownName, signInAt, signOut, waitForName } from './support/notes-pages.ts';

describe('two nodes of one application that share a store', { timeout: 300_000 }, () => {
  let house: House;
  let context: BrowserContext;
  let page: Page;

  before(async () => {
    house = await openHouse({ hosts: { [notes]: { nodes: 2 } } });
  });
  after(async () => house.close());
  beforeEach(async () => {
    context = await house.browser.newContext();
    page = await context.newPage();
  });
  afterEach(async () => context.close());

  /** Asks a node by itself, with this browser's cookies. @returns the status; 401 or 303 for nobody */
  const statusAt = async (port: number): Promise<number> => {
    const cookie = (await context.cookies(house.notes.origin)).map(({ name, value }) => `${name}=${value}`).join('; ');
    const answer = await fetch(`http://127.0.0.1:${port}/notes`, {
      headers: { cookie, accept: 'application/json' },
      redirect: 'manual',
    });
    await answer.body?.cancel();
    return answer.status;
  };
  const statuses = (): Promise<number[]> => Promise.all(house.notes.host.ports.map(statusAt));
  /** Which nodes answered requests for a path, in their order. */
  const nodesThatAnswered = async (path: string): Promise<string[]> =>
    (await house.notes.host.requests()).filter(({ target }) => target.startsWith(path)).map(({ upstream }) => upstream);

  it('have turns, and complete a sign-in that began at the other one', async () => {
    const seen = new Set<boolean>();
    // Whatever else the pages load has its turn as well: some rounds begin and end at the same node, others not.
    for (let rounds = 0; rounds < 8 && !seen.has(false); rounds += 1) {
      const fresh = await house.browser.newPage();
      await fresh.goto(`${house.notes.origin}/notes`);
      await signIn(fresh, 'alice');
      await fresh.waitForURL(`${house.notes.origin}/notes`);
      assert.equal(await shownName(fresh), 'Alice Example');
      await eventually('the round is in the log', async () => {
        const began = await nodesThatAnswered('/latchkey/start');
        const completed = await nodesThatAnswered('/latchkey/callback');
        seen.add(began.at(-1) === completed.at(-1));
        return began.length === completed.length;
      });
      await house.request(`${house.notes.origin}/notes.css`); // so that the turns shift
      await fresh.context().close();
    }
    assert.ok(seen.has(false), 'a sign-in began at one node and was completed at the other');
    assert.equal(house.notes.users().length, 1);
  });

  it('both know the session, and keep it when one is killed and comes back', async () => {
    await signInAt(page, house.notes, 'alice');
    const before = (await localSession(house.notes, context))?.idHash;
    assert.deepEqual(await statuses(), [200, 200]);
    const navigations = recordNavigations(page);
    const [first] = house.notes.nodes;
    await first?.kill9();
    try {
      for (let views = 0; views < 4; views += 1) {
        await page.goto(`${house.notes.origin}/notes`);
        assert.equal(await shownName(page), 'Alice Example');
      }
    } finally {
      await first?.start();
    }
    assert.deepEqual(await statuses(), [200, 200]);
    assert.deepEqual(navigations.redirects(), []);
    assert.equal((await localSession(house.notes, context))?.idHash, before);
  });

  it('complete a sign-in though the node where it began is gone', async () => {
    await page.goto(`${house.notes.origin}/notes`);
    const [first, second] = house.notes.nodes;
    const startedAt = (await nodesThatAnswered('/latchkey/start')).at(-1);
    const gone = startedAt === `127.0.0.1:${house.notes.host.ports[0]}` ? first : second;
    await gone?.kill9();
    try {
      await signIn(page, 'alice');
      await page.waitForURL(`${house.notes.origin}/notes`);
      assert.equal(await shownName(page), 'Alice Example');
    } finally {
      await gone?.start();
    }
  });

  it('both end a session that one of them signed out', async () => {
    await signInAt(page, house.notes, 'alice');
    const cookies = await context.cookies(house.notes.origin);
    await signOut(page, 'here');
    await page.waitForURL(`${house.notes.origin}/`);
    await context.addCookies(cookies); // as a copy of the browser's profile has them
    assert.deepEqual(await statuses(), [401, 401]);
  });

  it('both end a session of which one received the logout token, before any page asks the provider', async () => {
    await signInAt(page, house.notes, 'alice');
    assert.deepEqual(await statuses(), [200, 200]);
    const received = (await nodesThatAnswered('/latchkey/backchannel')).length;
    await house.provider.latchkeyJson(['account', 'sign-out', 'alice']);
    await eventually('notes heard of it', async () => (await localSession(house.notes, context)) === undefined);
    await eventually(
      'it is in the log',
      async () => (await nodesThatAnswered('/latchkey/backchannel')).length > received,
    );
    const told = (await nodesThatAnswered('/latchkey/backchannel')).slice(received);
    assert.ok(
      told.every((upstream) => /^127\.0\.0\.1:\d+$/.test(upstream)),
      told.join(),
    );
    assert.deepEqual(await statuses(), [401, 401]);
    await page.goto(`${house.notes.origin}/notes`);
    assert.ok(await isAtSignInPage(page, house.provider.issuer));
  });

  it('switch together to the next person', async () => {
    await signInAt(page, house.notes, 'alice');
    await page.goto(`${house.provider.issuer}/`);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'You are signed out' }).waitFor();
    await signInAt(page, house.journal, 'bert');
    for (let views = 0; views < 4; views += 1) {
      await page.goto(`${house.notes.origin}/notes`);
      await waitForName(page, 'Bert Example');
    }
    assert.equal((await localSession(house.notes, context))?.sub, house.bert);
  });
});
