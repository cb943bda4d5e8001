import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { ApplicationWorld, locationOf, type Browser } from '../support/application-world.ts';
import type { Reply, Vouched } from '../support/issuer-double.ts';

/** The answers of the issuer that are not good enough to sign somebody in. */
describe('the callback, by what the issuer answered', () => {
  let world: ApplicationWorld;
  let browser: Browser;
  beforeEach(async () => {
    world = await ApplicationWorld.open();
    browser = world.browser();
  });
  afterEach(() => world.close());

  const isRefused = async (response: Response, status: number, title: RegExp): Promise<void> => {
    assert.equal(response.status, status);
    assert.match(await response.text(), title);
    assert.match(response.headers.get('cache-control') ?? '', /no-store/);
    assert.deepEqual(world.sessions.all(), []);
    assert.deepEqual(world.users.users, []);
    assert.equal(browser.cookie('app-session'), undefined);
    assert.deepEqual(browser.attempts(), [], 'the attempt is over');
  };
  const didNotWork = /Signing in did not work/;
  const doesNotAnswer = /does not answer/;

  const departSilently = async (): Promise<string> => locationOf(await browser.get('/page'));

  const now = (): number => Math.floor(Date.now() / 1000);
  const bad: readonly (readonly [string, () => Partial<Vouched>])[] = [
    ['the issuer is not named (RFC 9207)', () => ({ iss: null })],
    ['another issuer is named (RFC 9207)', () => ({ iss: 'https://other.example' })],
    ['the issuer is named with a slash', () => ({ iss: `${world.issuer.issuer}/` })],
    ['the ID token has another nonce', () => ({ claims: { nonce: 'another' } })],
    ['the ID token has no nonce', () => ({ claims: { nonce: undefined } })],
    ['the ID token is for another client', () => ({ claims: { aud: 'other' } })],
    ['the ID token is for others too, and names none of them as its bearer', () => ({ claims: { aud: ['app', 'b'] } })],
    ['the ID token was issued to another party', () => ({ claims: { aud: ['app', 'other'], azp: 'other' } })],
    ['the ID token is of another issuer', () => ({ claims: { iss: 'https://other.example' } })],
    ['the ID token names nobody', () => ({ claims: { sub: undefined } })],
    ['the ID token is over', () => ({ claims: { iat: now() - 1000, exp: now() - 61 } })],
    ['the ID token has no end', () => ({ claims: { exp: undefined } })],
    ['the ID token does not say when it was issued', () => ({ claims: { iat: undefined } })],
    ['the ID token is not good yet', () => ({ claims: { nbf: now() + 120 } })],
    ['the ID token is not signed', () => ({ signature: 'none' })],
    ["the ID token is signed with a key that is not the issuer's", () => ({ signature: 'another key' })],
    ['the ID token is signed with the client secret', () => ({ signature: 'the client secret' })],
  ];
  for (const [what, change] of bad) {
    it(`refuses when ${what}`, async () => {
      await isRefused(await browser.signIn({ sub: 'alice', ...change() }), 400, didNotWork);
      assert.equal(world.issuer.askedFor('profile'), 0, 'nothing is asked with such a bearer');
      assert.deepEqual(world.events(), ['sign-in.failed']);
    });
  }

  it('needs no name of the issuer where the issuer does not advertise it, and then refuses a wrong one all the same', async () => {
    world.issuer.metadata = { authorization_response_iss_parameter_supported: undefined };
    await isRefused(await browser.signIn({ sub: 'alice', iss: 'https://other.example' }), 400, didNotWork);
    assert.equal((await browser.signIn({ sub: 'alice', iss: null })).status, 303);
  });

  it('takes an ID token that ran out within the tolerated clock difference of 60 seconds', async () => {
    const response = await browser.signIn({ sub: 'alice', claims: { iat: now() - 300, exp: now() - 40 } });
    assert.equal(response.status, 303);
  });

  it('refuses a code that the issuer does not know', async () => {
    const callback = new URL(world.issuer.vouch(await browser.begin(), { sub: 'alice' }));
    callback.searchParams.set('code', 'stolen-or-spent');
    await isRefused(await browser.comeBack(callback.href), 400, didNotWork);
  });

  it('refuses a callback whose code is empty', async () => {
    const callback = new URL(world.issuer.vouch(await browser.begin(), { sub: 'alice' }));
    callback.searchParams.set('code', '');
    await isRefused(await browser.comeBack(callback.href), 400, didNotWork);
  });

  it('refuses a callback whose code stands twice', async () => {
    const callback = world.issuer.vouch(await browser.begin(), { sub: 'alice' });
    await isRefused(await browser.comeBack(`${callback}&code=another`), 400, didNotWork);
  });

  it('refuses a code that another browser got for its own request, with the state of this one', async () => {
    const other = new URL(world.issuer.vouch(await world.browser().begin(), { sub: 'berta' }));
    const callback = new URL(world.issuer.vouch(await browser.begin(), { sub: 'alice' }));
    callback.searchParams.set('code', other.searchParams.get('code') ?? '');
    await isRefused(await browser.comeBack(callback.href), 400, didNotWork);
  });

  it('shows that the person cancelled', async () => {
    const callback = world.issuer.refuse(await browser.begin('/page'), 'access_denied');
    const response = await browser.comeBack(callback);
    assert.match(await response.clone().text(), /href="\/page"/);
    await isRefused(response, 403, /You cancelled/);
    assert.deepEqual(world.events(), [], 'nothing for an administrator to look into');
  });

  it('shows no text of the error as it came', async () => {
    const callback = new URL(world.issuer.refuse(await browser.begin(), 'server_error'));
    callback.searchParams.set('error_description', '<script>alert(1)</script> call 0900-EVIL');
    const response = await browser.comeBack(callback.href);
    assert.doesNotMatch(await response.clone().text(), /script|0900/);
    await isRefused(response, 400, didNotWork);
  });

  it('takes no error that another issuer sent', async () => {
    const callback = world.issuer.refuse(await browser.begin(), 'access_denied', 'https://other.example');
    await isRefused(await browser.comeBack(callback), 400, didNotWork);
  });

  it('begins nothing at an issuer that writes itself otherwise than the setting: its people would all be strangers', async () => {
    const other = world.anotherNode({ issuer: `${world.issuer.issuer}/` });
    const answer = await other.handle(new Request(`${world.origin}/latchkey/start?to=%2F`));
    assert.equal(answer?.status, 503);
    assert.deepEqual(
      world.logged.filter(({ event }) => event === 'issuer.mismatch').map(({ details }) => details),
      [{ setting: `${world.issuer.issuer}/`, issuer: world.issuer.issuer }],
    );
  });

  describe('when the token endpoint', () => {
    const replies: Readonly<Record<string, Reply>> = {
      'answers 500': { status: 500, body: 'internal error' },
      'answers 502 with a page': {
        status: 502,
        headers: { 'content-type': 'text/html' },
        body: '<h1>Bad gateway</h1>',
      },
      'answers garbage': { status: 200, body: '{"access_token": ' },
      'answers a page': { status: 200, headers: { 'content-type': 'text/html' }, body: '<h1>Maintenance</h1>' },
      'answers 429': { status: 429, headers: { 'retry-after': '10' } },
      'answers 403 with a page': { status: 403, headers: { 'content-type': 'text/html' }, body: '<h1>Blocked</h1>' },
      redirects: { status: 302, headers: { location: 'https://other.example/token' } },
      'cuts the connection': 'cut',
    };
    for (const [what, reply] of Object.entries(replies)) {
      it(`${what}, says that the issuer does not answer`, async () => {
        const callback = world.issuer.vouch(await browser.begin(), { sub: 'alice' });
        world.issuer.instead.token = reply;
        await isRefused(await browser.comeBack(callback), 503, doesNotAnswer);
      });
    }

    for (const status of [403, 404, 429]) {
      it(`answers ${status} to one, it answers others: their heartbeats go on, and so do sign-ins`, async () => {
        const other = world.browser();
        await other.signIn({ sub: 'berta', sid: 's9' });
        const callback = world.issuer.vouch(await browser.begin(), { sub: 'alice' });
        world.issuer.instead.token = { status };
        assert.equal((await browser.comeBack(callback)).status, 503);
        delete world.issuer.instead.token;

        const [asked, said] = [world.issuer.askedFor('profile'), world.issuer.askedFor('discovery')];
        world.pass(301);
        assert.equal((await other.page()).userId, world.session().localUserId);
        assert.equal(world.issuer.askedFor('profile'), asked + 1);
        assert.equal((await browser.signIn({ sub: 'alice', sid: 's1' })).status, 303);
        assert.equal(world.issuer.askedFor('discovery'), said, 'and nobody had to ask whether it is there');
      });
    }

    it('never answers, waits five seconds and says so', async () => {
      const callback = world.issuer.vouch(await browser.begin(), { sub: 'alice' });
      world.issuer.instead.token = 'hang';
      const began = performance.now();
      await isRefused(await browser.comeBack(callback), 503, doesNotAnswer);
      assert.ok(performance.now() - began < 15_000);
    });

    it('sends no ID token, refuses', async () => {
      const callback = world.issuer.vouch(await browser.begin(), { sub: 'alice' });
      world.issuer.instead.token = { status: 200, body: JSON.stringify({ access_token: 'a', token_type: 'Bearer' }) };
      await isRefused(await browser.comeBack(callback), 400, didNotWork);
    });

    it('refuses the client, says that it did not work and tells the log', async () => {
      const callback = world.issuer.vouch(await browser.begin(), { sub: 'alice' });
      world.issuer.instead.token = {
        status: 401,
        headers: { 'www-authenticate': 'Basic realm="x"' },
        body: JSON.stringify({ error: 'invalid_client' }),
      };
      await isRefused(await browser.comeBack(callback), 400, didNotWork);
      assert.equal(world.logged[0]?.details['error'], 'invalid_client');
    });
  });

  describe('when the profile', () => {
    it("is another person's, signs nobody in", async () => {
      world.issuer.people.set('alice', { sub: 'berta', preferred_username: 'berta' });
      await isRefused(await browser.signIn({ sub: 'alice' }), 503, doesNotAnswer);
    });

    it('is not readable, signs nobody in', async () => {
      world.issuer.instead.profile = { status: 500 };
      await isRefused(await browser.signIn({ sub: 'alice' }), 503, doesNotAnswer);
    });

    it('is answered with 304 to a question without If-None-Match, signs nobody in', async () => {
      world.issuer.instead.profile = { status: 304 };
      await isRefused(await browser.signIn({ sub: 'alice' }), 503, doesNotAnswer);
    });

    it('is refused to the new bearer, says that the session ended', async () => {
      world.issuer.instead.profile = { status: 401, headers: { 'www-authenticate': 'Bearer error="invalid_token"' } };
      await isRefused(await browser.signIn({ sub: 'alice' }), 403, /You are signed out/);
    });
  });

  for (const [what, error, logged] of [
    ['a long one', `x${'y'.repeat(5000)}`, 'other'],
    ['one that writes a line of its own', 'server_error\n{"event":"account.made-administrator"}', 'other'],
    ['one that turns the line around', 'server_error\u202e', 'other'],
    ['an address', 'https://evil.example/', 'other'],
    ['one of forty-one letters', 'x'.repeat(41), 'other'],
    ['one that could be a code', 'temporarily_unavailable', 'temporarily_unavailable'],
  ] as const) {
    it(`logs of an error that somebody writes into the address what could be a code: ${what}`, async () => {
      await browser.comeBack(world.issuer.refuse(await browser.begin(), error));
      browser.setHint('h1');
      await browser.comeBack(world.issuer.refuse(await departSilently(), error));
      assert.deepEqual(
        world.logged.map(({ event, details }) => [event, details['error']]),
        [
          ['sign-in.failed', logged],
          ['sign-in.failed', logged],
        ],
      );
    });
  }

  it('never logs a code, token, state or name', async () => {
    const secrets: string[] = [];
    for (const signature of ['none', 'another key'] as const) {
      const callback = world.issuer.vouch(await browser.begin(), { sub: 'alice', signature });
      const { searchParams } = new URL(callback);
      secrets.push(searchParams.get('code') ?? '', searchParams.get('state') ?? '', 'alice');
      await browser.comeBack(callback);
    }
    const text = JSON.stringify(world.logged);
    assert.ok(world.logged.length > 0);
    for (const secret of secrets) assert.ok(secret !== '' && !text.includes(secret));
  });
});
