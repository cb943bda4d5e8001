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
      const { csrf } = await browser.page();
      assert.deepEqual(await response.json(), { signedIn: true, name: 'Alice', username: 'alice', csrf });
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
