// The servers here are stand-ins, written from the contract between the script and an application's server.
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import type { BrowserContext, Page } from 'playwright-core';
import { startChromium, type TestBrowser } from './support/chromium.ts';
import { startStandInApplication, type StandInApplication } from './support/stand-in-application.ts';
import { HINT, startStandInIssuer, type StandInIssuer } from './support/stand-in-issuer.ts';
import { goBack, openTab, returnToTab, roundTrips, shownOn, signInAtIssuer, waitUntilShown } from './support/visit.ts';

describe('the session check on a page that the server rendered for one person', () => {
  let issuer: StandInIssuer;
  let application: StandInApplication;
  let origin: string;
  let browser: TestBrowser;
  let context: BrowserContext;
  let page: Page;

  before(async () => {
    issuer = await startStandInIssuer();
    application = await startStandInApplication(issuer.origin);
    origin = `http://127.0.0.1:${application.port}`;
    browser = await startChromium();
  });
  after(async () => {
    await browser.close();
    await application.close();
    await issuer.close();
  });
  beforeEach(async () => {
    context = await browser.newContext();
    page = await openTab(context);
    await signInAtIssuer(context, origin, 'alice');
    await page.goto(`${origin}/page/first`);
    await waitUntilShown(page, 'in: Alice Example');
    newRequests();
  });
  afterEach(async () => {
    assert.deepEqual(await page.evaluate(() => globalThis.seen.refused), [], 'the policy refused nothing');
    await context.close();
    for (const fault of Object.keys(application.faults)) Reflect.deleteProperty(application.faults, fault);
  });

  const newRequests = (): string[] =>
    application.requests.splice(0).filter((line) => !/session-check\.js$|^GET \/plain$/.test(line));
  /** Opens a page and waits until nothing is loaded any more, its own reload included. */
  const open = (path: string) => page.goto(`${origin}${path}`, { waitUntil: 'networkidle' });
  /** Does what ends in a reload. */
  const reloaded = async (action: () => Promise<void>): Promise<void> => {
    await Promise.all([page.waitForEvent('load'), action()]);
    await page.waitForLoadState('networkidle');
  };

  it('asks nothing and changes nothing while the state is the one it was rendered for', async () => {
    await open('/rendered/one');
    await returnToTab(page);
    await roundTrips(page);
    assert.deepEqual(newRequests(), ['GET /rendered/one']);
    assert.equal(await shownOn(page), 'in: Alice Example');
    assert.deepEqual(await page.evaluate(() => globalThis.seen.events), []);
  });

  it('is loaded again on return to the tab when the person signed out meanwhile', async () => {
    await open('/rendered/one');
    await context.clearCookies();
    await reloaded(() => returnToTab(page));
    assert.equal(await shownOn(page), 'out: ');
    assert.deepEqual(newRequests(), ['GET /rendered/one', 'GET /rendered/one']);
    assert.equal(await page.evaluate(() => sessionStorage.getItem('latchkey')), null);
  });

  it('is loaded again each time that the state changes again', async () => {
    await open('/rendered/one');
    for (const value of ['second', 'third', 'fourth']) {
      await context.addCookies([{ name: HINT, value, url: origin }]);
      await reloaded(() => returnToTab(page));
    }
    assert.equal(newRequests().length, 4);
  });

  it('is loaded again from the back/forward cache when the person signed out meanwhile', async () => {
    await open('/rendered/kept');
    await open('/page/second');
    await context.clearCookies();
    await reloaded(() => page.evaluate(() => history.back()));
    assert.equal(await shownOn(page), 'out: ');
    assert.deepEqual(
      newRequests().filter((line) => line.includes('rendered')),
      ['GET /rendered/kept', 'GET /rendered/kept'],
      'the first came from the cache, the second is the reload',
    );
  });

  it('stays as it is in the back/forward cache while the state is the same', async () => {
    await open('/rendered/kept');
    await open('/page/second');
    await goBack(page, '/rendered/kept');
    assert.equal(await page.evaluate(() => globalThis.seen.persisted), true);
    await roundTrips(page);
    assert.equal(newRequests().filter((line) => line.includes('rendered')).length, 1);
  });

  describe('is loaded again once, not in a loop,', () => {
    it('when the server keeps to another state', async () => {
      application.faults.renderedState = () => 'somebody|else';
      await open('/rendered/one');
      assert.deepEqual(newRequests(), ['GET /rendered/one', 'GET /rendered/one']);
      await returnToTab(page);
      await roundTrips(page);
      await open('/rendered/one');
      assert.deepEqual(newRequests(), ['GET /rendered/one'], 'nor when the page is opened again');
      await page.evaluate(() => {
        const key = `latchkey ${location.href}`;
        const [at, states] = JSON.parse(sessionStorage.getItem(key) ?? '') as [number, string];
        sessionStorage.setItem(key, JSON.stringify([at - 3_600_000, states]));
      });
      await open('/rendered/one');
      assert.deepEqual(newRequests(), ['GET /rendered/one'], 'nor an hour later');
    });

    it('when the server answers another state each time', async () => {
      let count = 0;
      application.faults.renderedState = () => `state-${(count += 1)}|`;
      await open('/rendered/one');
      await returnToTab(page);
      await roundTrips(page);
      assert.deepEqual(newRequests(), ['GET /rendered/one', 'GET /rendered/one']);
    });

    it('when the hint is new on every view', async () => {
      let count = 0;
      application.faults.renderedCookies = () => [`${HINT}=new-${(count += 1)}; Path=/`];
      await open('/rendered/one');
      await roundTrips(page);
      assert.deepEqual(newRequests(), ['GET /rendered/one', 'GET /rendered/one']);
    });

    it('when two states take turns', async () => {
      let count = 0;
      application.faults.renderedState = () => ['one|', 'other|'][(count += 1) % 2] ?? '';
      await open('/rendered/one');
      assert.deepEqual(newRequests(), ['GET /rendered/one', 'GET /rendered/one']);
    });
  });

  it('is not loaded again by itself where the tab has no storage to remember that, but for a person who comes back', async () => {
    await page.addInitScript(() => {
      Object.defineProperty(globalThis, 'sessionStorage', {
        get: () => {
          throw new DOMException('refused', 'SecurityError');
        },
      });
    });
    application.faults.renderedState = () => 'somebody|else';
    await open('/rendered/one');
    await returnToTab(page);
    await roundTrips(page);
    assert.deepEqual(newRequests(), ['GET /rendered/one']);
    await context.clearCookies();
    await reloaded(() => returnToTab(page));
    assert.deepEqual(newRequests(), ['GET /rendered/one']);
  });
});
