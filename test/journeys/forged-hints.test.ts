import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import type { BrowserContext, Page } from 'playwright-core';
import { cookieValues, hintCookie } from '../../tools/stage/browser-cookies.ts';
import { recordNavigations, type Navigations } from '../../tools/stage/navigations.ts';
import { signIn } from '../../tools/stage/sign-in-page.ts';
import { openHouse, type House } from './support/house.ts';
import { isAtSignInPage } from './support/notes-pages.ts';
import { localSession, type KeptSession } from './support/local-session.ts';
import { recordProviderCalls, type ProviderCalls } from './support/provider-calls.ts';
import { whoIsShown, visitWithFrame } from './support/session-line.ts';
import { forgedHint, sibling, siblingHost, writeFromSibling } from './support/sibling.ts';

/** A page that the server renders for one person, and that anonymous visitors may read too: the application has none, and says so. */
const open = '/nothing-here';

describe('hints that a sibling host forged', { timeout: 240_000 }, () => {
  let house: House;
  let context: BrowserContext;
  let page: Page;
  let navigations: Navigations;
  let calls: ProviderCalls;

  before(async () => {
    house = await openHouse({ hosts: { [sibling]: siblingHost } });
    // What the back channel would have told in time is lost in all of this.
    await house.notes.host.switchOff('/latchkey/backchannel');
  });
  after(async () => house.close());
  beforeEach(async () => {
    context = await house.browser.newContext();
    page = await context.newPage();
    navigations = recordNavigations(page);
    calls = await recordProviderCalls(house);
  });
  afterEach(async () => context.close());

  const at = (path: string): string => `${house.notes.origin}${path}`;
  const forge = (...cookies: string[]): Promise<void> => writeFromSibling(house, context, cookies);
  const signInAtNotes = async (username: string): Promise<void> => {
    await page.goto(at('/notes'));
    await signIn(page, username);
    await page.waitForURL(at('/notes'));
    navigations.clear();
    await calls.clear();
  };
  /** @returns how often the browser was sent elsewhere on the way */
  const visit = async (path: string): Promise<number> => {
    navigations.clear();
    const answer = await page.goto(at(path));
    assert.equal(page.url(), at(path));
    assert.equal(answer?.status(), path === open ? 404 : 200);
    return navigations.redirects().length;
  };
  /** Goes to a page that is for nobody else: there is no session any more, and a click away is the provider's page. */
  const goToSignIn = async (url: string): Promise<void> => {
    await page.goto(url);
    if (page.url() === url) {
      // Beside a hint that leads nowhere only a click begins a sign-in.
      assert.doesNotMatch(await page.locator('body').innerText(), /Example/);
      await page.getByRole('link', { name: 'Sign in' }).click();
    }
    assert.ok(await isAtSignInPage(page, house.provider.issuer));
  };
  const session = async (): Promise<KeptSession> => {
    const found = await localSession(house.notes, context);
    return found ?? assert.fail('there is no session');
  };
  const signOutAtNotes = async (): Promise<void> => {
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.waitForURL(at('/'));
  };

  describe('without a session', () => {
    it('cost one silent trip, and the provider takes them away', async () => {
      await forge(forgedHint('forged1'));
      assert.equal(await visit(open), 3);
      assert.deepEqual(await cookieValues(context, at(open), hintCookie), []);
      assert.equal(await calls.trips(), 1);
    });

    it('cost no further one when they are written again, or cannot be taken away', async () => {
      await forge(forgedHint('forged1'), forgedHint('forged2', open));
      assert.equal(await visit(open), 3);
      await calls.clear();
      await forge(forgedHint('forged1'), forgedHint('forged2', open));
      assert.deepEqual([await visit(open), await visit(open)], [0, 0]);
      await visitWithFrame(page, at('/'));
      assert.equal(await whoIsShown(page), undefined);
      assert.deepEqual(await calls.all(), []);
    });

    it('cost one trip in the hidden frame of a cached page, and no redirect', async () => {
      await forge(forgedHint('forged1'));
      await visitWithFrame(page, at('/'));
      assert.equal(await whoIsShown(page), undefined);
      assert.deepEqual([navigations.redirects(), await calls.trips()], [[], 1]);
      await forge(forgedHint('forged1'));
      await calls.clear();
      await visitWithFrame(page, at('/'));
      assert.deepEqual([await whoIsShown(page), await calls.all()], [undefined, []]);
    });

    it('cost six trips in ten minutes at most when there is a new one at every view', async () => {
      const redirects: number[] = [];
      for (let view = 0; view < 8; view += 1) {
        await forge(forgedHint(`view${view}`, open));
        redirects.push(await visit(open));
      }
      assert.deepEqual(redirects, [3, 3, 3, 3, 3, 3, 0, 0]);
      await forge(forgedHint('another'));
      await visitWithFrame(page, at('/'));
      assert.equal(await calls.trips(), 6);
    });

    it('do not hinder signing in by a click', async () => {
      await forge(forgedHint('forged1'), forgedHint('forged2', '/notes'), forgedHint('forged3', '/latchkey'));
      await goToSignIn(at('/notes'));
      assert.equal(await calls.trips(), 1);
      await signIn(page, 'alice');
      await page.waitForURL(at('/notes'));
      assert.equal(await whoIsShown(page), 'Alice Example');
      await calls.clear();
      assert.equal(await visit('/notes'), 0);
      assert.equal(await calls.trips(), 0);
    });
  });

  describe('with a session', () => {
    beforeEach(() => signInAtNotes('alice'));

    it('cost one trip that keeps the session, and are foreign from then on', async () => {
      const before = await session();
      await forge(forgedHint('forged1'));
      assert.equal(await visit('/notes'), 3);
      assert.equal(await whoIsShown(page), 'Alice Example');
      assert.deepEqual(await session(), { ...before, foreignHints: ['forged1'] });
      assert.deepEqual(
        await cookieValues(context, at('/notes'), hintCookie),
        [before.hint],
        'the provider repaired it',
      );
      await calls.clear();
      assert.equal(await visit('/notes'), 0);
      assert.deepEqual(await calls.all(), []);
      await forge(forgedHint('forged1'));
      assert.equal(await visit('/notes'), 0);
      assert.deepEqual([await calls.trips(), await calls.heartbeats()], [0, [304]], 'its own hint is gone');
    });

    it('are foreign too where they stand beside the true one, at a longer path', async () => {
      const before = await session();
      await forge(forgedHint('doubled', '/notes'));
      assert.deepEqual(await cookieValues(context, at('/notes'), hintCookie), ['doubled', before.hint]);
      assert.equal(await visit('/notes'), 3);
      assert.deepEqual(await session(), { ...before, foreignHints: ['doubled'] });
      await calls.clear();
      assert.deepEqual([await visit('/notes'), await visit('/notes')], [0, 0]);
      assert.equal(await whoIsShown(page), 'Alice Example');
      assert.deepEqual(await calls.all(), []);
    });

    it('cost six trips at most when there is a new one at every view, and the heartbeat stays right', async () => {
      const { idHash } = await session();
      const redirects: number[] = [];
      for (let view = 0; view < 8; view += 1) {
        await forge(forgedHint(`view${view}`), forgedHint(`deep${view}`, '/notes'));
        redirects.push(await visit('/notes'));
        assert.equal(await whoIsShown(page), 'Alice Example');
      }
      assert.deepEqual(redirects, [3, 3, 3, 3, 3, 3, 0, 0]);
      assert.equal((await session()).idHash, idHash);
      assert.deepEqual((await calls.heartbeats()).slice(-2), [304, 304]);

      await house.provider.latchkeyJson(['account', 'disable', 'alice']);
      try {
        await forge(forgedHint('view9'));
        await goToSignIn(at('/notes'));
        assert.equal(await localSession(house.notes, context), undefined);
      } finally {
        await house.provider.latchkeyJson(['account', 'enable', 'alice']);
      }
    });

    it('hide nothing from the heartbeat when one is pinned while the person signs out elsewhere', async () => {
      const { hint } = await session();
      await forge(forgedHint(hint, '/notes'));
      await page.goto(`${house.journal.origin}/notes`);
      await page.getByRole('button', { name: 'Sign out' }).click();
      await page.waitForURL(`${house.journal.origin}/`);
      assert.deepEqual(await cookieValues(context, at('/notes'), hintCookie), [hint]);
      house.notes.ageProofs(301);
      await goToSignIn(at('/notes'));
      assert.equal(await localSession(house.notes, context), undefined);
    });

    it('hide nothing from the heartbeat when one is pinned while another person signs in elsewhere', async () => {
      const { hint } = await session();
      await forge(forgedHint(hint, '/notes'));
      await page.goto(`${house.journal.origin}/notes`);
      await page.getByRole('button', { name: 'Sign out' }).click();
      await page.waitForURL(`${house.journal.origin}/`);
      await goToSignIn(`${house.journal.origin}/notes`);
      await signIn(page, 'bert');
      await page.waitForURL(`${house.journal.origin}/notes`);
      house.notes.ageProofs(301);
      assert.equal(await visit('/notes'), 3);
      assert.equal(await whoIsShown(page), 'Bert Example');
      await calls.clear();
      assert.equal(await visit('/notes'), 0);
      assert.equal(await whoIsShown(page), 'Bert Example');
      assert.deepEqual(await calls.all(), []);
      assert.deepEqual((await session()).foreignHints, [hint]);
    });

    it('sign nobody in when the old one is written again after the sign-out', async () => {
      const { hint } = await session();
      await signOutAtNotes();
      assert.deepEqual(await cookieValues(context, at('/'), hintCookie), []);
      await calls.clear();
      await forge(forgedHint(hint));
      await visitWithFrame(page, at('/'));
      assert.equal(await whoIsShown(page), undefined);
      assert.equal(await visit(open), 0);
      assert.deepEqual([await calls.all(), await localSession(house.notes, context)], [[], undefined]);
      assert.deepEqual(await cookieValues(context, at('/'), hintCookie), [hint], 'it is still there');
      // Where nobody signed out by hand the provider is asked, once, and says that nobody is signed in.
      await page.goto(`${house.journal.origin}${open}`);
      assert.equal(await calls.trips(), 1);
      assert.equal(await localSession(house.journal, context), undefined);
      assert.deepEqual(await cookieValues(context, at('/'), hintCookie), []);
    });
  });

  describe('that no provider would give', () => {
    /** Sixty folders deep: each of them has a cookie of its own. */
    const deep = '/d'.repeat(60);
    const sixty = Array.from({ length: 60 }, (_, at) => forgedHint(`deep${at}`, '/d'.repeat(at + 1)));
    const odd = ['%00%0d%0a', '"quoted"', 'näh', '😀', 'a=b=c', '../../x', '<script>', 'x'.repeat(33)];
    const long = forgedHint('x'.repeat(4000));
    /** @returns how often the page was loaded, and how often the browser was sent elsewhere on the way */
    const visitDeep = async (path: string): Promise<readonly [loads: number, redirects: number]> => {
      navigations.clear();
      const answer = await page.goto(at(path));
      assert.equal(answer?.status(), 404);
      return [navigations.all.filter(({ status }) => status === 404).length, navigations.redirects().length];
    };

    it('are, sixty at once, worth one trip without a session', async () => {
      await forge(...sixty);
      assert.deepEqual(await visitDeep(deep), [1, 3]);
      assert.deepEqual(await visitDeep(deep), [1, 0]);
      assert.equal(await calls.trips(), 1);
    });

    it('are, sixty at once, worth one trip with a session, and each view a heartbeat', async () => {
      await signInAtNotes('alice');
      const before = await session();
      await forge(...sixty);
      assert.deepEqual(await visitDeep(deep), [1, 3]);
      await calls.clear();
      assert.deepEqual(await visitDeep(deep), [1, 0]);
      assert.deepEqual([await calls.trips(), (await session()).idHash], [0, before.idHash]);
      assert.equal(await visit('/notes'), 0);
      assert.equal(await whoIsShown(page), 'Alice Example');
    });

    for (const value of odd) {
      it(`are not even asked about: ${JSON.stringify(value)}`, async () => {
        await forge(forgedHint(value), forgedHint(value, open));
        assert.equal(await visit(open), 0);
        await visitWithFrame(page, at('/'));
        assert.equal(await whoIsShown(page), undefined);
        assert.deepEqual(await calls.all(), []);
      });
    }

    it('are not even asked about: an empty one', async () => {
      await forge(forgedHint(''), forgedHint('', open));
      assert.equal(await visit(open), 0);
      await visit('/');
      assert.equal(await whoIsShown(page), undefined);
      assert.deepEqual(await calls.all(), []);
    });

    it('are not even asked about: 4 KB', async () => {
      await forge(long);
      assert.equal(await visit(open), 0);
      await visitWithFrame(page, at('/'));
      assert.equal(await whoIsShown(page), undefined);
      assert.deepEqual(await calls.all(), []);
    });

    it('leave a person signed in, and load a page once more at most', async () => {
      await signInAtNotes('alice');
      for (const cookie of [...odd.map((value) => forgedHint(value, '/notes')), long]) {
        await forge(cookie);
        navigations.clear();
        await page.goto(at('/notes'), { waitUntil: 'networkidle' });
        assert.equal(await whoIsShown(page), 'Alice Example');
        assert.deepEqual(navigations.redirects(), []);
        assert.ok(navigations.all.length <= 2, `${navigations.all.length} loads under ${cookie}`);
      }
      assert.equal(await calls.trips(), 0);
    });
  });
});
