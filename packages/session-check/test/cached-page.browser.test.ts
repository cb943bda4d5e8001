// The servers here are stand-ins, written from the contract between the script and an application's server.
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import type { BrowserContext, Page } from 'playwright-core';
import { startChromium, type TestBrowser } from './support/chromium.ts';
import { nginxMissing } from './support/nginx.ts';
import { MARKER, people } from './support/stand-in-application.ts';
import { HINT, ISSUER_SESSION } from './support/stand-in-issuer.ts';
import { goBack, openTab, returnToTab, roundTrips, shownOn, signInAtIssuer, waitUntilShown } from './support/visit.ts';
import { startWorld, type World } from './support/world.ts';

const FRAME = ['GET /latchkey/start', 'GET /latchkey/callback'];
const CHROME = ['GET /latchkey/chrome'];

describe('the session check on a page that a shared cache serves', { skip: nginxMissing }, () => {
  let world: World;
  let browser: TestBrowser;
  let context: BrowserContext;
  let page: Page;

  before(async () => {
    [world, browser] = await Promise.all([startWorld(), startChromium()]);
  });
  after(async () => {
    await browser.close();
    await world.close();
  });
  beforeEach(async () => {
    context = await browser.newContext();
    page = await openTab(context);
    // Every page here is in the cache already, so that only what the script asks for reaches the application.
    for (const path of ['one', 'two', 'next']) await (await fetch(`${world.origin}/page/${path}`)).text();
    world.newRequests();
  });
  afterEach(async () => {
    for (const open of context.pages()) {
      const refused = await open.evaluate(() => globalThis.seen?.refused ?? []);
      assert.deepEqual(refused, [], 'the policy refused nothing');
    }
    await context.close();
    for (const fault of Object.keys(world.application.faults)) Reflect.deleteProperty(world.application.faults, fault);
  });

  const open = (path: string, tab = page) => tab.goto(`${world.origin}${path}`);
  const signIn = (person: string) => signInAtIssuer(context, world.origin, person);
  const setCookie = (name: string, value: string, path = '/') =>
    context.addCookies([{ name, value, domain: '127.0.0.1', path }]);
  const stored = (tab = page) => tab.evaluate(() => sessionStorage.getItem('latchkey'));
  const events = (tab = page) => tab.evaluate(() => globalThis.seen.events);
  const chromeOf = (person: string) => ({
    signedIn: true,
    name: people[person],
    username: person,
    csrf: `csrf-of-${person}`,
  });
  /** On a page that shows Alice, with all that led there done and counted. */
  const openAsAlice = async (path = '/page/one') => {
    await signIn('alice');
    await open(path);
    await waitUntilShown(page, 'in: Alice Example');
    await roundTrips(page);
    world.newRequests();
  };

  it('is served from the cache at every view after the first, to whomever, and never holds a name', async () => {
    const path = `/page/shared-${Date.now()}`;
    const views: { status: string | undefined; html: string }[] = [];
    const view = async (tab: Page) => {
      const response = await open(path, tab);
      views.push({ status: response?.headers()['x-cache-status'], html: (await response?.text()) ?? '' });
    };
    await view(page);
    for (const person of ['alice', 'bertram', 'mallory']) {
      const other = await browser.newContext();
      const tab = await openTab(other);
      await signInAtIssuer(other, world.origin, person);
      for (let count = 0; count < 3; count += 1) {
        await view(tab);
        await waitUntilShown(tab, `in: ${people[person]}`);
      }
      await other.close();
    }
    await view(page);
    assert.deepEqual(
      views.map(({ status }) => status),
      ['MISS', ...Array<string>(10).fill('HIT')],
    );
    assert.equal(world.application.requests.filter((line) => line === `GET ${path}`).length, 1);
    assert.equal(new Set(views.map(({ html }) => html)).size, 1);
    for (const secret of [...Object.values(people), 'csrf-of-']) assert.ok(!views[0]?.html.includes(secret), secret);
  });

  it('asks nothing, stores nothing and changes nothing without a hint and a marker', async () => {
    await open('/page/one');
    await returnToTab(page);
    await roundTrips(page);
    assert.deepEqual(world.newRequests(), []);
    assert.equal(await shownOn(page), 'out: ');
    assert.deepEqual(await events(), []);
    assert.equal(await page.evaluate(() => sessionStorage.length), 0);
    assert.equal(await page.locator('iframe').count(), 0);
  });

  it('asks nothing on a page without the element, whatever the cookies say', async () => {
    await signIn('alice');
    await open('/plain');
    await page.addScriptTag({ url: '/latchkey/session-check.js' });
    await roundTrips(page);
    assert.deepEqual(world.newRequests(), []);
  });

  it('shows at the first view who is signed in at the provider, by one frame that is gone afterwards', async () => {
    await signIn('alice');
    const asked = world.issuer.asked();
    await open('/page/one');
    await waitUntilShown(page, 'in: Alice Example');
    await roundTrips(page);
    assert.deepEqual(world.newRequests(), FRAME);
    assert.equal(world.issuer.asked() - asked, 1);
    assert.equal(await page.locator('iframe').count(), 0);
    assert.deepEqual(await events(), [chromeOf('alice')]);
    assert.deepEqual(page.frames().length, 1);
  });

  it('shows the name on later pages before they are parsed, then asks the application once', async () => {
    await openAsAlice();
    await open('/page/two');
    assert.equal(await page.evaluate(() => globalThis.seen.nameAtLoad), 'Alice Example');
    await roundTrips(page);
    assert.deepEqual(world.newRequests(), CHROME);
    assert.deepEqual(await events(), [chromeOf('alice')]);
  });

  it('asks the application, not the provider, in a new tab of a browser that is signed in here', async () => {
    await openAsAlice();
    const tab = await openTab(context);
    await open('/page/two', tab);
    await waitUntilShown(tab, 'in: Alice Example');
    await roundTrips(tab);
    assert.deepEqual(world.newRequests(), CHROME);
  });

  it('fills every element of the page, and nothing outside them', async () => {
    await signIn('alice');
    await open('/two/elements');
    await waitUntilShown(page, 'in: Alice Example');
    assert.deepEqual(await page.locator('[data-latchkey] [data-latchkey-name]').allInnerTexts(), [
      'Alice Example',
      'Alice Example',
    ]);
    assert.equal(await page.locator('[data-latchkey] [data-latchkey-out]:not([hidden])').count(), 0);
    const outside = page.locator('.outside');
    assert.equal(await outside.locator('[data-latchkey-name]').textContent(), 'untouched');
    assert.equal(await outside.locator('[data-latchkey-in]').getAttribute('hidden'), '');
  });

  it('shows a hostile name as the text it is', async () => {
    await signIn('mallory');
    await open('/page/one');
    await waitUntilShown(page, `in: ${people['mallory']}`);
    await open('/page/two'); // painted from what the tab keeps
    assert.equal(await page.evaluate(() => globalThis.seen.nameAtLoad), people['mallory']);
    assert.equal(await page.locator('[data-latchkey] img').count(), 0);
    assert.equal(await page.title(), 'Page two');
  });

  it('signs out with the csrf token of this person, and shows nobody afterwards', async () => {
    await openAsAlice();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.waitForURL('**/page/after-sign-out');
    await roundTrips(page);
    assert.equal(await shownOn(page), 'out: ');
    // The hint is still there: one frame, in which the application keeps to the local sign-out without a redirect.
    assert.deepEqual(world.newRequests(), [
      'POST /latchkey/sign-out',
      'GET /page/after-sign-out',
      'GET /latchkey/start',
    ]);
    await open('/page/two');
    await roundTrips(page);
    assert.deepEqual(world.newRequests(), [], '"signed out" is believed for a while');
  });

  describe('when the state changes', () => {
    it('shows the other account on return to the tab', async () => {
      await openAsAlice();
      await signIn('bertram');
      await returnToTab(page);
      await waitUntilShown(page, 'in: Bertram Example');
      await roundTrips(page);
      assert.deepEqual(world.newRequests(), [...CHROME, ...FRAME]);
      assert.deepEqual(await events(), [chromeOf('alice'), chromeOf('bertram')]);
    });

    it('asks nothing on return to the tab when it is the same', async () => {
      await openAsAlice();
      await returnToTab(page);
      await roundTrips(page);
      assert.deepEqual(world.newRequests(), []);
    });

    it('takes name and token away at once, without a request, when the cookies are gone', async () => {
      await openAsAlice();
      await context.clearCookies();
      await returnToTab(page);
      assert.equal(await shownOn(page), 'out: ');
      assert.equal(await page.locator('input[name=csrf]').inputValue(), '');
      assert.equal(await stored(), null);
      assert.deepEqual(await events(), [chromeOf('alice'), { signedIn: false }]);
      await roundTrips(page);
      assert.deepEqual(world.newRequests(), []);
    });

    it('does not show a person who was signed out between this page and the last', async () => {
      await openAsAlice();
      await context.clearCookies();
      await open('/page/two');
      assert.equal(await page.evaluate(() => globalThis.seen.nameAtLoad), '');
      assert.equal(await stored(), null);
      assert.deepEqual(world.newRequests(), []);
    });

    it('looks again at a page from the back/forward cache: signed out meanwhile', async () => {
      await openAsAlice();
      await open('/page/two');
      await waitUntilShown(page, 'in: Alice Example');
      await context.clearCookies();
      await goBack(page, '/page/one');
      assert.equal(await page.evaluate(() => globalThis.seen.persisted), true);
      assert.equal(await shownOn(page), 'out: ');
      assert.equal(await page.locator('input[name=csrf]').inputValue(), '');
    });

    it('looks again at a page from the back/forward cache: signed in meanwhile', async () => {
      await open('/page/one');
      await open('/page/two');
      await signIn('alice');
      await goBack(page, '/page/one');
      await waitUntilShown(page, 'in: Alice Example');
      assert.equal(await page.evaluate(() => globalThis.seen.persisted), true);
      assert.deepEqual(await events(), [chromeOf('alice')]);
    });

    it('asks nothing for a page from the back/forward cache when it is the same', async () => {
      await openAsAlice();
      await open('/page/two');
      await roundTrips(page);
      world.newRequests();
      await goBack(page, '/page/one');
      assert.equal(await page.evaluate(() => globalThis.seen.persisted), true);
      await roundTrips(page);
      assert.deepEqual(world.newRequests(), []);
      assert.equal(await shownOn(page), 'in: Alice Example');
    });

    it('does not show an answer about a person whose cookies went while it was on its way', async () => {
      await openAsAlice();
      world.application.faults.chrome = () => ({
        headers: { 'Set-Cookie': [`${MARKER}=; Path=/; Max-Age=0`, `${HINT}=; Path=/; Max-Age=0`] },
        body: JSON.stringify({ ...chromeOf('alice'), name: 'A ghost' }),
      });
      await open('/page/two');
      await waitUntilShown(page, 'out: ');
      assert.equal(await stored(), null);
      assert.deepEqual(world.newRequests(), CHROME);
      assert.ok(!JSON.stringify(await events()).includes('ghost'));
    });

    it('goes on to the provider when the application ended its session and asks for it', async () => {
      await openAsAlice();
      world.application.endAllSessions();
      await signIn('bertram');
      await open('/page/two');
      await waitUntilShown(page, 'in: Bertram Example');
      assert.deepEqual(world.newRequests(), [...CHROME, ...FRAME]);
    });
  });

  describe('when hints are forged', () => {
    it('asks once for a hint that stands for nobody, and not on the next pages', async () => {
      await setCookie(HINT, 'forged');
      await open('/page/one');
      await roundTrips(page);
      await page.waitForFunction(() => !document.querySelector('iframe'));
      assert.deepEqual(world.newRequests(), FRAME);
      assert.equal(await shownOn(page), 'out: ');
      assert.deepEqual(await context.cookies(world.origin).then((all) => all.map(({ name }) => name)), [
        'application-attempt',
        'application-tried',
      ]);
      await open('/page/two');
      await roundTrips(page);
      assert.deepEqual(world.newRequests(), []);
    });

    it('asks once for a doubled hint that nobody can clear, and believes "signed out" on the next pages', async () => {
      await setCookie(HINT, 'forged');
      await setCookie(HINT, 'pinned', '/page');
      await open('/page/one');
      await page.waitForFunction(() => sessionStorage.getItem('latchkey')?.includes('"state":"pinned|"'));
      assert.deepEqual(world.newRequests(), FRAME);
      for (const path of ['two', 'next', 'one']) await open(`/page/${path}`);
      await returnToTab(page);
      await roundTrips(page);
      assert.deepEqual(world.newRequests(), []);
    });

    it('gives up where every answer of the application comes with another hint', async () => {
      await openAsAlice();
      let count = 0;
      world.application.faults.chrome = () => ({
        headers: { 'Set-Cookie': `${HINT}=flapping-${(count += 1)}; Path=/` },
        body: JSON.stringify({ signedIn: false, ask: true }),
      });
      await open('/page/two');
      await page.waitForFunction(() => document.cookie.includes('flapping-3'));
      await roundTrips(page);
      assert.deepEqual(world.newRequests(), [...CHROME, ...CHROME, ...CHROME]);
      assert.deepEqual(await events(), [chromeOf('alice')], 'none of these answers is shown');
      delete world.application.faults.chrome;
      await setCookie(HINT, 'hint-of-alice');
      await returnToTab(page);
      await roundTrips(page);
      assert.deepEqual(world.newRequests(), CHROME, 'on return to the tab it looks again');
    });

    it('asks in one frame where every frame leaves another hint', async () => {
      await setCookie(HINT, 'flapping');
      let count = 0;
      world.application.faults.frame = () => ({
        headers: { 'Set-Cookie': `${HINT}=flapping-${(count += 1)}; Path=/`, 'Content-Type': 'text/html' },
        body: '<body data-latchkey-chrome=\'{"signedIn":false,"ask":true}\'>',
      });
      await open('/page/one');
      await page.waitForFunction(() => sessionStorage.getItem('latchkey'));
      await roundTrips(page);
      assert.deepEqual(world.newRequests(), FRAME);
    });

    it('never asks twice in a frame for the same hint in one view of a page, however often it comes back', async () => {
      world.application.faults.frame = () => ({ headers: { 'Content-Type': 'text/html' }, body: 'no chrome' });
      await setCookie(ISSUER_SESSION, 'alice');
      for (const value of ['hint-of-alice', 'other', 'hint-of-alice', 'other', 'hint-of-alice']) {
        await setCookie(HINT, value);
        if (page.url() === 'about:blank') await open('/page/one');
        else await returnToTab(page);
        await page.waitForFunction(() => !document.querySelector('iframe'));
      }
      assert.deepEqual(world.newRequests(), [...FRAME, ...FRAME]);
    });

    it('takes a doubled marker for none', async () => {
      await setCookie(MARKER, 'tossed');
      await setCookie(MARKER, 'tossed', '/page');
      await open('/page/one');
      await roundTrips(page);
      assert.deepEqual(world.newRequests(), []);
    });
  });

  describe('when the application does not answer as it should', () => {
    const html = { 'Content-Type': 'text/html' };
    const chrome = (value: unknown) => JSON.stringify(value);
    const alice = { signedIn: true, name: 'X', username: 'x', csrf: 'c' };
    const bad: readonly (readonly [string, string])[] = [
      ['no JSON', '<!doctype html><title>Sorry</title>'],
      ['nothing', ''],
      ['null', 'null'],
      ['a list', '[]'],
      ['a text', '"signedIn"'],
      ['no verdict', '{}'],
      ['a verdict that is no boolean', chrome({ ...alice, signedIn: 'true' })],
      ['no name', chrome({ ...alice, name: undefined })],
      ['a name that is an object', chrome({ ...alice, name: { toString: 'x' } })],
      ['no csrf token', chrome({ ...alice, csrf: undefined })],
      ['a user name that is null', chrome({ ...alice, username: null })],
      ['an ask that is no boolean', chrome({ signedIn: false, ask: 'yes' })],
    ];

    it('keeps what it shows, whatever else the chrome endpoint says', async () => {
      await openAsAlice();
      const replies = [
        ...[500, 404, 403, 304, 401].map((status) => ({ status, body: status === 304 ? '' : '{"signedIn":false}' })),
        { status: 303, headers: { Location: '/plain' }, body: '' },
        ...bad.map(([, body]) => ({ body })),
      ];
      for (const reply of replies) {
        world.application.faults.chrome = () => reply;
        await open('/page/two');
        await roundTrips(page);
        assert.equal(await shownOn(page), 'in: Alice Example', JSON.stringify(reply));
        assert.deepEqual(world.newRequests(), CHROME, JSON.stringify(reply));
      }
    });

    it('shows nobody, and stores nothing, whatever else the frame brings', async () => {
      const attribute = (text: string) => text.replaceAll('&', '&amp;').replaceAll('"', '&quot;');
      const replies = [
        ...bad.map(([, text]) => ({ headers: html, body: `<body data-latchkey-chrome="${attribute(text)}">` })),
        { headers: html, body: '<body>Continue?' },
        { headers: { 'Content-Type': 'application/json' }, body: chrome(alice) },
        { headers: { 'Content-Type': 'image/svg+xml' }, body: '<svg xmlns="http://www.w3.org/2000/svg"/>' },
        { headers: { ...html, 'X-Frame-Options': 'DENY' }, body: `<body data-latchkey-chrome='${chrome(alice)}'>` },
        { headers: { 'Content-Security-Policy': "frame-ancestors 'none'" }, body: 'refused' },
        { status: 303, headers: { Location: `${world.issuer.origin}/` }, body: '' },
      ];
      for (const reply of replies) {
        world.application.faults.frame = () => reply;
        await context.clearCookies();
        await signIn('alice');
        await open('/page/one');
        await page.waitForFunction(() => !document.querySelector('iframe'));
        await roundTrips(page);
        assert.equal(await shownOn(page), 'out: ', JSON.stringify(reply));
        assert.equal(await stored(), null);
        assert.deepEqual(world.newRequests(), FRAME, JSON.stringify(reply));
      }
    });

    it('asks again on the next page when the application says it is worth it but the frame brought nothing', async () => {
      await setCookie(MARKER, 'here');
      await setCookie(HINT, 'hint-of-alice');
      world.application.faults.chrome = () => ({ body: chrome({ signedIn: false, ask: true }) });
      world.application.faults.frame = () => ({ headers: html, body: 'Continue?' });
      for (const path of ['/page/one', '/page/two']) {
        await open(path);
        await page.waitForFunction(() => sessionStorage.getItem('latchkey') && !document.querySelector('iframe'));
        await roundTrips(page);
        assert.deepEqual(world.newRequests(), [...CHROME, ...FRAME]);
      }
      world.application.faults.chrome = () => ({ body: chrome({ signedIn: false }) });
      await open('/page/one');
      await page.waitForFunction(() => !sessionStorage.getItem('latchkey')?.includes('"at":0'));
      await open('/page/two');
      await roundTrips(page);
      assert.deepEqual(world.newRequests(), CHROME, 'without that it is believed');
    });

    it('runs no check inside the frame when that ends on a page of the application', async () => {
      world.application.faults.frame = () => ({ status: 303, headers: { Location: '/page/two' }, body: '' });
      await signIn('alice');
      await open('/page/one');
      await page.waitForFunction(() => !document.querySelector('iframe'));
      await roundTrips(page);
      assert.deepEqual(world.newRequests(), FRAME);
    });

    it('gives the frame ten seconds', async () => {
      world.application.faults.frame = () => 'no answer';
      const begin = Date.parse('2026-01-01T12:00:00Z');
      await page.clock.install({ time: begin });
      await signIn('alice');
      await page.goto(`${world.origin}/page/one`, { waitUntil: 'commit' });
      await page.locator('iframe').waitFor({ state: 'attached' });
      await page.clock.pauseAt(begin + 5_000); // the frame began at some moment before this
      await page.clock.runFor(4_900);
      assert.equal(await page.locator('iframe').count(), 1);
      await page.clock.runFor(5_100);
      await page.locator('iframe').waitFor({ state: 'detached', timeout: 5_000 });
      assert.equal(await shownOn(page), 'out: ');
    });

    it('shows and announces who is signed in where the tab has no storage', async () => {
      await page.addInitScript(() => {
        Object.defineProperty(globalThis, 'sessionStorage', {
          get: () => {
            throw new DOMException('refused', 'SecurityError');
          },
        });
      });
      await signIn('alice');
      await open('/page/one');
      await waitUntilShown(page, 'in: Alice Example');
      await open('/page/two');
      await waitUntilShown(page, 'in: Alice Example');
      await roundTrips(page);
      assert.deepEqual(world.newRequests(), [...FRAME, ...CHROME]);
      await context.clearCookies();
      await returnToTab(page);
      assert.equal(await shownOn(page), 'out: ');
    });

    it('paints nothing from storage that somebody else wrote', async () => {
      await openAsAlice();
      world.application.faults.chrome = () => ({ status: 500, body: '' });
      for (const value of ['{', 'null', '"x"', '{"state":"hint-of-alice|"}']) {
        await page.evaluate((value) => sessionStorage.setItem('latchkey', value), value);
        await open('/page/two');
        await roundTrips(page);
        assert.equal(await shownOn(page), 'out: ', value);
      }
    });

    it('asks nobody but its own origin, whatever the element says', async () => {
      const requested: string[] = [];
      page.on('request', (request) => requested.push(request.url()));
      /** Opens a page with these addresses, without a policy to help, and tells what it asked for. */
      const askedBy = async (address: string, base = ''): Promise<string[]> => {
        await page.route('**/page/next', async (route) => {
          const html = (await (await route.fetch()).text())
            .replace('/latchkey/start?frame=1', address)
            .replace('/latchkey/chrome', address)
            .replace('src="/latchkey', `src="${world.origin}/latchkey`)
            .replace('<h1>', `${base}<h1>`);
          await route.fulfill({ contentType: 'text/html', body: html });
        });
        requested.length = 0;
        for (const marker of ['', 'here']) {
          await context.clearCookies();
          await setCookie(HINT, 'forged');
          await setCookie(MARKER, marker);
          await open('/page/next');
          await page.waitForFunction(() => !document.querySelector('iframe'));
        }
        await page.unroute('**/page/next');
        return requested.filter((url) => !/\/page\/next$|session-check\.js$/.test(url));
      };
      const foreign = `${world.issuer.origin}/authorize`;
      for (const address of [foreign, foreign.replace('http:', ''), 'data:text/html,<body>', 'javascript:alert(1)']) {
        for (const url of await askedBy(address)) assert.equal(new URL(url).origin, world.origin, address);
      }
      const base = `<base href="${world.issuer.origin}/">`;
      assert.deepEqual(await askedBy('/plain', base), [`${world.origin}/plain`, `${world.origin}/plain`]);
    });
  });
});
