import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { ApplicationWorld, locationOf, type Browser } from '../support/application-world.ts';

describe("the folder of the sign-in's addresses", () => {
  let world: ApplicationWorld;
  let browser: Browser;
  beforeEach(async () => {
    world = await ApplicationWorld.open();
    browser = world.browser();
  });
  afterEach(() => world.close());
  const ask = async (method: string, path: string, init: RequestInit = {}): Promise<Response | undefined> =>
    world.relyingParty.handle(new Request(world.url(path), { method, ...init }));
  const noStore = (response: Response | undefined): void =>
    assert.match(response?.headers.get('cache-control') ?? '', /no-store/);

  it('answers nothing outside', async () => {
    for (const path of ['/', '/latchkey', '/latchkeys/start', '/other/latchkey/start']) {
      assert.equal(await ask('GET', path), undefined, path);
    }
  });

  for (const path of ['/latchkey/', '/latchkey/other', '/latchkey/start/', '/latchkey/Start', '/latchkey/__proto__']) {
    it(`answers 404 at ${path}`, async () => {
      const response = await ask('GET', path);
      assert.equal(response?.status, 404);
      noStore(response);
    });
  }

  for (const [method, path, allow] of [
    ['POST', '/latchkey/start', 'GET'],
    ['POST', '/latchkey/callback', 'GET'],
    ['POST', '/latchkey/chrome', 'GET'],
    ['OPTIONS', '/latchkey/chrome', 'GET'],
    ['GET', '/latchkey/sign-out', 'POST'],
    ['HEAD', '/latchkey/callback', 'GET'],
    ['DELETE', '/latchkey/proof', 'GET, POST'],
    ['GET', '/latchkey/backchannel', 'POST'],
    ['GET', '/latchkey/events', 'POST'],
  ] as const) {
    it(`answers 405 to ${method} ${path}`, async () => {
      const response = await ask(method, path);
      assert.deepEqual([response?.status, response?.headers.get('allow')], [405, allow]);
      assert.equal(response?.headers.get('access-control-allow-origin'), null);
      noStore(response);
    });
  }

  for (const [what, type, body, status] of [
    ['a form as JSON', 'application/json', '{"csrf":"x"}', 415],
    ['a form as text, as a forged one can be', 'text/plain', 'csrf=x', 415],
    ['a form in parts', 'multipart/form-data; boundary=x', '--x--', 415],
    ['a form of more than 64 KiB', 'application/x-www-form-urlencoded', `csrf=${'x'.repeat(66_000)}`, 413],
    ['a form in which a field stands twice', 'application/x-www-form-urlencoded', 'csrf=a&csrf=b', 400],
  ] as const) {
    it(`answers ${status} to ${what}`, async () => {
      await browser.signIn({ sub: 'alice' });
      const response = await ask('POST', '/latchkey/sign-out', {
        body,
        headers: { 'content-type': type, cookie: browser.agent.cookieHeader(world.origin) ?? '' },
      });
      assert.equal(response?.status, status);
      noStore(response);
      assert.equal(world.sessions.all().length, 1);
    });
  }

  it('goes from signed-out to the start page, whatever is asked there', async () => {
    const response = await browser.get('/latchkey/signed-out?state=x&to=https://evil.example');
    assert.equal(locationOf(response), '/');
    noStore(response);
  });

  describe('GET start', () => {
    it('asks for a code with PKCE, nonce and state, at the issuer', async () => {
      const url = new URL(await browser.begin());
      assert.equal(`${url.origin}${url.pathname}`, `${world.issuer.issuer}/authorize`);
      const said = Object.fromEntries(url.searchParams);
      assert.deepEqual(
        [said['response_type'], said['client_id'], said['code_challenge_method'], said['scope'], said['redirect_uri']],
        ['code', 'app', 'S256', 'openid profile email', world.url('/latchkey/callback')],
      );
      for (const name of ['state', 'nonce', 'code_challenge']) assert.ok((said[name] ?? '').length >= 43, name);
      assert.equal(said['prompt'], undefined);
    });

    it('says the same secrets never twice', async () => {
      const urls = [new URL(await browser.begin()), new URL(await browser.begin())];
      for (const name of ['state', 'nonce', 'code_challenge']) {
        assert.equal(new Set(urls.map(({ searchParams }) => searchParams.get(name))).size, 2, name);
      }
    });

    it('says in a page with 503 that the issuer does not answer, and leads back', async () => {
      world.issuer.instead.discovery = { status: 500 };
      const response = await browser.get('/latchkey/start?to=%2Fpage');
      assert.equal(response.status, 503);
      assert.equal(response.headers.get('retry-after'), '30');
      noStore(response);
      assert.match(await response.text(), /href="\/page"/);
      assert.deepEqual(browser.attempts(), []);
    });

    describe('begins', () => {
      const begins = async (headers: Record<string, string>): Promise<void> => {
        const url = new URL(locationOf(await browser.get('/latchkey/start?to=%2Fpage', headers)));
        assert.equal(`${url.origin}${url.pathname}`, `${world.issuer.issuer}/authorize`);
        assert.equal(browser.attempts().length, 1);
      };
      /** Answers with a page that has a link to itself, and has done nothing. */
      const asksForClick = async (headers: Record<string, string>): Promise<void> => {
        const asked = world.issuer.askedFor('discovery');
        const response = await browser.get('/latchkey/start?to=%2Fpage', headers);
        assert.equal(response.status, 200);
        assert.equal(response.headers.get('location'), null);
        assert.deepEqual(response.headers.getSetCookie(), []);
        assert.equal(response.headers.get('x-frame-options'), 'DENY');
        noStore(response);
        assert.match(await response.text(), /href="\/latchkey\/start\?to=%2Fpage"/);
        assert.deepEqual([browser.attempts(), world.issuer.askedFor('discovery')], [[], asked]);
      };
      const signOutHere = async (): Promise<void> => {
        await browser.signIn({ sub: 'alice', sid: 's1', hint: 'h1' });
        const { csrf } = await browser.page();
        await browser.post('/latchkey/sign-out', { csrf: csrf ?? '', where: 'here' });
      };
      const page = { accept: 'text/html', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };

      for (const [what, headers] of [
        ['by a click on a page of ours', { ...page, 'sec-fetch-site': 'same-origin' }],
        ['by the address bar or a bookmark', { ...page, 'sec-fetch-site': 'none' }],
        ['through a service worker', { ...page, 'sec-fetch-dest': 'empty', 'sec-fetch-site': 'same-origin' }],
        [
          'through a service worker that asks anew by the address',
          { accept: '*/*', 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty', 'sec-fetch-site': 'same-origin' },
        ],
        ['in a browser without Fetch Metadata', { accept: 'text/html' }],
      ] as const) {
        it(`${what}, signed out here or not`, async () => {
          await begins(headers);
          for (const name of browser.attempts()) browser.agent.setCookie(world.origin, name, undefined);
          await signOutHere();
          await begins(headers);
        });
      }

      for (const site of ['same-site', 'cross-site']) {
        it(`by a link on a ${site} page, where nobody signed out`, async () => {
          await begins({ ...page, 'sec-fetch-site': site });
        });

        it(`not by a link on a ${site} page after a sign-out here, but by the click that it asks for`, async () => {
          await signOutHere();
          await asksForClick({ ...page, 'sec-fetch-site': site });
          await begins({ ...page, 'sec-fetch-site': 'same-origin' });
        });

        it(`by a link on a ${site} page again once the person has signed in by a click`, async () => {
          await signOutHere();
          await browser.signIn({ sub: 'alice', sid: 's1', hint: 'h1' });
          await begins({ ...page, 'sec-fetch-site': site });
        });

        for (const [what, headers] of [
          ['a frame', { ...page, 'sec-fetch-dest': 'iframe' }],
          ['an old frame', { ...page, 'sec-fetch-dest': 'frame' }],
          ['an embedded object', { ...page, 'sec-fetch-dest': 'object' }],
          ['a picture', { 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' }],
          ['a script that fetches', { 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty' }],
          ['a prefetch', { ...page, 'sec-purpose': 'prefetch' }],
          ['a page that is rendered ahead', { ...page, 'sec-purpose': 'prefetch;prerender' }],
          ['a prefetch of a link element', { 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'empty' }],
        ] as const) {
          it(`not by ${what} of a ${site} page`, () => asksForClick({ ...headers, 'sec-fetch-site': site }));
        }
      }

      it('not by a prefetch or a frame of a page of ours either: nobody clicked yet', async () => {
        const ours = { ...page, 'sec-fetch-site': 'same-origin' };
        await asksForClick({ ...ours, 'sec-purpose': 'prefetch' });
        await asksForClick({ ...ours, 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'empty' });
        await asksForClick({ ...ours, 'sec-fetch-dest': 'iframe' });
      });

      it('by a link on a page of another site after a sign-out everywhere: the issuer asks for the password', async () => {
        await browser.signIn({ sub: 'alice', sid: 's1', hint: 'h1' });
        const { csrf } = await browser.page();
        await browser.post('/latchkey/sign-out', { csrf: csrf ?? '' });
        await begins({ ...page, 'sec-fetch-site': 'cross-site' });
      });
    });

    it('does not begin at an issuer that says it is another one', async () => {
      world.issuer.metadata = { issuer: 'https://other.example' };
      assert.equal((await browser.get('/latchkey/start?to=%2F')).status, 503);
    });
  });

  describe('GET chrome', () => {
    const script = { 'x-latchkey': '1', 'sec-fetch-site': 'same-origin' };

    it('tells scripts of this origin who is signed in, uncached', async () => {
      await browser.signIn({ sub: 'alice' });
      const response = await browser.get('/latchkey/chrome', script);
      const { csrf, ...chrome } = (await response.json()) as { readonly csrf: string };
      assert.deepEqual(chrome, { signedIn: true, name: 'Alice', username: 'alice' });
      assert.equal(world.takesForm(csrf), true);
      assert.match(response.headers.get('content-type') ?? '', /^application\/json/);
      assert.equal(response.headers.get('access-control-allow-origin'), null);
      assert.equal(response.headers.get('x-content-type-options'), 'nosniff');
      noStore(response);
    });

    it('tells that nobody is', async () => {
      assert.deepEqual(await (await browser.get('/latchkey/chrome', script)).json(), { signedIn: false });
    });

    it('never redirects, and says that the frame would be worth it', async () => {
      browser.setHint('h1');
      const response = await browser.get('/latchkey/chrome', script);
      assert.deepEqual(await response.json(), { signedIn: false, ask: true });
    });

    it('does not say so under a hint that was tried', async () => {
      browser.setHint('h1');
      const address = locationOf(await browser.get('/page'));
      await browser.comeBack(world.issuer.refuse(address, 'login_required'));
      assert.deepEqual(await (await browser.get('/latchkey/chrome', script)).json(), { signedIn: false });
    });

    it('tells that nobody is, of a session whose local user is gone', async () => {
      await browser.signIn({ sub: 'alice' });
      world.users.remove(world.session().localUserId);
      assert.deepEqual(await (await browser.get('/latchkey/chrome', script)).json(), { signedIn: false });
    });

    for (const [what, headers] of [
      ['a request without the header', { 'sec-fetch-site': 'same-origin' }],
      ['a request with another value of it', { ...script, 'x-latchkey': 'true' }],
      ['a script of a sibling host', { ...script, 'sec-fetch-site': 'same-site' }],
      ['a script of another site', { ...script, 'sec-fetch-site': 'cross-site' }],
      ['a person who opens it', { ...script, 'sec-fetch-site': 'none' }],
    ] as const) {
      it(`answers 403 to ${what}`, async () => {
        await browser.signIn({ sub: 'alice' });
        const response = await browser.get('/latchkey/chrome', headers);
        assert.equal(response.status, 403);
        assert.doesNotMatch(await response.text(), /Alice|alice/);
        noStore(response);
      });
    }
  });
});
