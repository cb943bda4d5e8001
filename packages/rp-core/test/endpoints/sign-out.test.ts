import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { ApplicationWorld, Browser, locationOf } from '../support/application-world.ts';

describe('POST sign-out', () => {
  let world: ApplicationWorld;
  let browser: Browser;
  let csrf: string;
  beforeEach(async () => {
    world = await ApplicationWorld.open();
    browser = world.browser();
    browser.setHint('h1');
    await browser.signIn({ sub: 'alice', sid: 's1', hint: 'h1' });
    csrf = (await browser.page()).csrf ?? '';
    assert.notEqual(csrf, '');
  });
  afterEach(() => world.close());
  const isSignedOut = async (): Promise<void> => {
    assert.deepEqual(world.sessions.all(), []);
    assert.equal(browser.cookie('app-session'), undefined);
    assert.equal(browser.cookie('app-here'), undefined);
    assert.equal((await browser.page()).userId, null);
  };
  const isStillSignedIn = async (): Promise<void> => {
    assert.equal((await browser.page()).userId, world.session().localUserId);
  };

  it('ends the session and goes on to the issuer, with the ID token of this session', async () => {
    const url = new URL(locationOf(await browser.post('/latchkey/sign-out', { csrf })));
    assert.equal(`${url.origin}${url.pathname}`, `${world.issuer.issuer}/end-session`);
    assert.match(url.searchParams.get('id_token_hint') ?? '', /^eyJ/);
    assert.equal(url.searchParams.get('post_logout_redirect_uri'), world.url('/latchkey/signed-out'));
    await isSignedOut();
  });

  it('ends the session here alone with where=here', async () => {
    assert.equal(locationOf(await browser.post('/latchkey/sign-out', { csrf, where: 'here' })), '/');
    await isSignedOut();
  });

  it('is not undone: the hint causes no trip, for as long as it is there', async () => {
    await browser.post('/latchkey/sign-out', { csrf, where: 'here' });
    for (const days of [0, 1, 30, 300]) {
      world.pass(days * 24 * 3600);
      assert.equal((await browser.get('/page')).status, 200, `${days} days later`);
    }
  });

  it("is not undone by another sign-in application putting the session's own hint back", async () => {
    browser.setHint(undefined);
    await browser.post('/latchkey/sign-out', { csrf, where: 'here' });
    browser.setHint('h1');
    assert.equal((await browser.get('/page')).status, 200);
  });

  describe('here alone', () => {
    /** What follows is later: it is not refused for its age alone. */
    const signOutHere = async (who = browser, token = csrf): Promise<Response> => {
      const response = await who.post('/latchkey/sign-out', { csrf: token, where: 'here' });
      world.pass(5);
      return response;
    };
    const depart = async (): Promise<string> => {
      const address = locationOf(await browser.get('/page'));
      assert.equal(new URL(address).searchParams.get('prompt'), 'none');
      return address;
    };
    const alice = { sub: 'alice', sid: 's1', hint: 'h1' };
    const onlyByClick = async (): Promise<boolean> => {
      const headers = { cookie: browser.agent.cookieHeader(world.origin) ?? '' };
      const visit = await world.relyingParty.recognise(new Request(world.url('/page'), { headers }));
      assert.equal(visit.kind, 'page');
      return visit.kind === 'page' && visit.onlyByClick;
    };

    it('is not undone by a forged hint: the trip that it causes signs nobody in, and happens once', async () => {
      await signOutHere();
      browser.setHint('forged');
      assert.equal(locationOf(await browser.comeBack(world.issuer.vouch(await depart(), alice))), '/page');
      await isSignedOut();
    });

    it('is not undone by a forged hint beside the own one', async () => {
      await signOutHere();
      browser.agent.setCookie(world.origin, 'latchkey-hint', 'forged', '/page');
      await browser.comeBack(world.issuer.vouch(await depart(), alice));
      await isSignedOut();
    });

    it('is not undone where the issuer names the session only, and never a hint', async () => {
      const other = world.browser();
      await other.signIn({ sub: 'berta', sid: 's5' });
      await signOutHere(other, (await other.page()).csrf ?? '');
      other.setHint('forged');
      await other.comeBack(world.issuer.vouch(locationOf(await other.get('/page')), { sub: 'berta', sid: 's5' }));
      assert.equal((await other.page()).userId, null);
    });

    it('is not undone where the issuer names neither session nor hint', async () => {
      const other = world.browser();
      await other.signIn({ sub: 'berta' });
      await signOutHere(other, (await other.page()).csrf ?? '');
      other.setHint('forged');
      await other.comeBack(world.issuer.vouch(locationOf(await other.get('/page')), { sub: 'berta' }));
      assert.equal((await other.page()).userId, null);
    });

    it('is not undone where this browser never showed the hint that the issuer named', async () => {
      const other = world.browser();
      await other.signIn({ sub: 'berta', sid: 's5', hint: 'h5' });
      await signOutHere(other, (await other.page()).csrf ?? '');
      for (const hint of ['forged', 'h5']) {
        other.setHint(hint);
        const address = locationOf(await other.get('/page'));
        await other.comeBack(world.issuer.vouch(address, { sub: 'berta', sid: 's5', hint: 'h5' }));
        assert.equal((await other.page()).userId, null, hint);
      }
    });

    it('is not undone by twelve forged hints, one after the other, that would push it off a list', async () => {
      await signOutHere();
      for (let index = 0; index < 12; index++) {
        browser.setHint(`forged${index}`);
        await browser.comeBack(world.issuer.refuse(await depart(), 'login_required'));
        world.pass(110);
      }
      browser.setHint('h1');
      await isSignedOut();
      browser.setHint('forged99');
      await browser.comeBack(world.issuer.vouch(await depart(), alice));
      await isSignedOut();
    });

    it('is not undone by twelve forged hints that were there at once, before and after it', async () => {
      let tossed = '';
      const victim = new Browser(world, (request) => {
        const headers = new Headers(request.headers);
        headers.set('cookie', `${tossed}${headers.get('cookie') ?? ''}`);
        return world.answer(new Request(request, { headers }));
      });
      const forge = (word: string): string =>
        Array.from({ length: 12 }, (_, index) => `latchkey-hint=${word}${index}; `).join('');
      victim.setHint('h5');
      await victim.signIn({ sub: 'berta', sid: 's5', hint: 'h5' });
      const token = (await victim.page()).csrf ?? '';
      tossed = forge('before');
      await victim.post('/latchkey/sign-out', { csrf: token, where: 'here' });
      world.pass(5);
      tossed = forge('after');
      victim.setHint(undefined);
      const address = locationOf(await victim.get('/page'));
      await victim.comeBack(world.issuer.vouch(address, { sub: 'berta', sid: 's5', hint: 'h5' }));
      assert.equal((await victim.page()).userId, null);
      tossed = '';
      victim.setHint('h5');
      assert.equal((await victim.page()).userId, null, 'the own hint causes no trip');
    });

    it('is not undone by a silent trip that began before it and comes back after it', async () => {
      browser.setHint('h2');
      const address = await depart();
      await signOutHere();
      const callback = world.issuer.vouch(address, { sub: 'alice', sid: 's2', hint: 'h2' });
      assert.equal(locationOf(await browser.comeBack(callback)), '/page');
      await isSignedOut();
    });

    it('is not undone by such a trip that another person comes out of, or the hidden frame', async () => {
      browser.setHint('h2');
      const frame = { 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' };
      const [address, framed] = [await depart(), locationOf(await browser.get('/latchkey/start?frame=1', frame))];
      await signOutHere();
      await browser.comeBack(world.issuer.vouch(address, { sub: 'berta', sid: 's3', hint: 'h2' }));
      const response = await browser.comeBack(world.issuer.vouch(framed, alice), frame);
      assert.match(await response.text(), /signedIn&quot;:false/);
      await isSignedOut();
    });

    it('stays over after a click, though a trip from before it comes back then', async () => {
      browser.setHint('h2');
      const [known, unknown] = [await depart(), await depart()];
      await signOutHere();
      browser.setHint('h1');
      await browser.signIn({ sub: 'alice', sid: 's1', hint: 'h1' });
      const { idHash } = world.session();
      await browser.comeBack(world.issuer.vouch(known, { sub: 'berta', sid: 's3', hint: 'h2' }));
      assert.equal(world.session().idHash, idHash);
      await isStillSignedIn();
      await browser.comeBack(world.issuer.refuse(unknown, 'server_error'));
      await isStillSignedIn();
    });

    it('is over once the hint is another one, of another session at the issuer', async () => {
      await signOutHere();
      browser.setHint('h2');
      await browser.comeBack(world.issuer.vouch(await depart(), { sub: 'alice', sid: 's2', hint: 'h2' }));
      await isStillSignedIn();
      await world.sessions.delete(world.session().idHash);
      browser.setHint(undefined);
      assert.equal(await onlyByClick(), false);
    });

    it('makes pages ask for a click, whether the hint is there or not, until there is one', async () => {
      await signOutHere();
      assert.equal(await onlyByClick(), true);
      browser.setHint(undefined);
      assert.equal(await onlyByClick(), true);
      await browser.signIn({ sub: 'alice', sid: 's1', hint: 'h1' });
      await world.sessions.delete(world.session().idHash);
      assert.equal(await onlyByClick(), false);
    });

    it('makes pages ask for no click where the issuer was told: it asks for the password', async () => {
      browser.setHint(undefined);
      locationOf(await browser.post('/latchkey/sign-out', { csrf }));
      assert.equal(await onlyByClick(), false);
    });

    it('makes pages ask for a click where the issuer was to be told, and does not answer', async () => {
      world.issuer.instead.discovery = { status: 503 };
      world.issuer.instead.profile = { status: 503 };
      world.pass(301);
      await browser.page();
      assert.equal((await browser.post('/latchkey/sign-out', { csrf })).status, 200);
      browser.setHint(undefined);
      assert.equal(await onlyByClick(), true);
    });

    it('is remembered, and asks for a click, though the session was gone before', async () => {
      browser.setHint(undefined);
      await world.sessions.delete(world.session().idHash);
      const response = await browser.post('/latchkey/sign-out', { csrf, where: 'here' });
      const [line = ''] = response.headers.getSetCookie().filter((one) => one.startsWith('app-silent='));
      assert.ok(Number(/Max-Age=(\d+)/.exec(line)?.[1]) > 300 * 24 * 3600, line);
      const headers = { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document', 'sec-fetch-site': 'cross-site' };
      assert.equal((await browser.get('/latchkey/start?to=%2F', headers)).status, 200);
    });
  });

  it('is over once the person signs in by a click', async () => {
    await browser.post('/latchkey/sign-out', { csrf, where: 'here' });
    await browser.signIn({ sub: 'alice', sid: 's1', hint: 'h1' });
    await isStillSignedIn();
    // As if the application alone had lost the session: the hint is good for a trip again.
    await world.sessions.delete(world.session().idHash);
    assert.equal((await browser.get('/page')).status, 303);
  });

  for (const [what, fields] of [
    ['without csrf', {}],
    ['with an empty csrf', { csrf: '' }],
    ['with a csrf that is none', { csrf: 'A'.repeat(43) }],
    ['with half a csrf', () => ({ csrf: csrf.slice(0, 20) })],
  ] as const) {
    it(`changes nothing ${what}`, async () => {
      const response = await browser.post('/latchkey/sign-out', typeof fields === 'function' ? fields() : fields);
      assert.equal(response.status, 403);
      assert.deepEqual(response.headers.getSetCookie(), []);
      await isStillSignedIn();
    });
  }

  it("changes nothing with the csrf of another person's session", async () => {
    const other = world.browser();
    await other.signIn({ sub: 'berta', sid: 's9' });
    const theirs = (await other.page()).csrf ?? '';
    assert.equal((await browser.post('/latchkey/sign-out', { csrf: theirs })).status, 403);
    assert.equal(world.sessions.all().length, 2);
  });

  it("changes nothing with the csrf of the person's session before", async () => {
    await browser.signIn({ sub: 'alice', sid: 's2', hint: 'h1' });
    assert.equal((await browser.post('/latchkey/sign-out', { csrf })).status, 403);
  });

  it('takes no cookie away when a form of another site brings none', async () => {
    const response = await world.browser().post('/latchkey/sign-out', { csrf: 'any' });
    assert.equal(locationOf(response), '/');
    assert.deepEqual(response.headers.getSetCookie(), []);
  });

  it('stays, and clears the cookies, when the session was gone before', async () => {
    await world.sessions.delete(world.session().idHash);
    assert.equal(locationOf(await browser.post('/latchkey/sign-out', { csrf })), '/');
    await isSignedOut();
  });

  it('says that the issuer does not answer, and is signed out here all the same', async () => {
    await world.issuer.close();
    // What was learnt by signing in counts for a minute; then the issuer is asked whether it is there.
    world.issuer.instead.discovery = 'cut';
    world.pass(301);
    await browser.page();
    const response = await browser.post('/latchkey/sign-out', { csrf });
    assert.equal(response.status, 200);
    assert.match(await response.text(), /You are signed out here/);
    await isSignedOut();
  });

  it('goes to the start page where the issuer has no end-session endpoint', async () => {
    const other = await ApplicationWorld.open();
    other.issuer.metadata = { end_session_endpoint: undefined };
    const there = other.browser();
    await there.signIn({ sub: 'alice' });
    const token = (await there.page()).csrf ?? '';
    assert.equal(locationOf(await there.post('/latchkey/sign-out', { csrf: token })), '/');
    assert.deepEqual(other.sessions.all(), []);
    await other.close();
  });

  it('signs out, and lets the issuer ask, when the tokens of the session do not open any more', async () => {
    await world.sessions.update(world.session().idHash, { sealedTokens: 'sealed-elsewhere' });
    const url = new URL(locationOf(await browser.post('/latchkey/sign-out', { csrf })));
    assert.equal(url.pathname, '/end-session');
    assert.equal(url.searchParams.get('id_token_hint'), null);
    await isSignedOut();
  });
});
