import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { BrowserContext, Page } from 'playwright-core';
import { cookieValues } from '../../tools/stage/browser-cookies.ts';
import { recordNavigations } from '../../tools/stage/navigations.ts';
import { openHouse, type House } from './support/house.ts';
import { localSession } from './support/local-session.ts';
import { signInAt } from './support/notes-pages.ts';
import { recordProviderCalls } from './support/provider-calls.ts';
import { whoIsShown, visitWithFrame } from './support/session-line.ts';
import { openSibling, sibling, siblingHost, writeFromSibling } from './support/sibling.ts';

const sessionCookie = '__Host-notes-session';

describe('a hostile host of the same domain', { timeout: 240_000 }, () => {
  let house: House;
  /** Alice's browser, signed in at notes. */
  let context: BrowserContext;
  let page: Page;

  before(async () => {
    house = await openHouse({ hosts: { [sibling]: siblingHost } });
    context = await house.browser.newContext();
    page = await context.newPage();
    await signInAt(page, house.notes, 'alice');
  });
  after(async () => house.close());

  const at = (path: string): string => `${house.notes.origin}${path}`;

  describe('that writes the cookie of the local session', () => {
    const ask = (cookie: string) => house.request(at('/notes'), { headers: { cookie, accept: 'text/html' } });
    const own = async (): Promise<string> => {
      const [value = ''] = await cookieValues(context, at('/'), sessionCookie);
      return value;
    };
    const refused = (answer: Awaited<ReturnType<typeof ask>>): void => {
      assert.deepEqual([answer.status, answer.location?.pathname], [303, '/latchkey/start']);
      assert.doesNotMatch(answer.text, /Alice/);
    };

    it('is not let by the browser', async () => {
      const before = await context.cookies(at('/'));
      await writeFromSibling(house, context, [
        `${sessionCookie}=forged; Domain=example.test; Path=/; Secure`,
        `${sessionCookie}=forged; Domain=example.test; Path=/notes; Secure`,
        '__Host-notes-here=forged; Domain=example.test; Path=/; Secure',
        '__Host-notes-silent=forged; Domain=example.test; Path=/; Secure',
      ]);
      assert.deepEqual(await context.cookies(at('/')), before);
    });

    it('brings nothing in, where a browser lets it', async () => {
      assert.equal((await ask(`${sessionCookie}=${await own()}`)).status, 200);
      for (const value of ['', 'forged', `${await own()}x`, 'x'.repeat(4000), '"', '%00']) {
        refused(await ask(`${sessionCookie}=${value}`));
      }
    });

    it('makes nobody of the two when it is sent twice, in either order', async () => {
      const value = await own();
      refused(await ask(`${sessionCookie}=forged; ${sessionCookie}=${value}`));
      refused(await ask(`${sessionCookie}=${value}; ${sessionCookie}=forged`));
      refused(await ask(`${sessionCookie}=${value}; ${sessionCookie}=${value}`));
      assert.equal((await localSession(house.notes, context))?.sub, house.alice, 'and ends nothing');
    });

    it('makes nobody signed in with a marker alone', async () => {
      const [marker = ''] = await cookieValues(context, at('/'), '__Host-notes-here');
      refused(await ask(`__Host-notes-here=${marker}`));
      const chrome = await house.request(at('/latchkey/chrome'), {
        headers: { cookie: `__Host-notes-here=${marker}`, 'x-latchkey': '1', 'sec-fetch-site': 'same-origin' },
      });
      assert.deepEqual([chrome.status, chrome.json()], [200, { signedIn: false }]);
    });
  });

  describe('that wants to see the chrome', () => {
    const ask = async (headers: Record<string, string>) => {
      const [value = ''] = await cookieValues(context, at('/'), sessionCookie);
      return house.request(at('/latchkey/chrome'), { headers: { cookie: `${sessionCookie}=${value}`, ...headers } });
    };

    it('is refused by all but a script of the same origin', async () => {
      const good = await ask({ 'x-latchkey': '1', 'sec-fetch-site': 'same-origin' });
      assert.equal(good.status, 200);
      assert.equal(good.json()['name'], 'Alice Example');
      assert.equal(good.headers['cache-control'], 'private, no-store');
      const refused: Record<string, string>[] = [
        {},
        { 'sec-fetch-site': 'same-origin' },
        { 'x-latchkey': '0', 'sec-fetch-site': 'same-origin' },
        { 'x-latchkey': '1', 'sec-fetch-site': 'same-site' },
        { 'x-latchkey': '1', 'sec-fetch-site': 'cross-site' },
        { 'x-latchkey': '1', 'sec-fetch-site': 'none' },
      ];
      for (const headers of refused) {
        const answer = await ask(headers);
        assert.equal(answer.status, 403, JSON.stringify(headers));
        assert.doesNotMatch(answer.text, /Alice|csrf/);
        assert.equal(answer.headers['access-control-allow-origin'], undefined);
      }
    });

    it('is not let by the browser', async () => {
      const stranger = await openSibling(house, context);
      const seen = await stranger.evaluate<string[]>(`Promise.all([
        { credentials: 'include', headers: { 'X-Latchkey': '1' } },
        { credentials: 'include' },
        { credentials: 'include', mode: 'no-cors' },
      ].map((how) => fetch('${at('/latchkey/chrome')}', how).then((answer) => answer.text(), (error) => error.name)))`);
      assert.deepEqual(seen, ['TypeError', 'TypeError', '']);
      await stranger.close();
    });
  });

  describe('that wants the hidden frame', () => {
    it('is refused, as is every request that no page of the same origin made', async () => {
      const calls = await recordProviderCalls(house);
      const headers = { cookie: '__Secure-latchkey-hint=hint1' };
      const refused: Record<string, string>[] = [
        { 'sec-fetch-site': 'cross-site', 'sec-fetch-dest': 'iframe', 'sec-fetch-mode': 'navigate' },
        { 'sec-fetch-site': 'same-site', 'sec-fetch-dest': 'iframe', 'sec-fetch-mode': 'navigate' },
        { 'sec-fetch-site': 'none', 'sec-fetch-dest': 'document', 'sec-fetch-mode': 'navigate' },
        { 'sec-fetch-site': 'same-origin', 'sec-fetch-dest': 'document', 'sec-fetch-mode': 'navigate' },
        { 'sec-fetch-site': 'same-origin', 'sec-fetch-dest': 'image', 'sec-fetch-mode': 'no-cors' },
      ];
      for (const more of refused) {
        const answer = await house.request(at('/latchkey/start?frame=1'), { headers: { ...headers, ...more } });
        assert.equal(answer.status, 400, JSON.stringify(more));
        assert.equal(answer.headers['set-cookie'], undefined, 'it counts as no trip');
        assert.match(String(answer.headers['content-security-policy']), /frame-ancestors 'none'/);
        assert.equal(answer.headers['x-frame-options'], 'DENY');
      }
      const good = { 'sec-fetch-site': 'same-origin', 'sec-fetch-dest': 'iframe', 'sec-fetch-mode': 'navigate' };
      const answer = await house.request(at('/latchkey/start?frame=1'), { headers: { ...headers, ...good } });
      assert.deepEqual([answer.status, answer.location?.origin], [303, house.provider.issuer]);
      assert.equal(await calls.trips(), 0);
    });

    it('begins nothing by a frame of an application where the person never was: neither user nor session', async () => {
      const calls = await recordProviderCalls(house);
      const stranger = await openSibling(house, context);
      const navigations = recordNavigations(stranger);
      for (const query of ['to=%2F', 'to=%2Fnotes', '']) {
        await stranger.evaluate<unknown>(`new Promise((resolve) => {
          const frame = document.createElement('iframe');
          frame.hidden = true;
          frame.onload = resolve;
          frame.src = '${house.journal.origin}/latchkey/start?${query}';
          document.body.append(frame);
        })`);
      }
      assert.deepEqual(
        navigations.all.map(({ status }) => status),
        [200, 200, 200],
      );
      assert.deepEqual(await calls.all(), []);
      assert.deepEqual([house.journal.users(), house.journal.sessions()], [[], []]);
      assert.deepEqual(await cookieValues(context, `${house.journal.origin}/`, '__Host-journal-session'), []);
      await stranger.close();
    });

    it('sees neither the person nor the way there', async () => {
      const calls = await recordProviderCalls(house);
      const stranger = await openSibling(house, context);
      const navigations = recordNavigations(stranger);
      await stranger.evaluate<unknown>(`new Promise((resolve) => {
        const frame = document.createElement('iframe');
        frame.onload = resolve;
        frame.src = '${at('/latchkey/start?frame=1')}';
        document.body.append(frame);
      })`);
      assert.deepEqual(
        navigations.all.map(({ status, frame }) => [status, frame]),
        [[400, 'inner']],
      );
      await assert.rejects(stranger.evaluate('frames[0].document.body'), /SecurityError|cross-origin/);
      await stranger.close();
      assert.deepEqual(await calls.all(), []);
    });
  });

  describe('as the pages of notes are shown', () => {
    it('no frame of theirs ever shows the provider', async () => {
      const bert = await house.browser.newPage();
      await signInAt(bert, house.journal, 'bert');
      const navigations = recordNavigations(bert);
      await visitWithFrame(bert, at('/'));
      assert.equal(await whoIsShown(bert), 'Bert Example');
      const inner = navigations.all.filter(({ frame }) => frame === 'inner');
      assert.deepEqual(
        inner.map(({ url, status }) => [new URL(url).origin, new URL(url).pathname, status]),
        [
          [house.notes.origin, '/latchkey/start', 303],
          [house.provider.issuer, '/auth', 303],
          [house.notes.origin, '/latchkey/callback', 200],
        ],
      );
      assert.deepEqual(navigations.redirects(), []);
      await bert.context().close();
    });

    it('not even where it would answer with a page', async () => {
      for (const path of ['/', '/auth', '/auth?client_id=unknown', '/signin', '/nothing-here']) {
        const answer = await house.request(`${house.provider.issuer}${path}`, { headers: { accept: 'text/html' } });
        if (answer.location !== undefined) continue;
        assert.match(String(answer.headers['content-security-policy']), /frame-ancestors 'none'/, path);
      }
      await page.goto(at('/'));
      const shown = await page.evaluate<string>(`new Promise((resolve) => {
        const frame = document.createElement('iframe');
        frame.onload = () => resolve(String(frame.contentDocument?.body?.innerText));
        frame.src = '${house.provider.issuer}/';
        document.body.append(frame);
      })`);
      assert.equal(shown, 'undefined');
      const frame = page.frames().find((each) => each !== page.mainFrame());
      assert.match(frame?.url() ?? '', /^chrome-error:/);
    });

    it('none of theirs can be shown in a frame of the sibling', async () => {
      const stranger = await openSibling(house, context);
      for (const path of ['/', '/notes', '/latchkey/callback?state=x']) {
        await stranger.evaluate<unknown>(`new Promise((resolve) => {
          const frame = document.createElement('iframe');
          frame.onload = resolve;
          frame.src = '${at(path)}';
          document.body.replaceChildren(frame);
        })`);
        const frame = stranger.frames().find((each) => each !== stranger.mainFrame());
        assert.match(frame?.url() ?? '', /^chrome-error:/, path);
      }
      await stranger.close();
    });
  });
});
