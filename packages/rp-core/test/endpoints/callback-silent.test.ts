import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { ApplicationWorld, locationOf, type Browser } from '../support/application-world.ts';
import { navigation } from '../support/user-agent.ts';

describe('a silent trip', () => {
  let world: ApplicationWorld;
  let browser: Browser;
  beforeEach(async () => {
    world = await ApplicationWorld.open();
    browser = world.browser();
  });
  afterEach(() => world.close());

  const depart = async (to = '/page?one=1'): Promise<string> => {
    const address = locationOf(await browser.get(to));
    assert.equal(new URL(address).searchParams.get('prompt'), 'none');
    return address;
  };
  /** The issuer is away, and what was learnt of it before no longer counts. */
  const noLongerReached = async (): Promise<void> => {
    world.issuer.instead.discovery = { status: 503 };
    world.issuer.instead.profile = { status: 503 };
    const other = world.browser();
    await other.signIn({ sub: 'berta' });
    for (const session of world.sessions.all())
      if (session.sub === 'berta') await world.sessions.delete(session.idHash);
  };
  /** Whether a page visit is sent off now. */
  const isSentOff = async (): Promise<boolean> => (await browser.get('/page')).status === 303;

  describe('without a session here', () => {
    it('signs in whom the issuer knows, on the page that was asked for', async () => {
      browser.setHint('h1');
      const response = await browser.comeBack(world.issuer.vouch(await depart(), { sub: 'alice', hint: 'h1' }));
      assert.equal(locationOf(response), '/page?one=1');
      assert.equal((await browser.page()).userId, world.session().localUserId);
      assert.equal(await isSentOff(), false);
    });

    it('happens to nobody without a hint', async () => {
      assert.equal(await isSentOff(), false);
    });

    it('happens once under a hint for which the issuer knows nobody, for ten minutes', async () => {
      browser.setHint('h1');
      const response = await browser.comeBack(world.issuer.refuse(await depart(), 'login_required'));
      assert.equal(locationOf(response), '/page?one=1');
      assert.equal(await isSentOff(), false);
      world.pass(590);
      assert.equal(await isSentOff(), false);
      world.pass(11);
      assert.equal(await isSentOff(), true);
    });

    it('happens again under another hint', async () => {
      browser.setHint('h1');
      await browser.comeBack(world.issuer.refuse(await depart(), 'login_required'));
      browser.setHint('h2');
      assert.equal(await isSentOff(), true);
    });

    it('notes the hint at departure, not the one at return', async () => {
      browser.setHint('h1');
      const address = await depart();
      browser.setHint('h2');
      await browser.comeBack(world.issuer.refuse(address, 'login_required'));
      assert.equal(await isSentOff(), true, 'h2 was never tried');
      browser.setHint('h1');
      assert.equal(await isSentOff(), false);
    });

    it('notes nothing at departure: one that never comes back is tried again', async () => {
      browser.setHint('h1');
      await depart();
      assert.equal(await isSentOff(), true);
    });

    it('happens six times in ten minutes at most, under whatever hints', async () => {
      for (let trip = 0; trip < 6; trip++) {
        browser.setHint(`h${trip}`);
        await browser.comeBack(world.issuer.refuse(await depart(), 'login_required'));
      }
      for (let view = 0; view < 3; view++) {
        browser.setHint(`another${view}`);
        assert.equal(await isSentOff(), false);
      }
      world.pass(601);
      assert.equal(await isSentOff(), true);
    });

    it('gives way to five sign-ins that are under way, and takes none of their ways back', async () => {
      browser.setHint('h1');
      const callbacks: string[] = [];
      for (let tab = 0; tab < 5; tab++) {
        callbacks.push(world.issuer.vouch(await browser.begin(`/${tab}`), { sub: 'alice', hint: 'h1' }));
      }
      assert.equal((await browser.page('/page')).userId, null);
      for (const [tab, callback] of callbacks.entries()) {
        assert.equal(locationOf(await browser.comeBack(callback)), `/${tab}`);
      }
    });

    it('happens again once those have waited too long', async () => {
      browser.setHint('h1');
      for (let tab = 0; tab < 5; tab++) await browser.begin();
      world.pass(720);
      assert.equal(await isSentOff(), true);
    });

    for (const error of ['interaction_required', 'consent_required', 'account_selection_required']) {
      it(`counts as tried after ${error}`, async () => {
        browser.setHint('h1');
        await browser.comeBack(world.issuer.refuse(await depart(), error));
        world.pass(590);
        assert.equal(await isSentOff(), false);
      });
    }

    it('counts as tried for a minute after a fault of the issuer', async () => {
      browser.setHint('h1');
      const response = await browser.comeBack(world.issuer.refuse(await depart(), 'server_error'));
      assert.equal(locationOf(response), '/page?one=1');
      assert.equal(await isSentOff(), false);
      world.pass(61);
      assert.equal(await isSentOff(), true);
      assert.deepEqual(world.events(), ['sign-in.failed']);
    });

    it('leaves the page readable when the code cannot be exchanged', async () => {
      browser.setHint('h1');
      const callback = world.issuer.vouch(await depart(), { sub: 'alice' });
      world.issuer.instead.token = { status: 500 };
      assert.equal(locationOf(await browser.comeBack(callback)), '/page?one=1');
      assert.equal((await browser.page('/page?one=1')).userId, null);
    });

    it("holds the hints at departure that are not the answer's for foreign", async () => {
      browser.setHint('forged');
      await browser.comeBack(world.issuer.vouch(await depart(), { sub: 'alice', hint: 'h1' }));
      assert.deepEqual(world.session().foreignHints, ['forged']);
      browser.setHint('forged');
      assert.equal(await isSentOff(), false);
    });

    it('takes nobody for signed in whose session here ended during it', async () => {
      browser.setHint('h1');
      await browser.signIn({ sub: 'alice', sid: 's1', hint: 'h1' });
      browser.setHint('h2');
      const callback = world.issuer.vouch(await depart(), { sub: 'alice', sid: 's1', hint: 'h2' });
      world.issuer.onExchanged = () => world.sessions.delete(world.session().idHash);
      assert.equal(locationOf(await browser.comeBack(callback)), '/page?one=1');
      assert.deepEqual(world.sessions.all(), []);
      assert.equal(browser.cookie('app-session'), undefined);
      assert.equal((await browser.page()).userId, null, 'and is not sent off again');
    });

    it("leaves the page anonymous when the issuer's session ended meanwhile", async () => {
      browser.setHint('h1');
      world.issuer.onExchanged = async () => {
        await world.sessions.end({ issuer: world.issuer.issuer, sid: 's1', sub: 'alice' }, new Date());
      };
      const callback = world.issuer.vouch(await depart(), { sub: 'alice', sid: 's1', hint: 'h1' });
      assert.equal(locationOf(await browser.comeBack(callback)), '/page?one=1');
      assert.equal((await browser.page()).userId, null);
      assert.deepEqual(world.sessions.all(), []);
    });
  });

  describe('with a session here', () => {
    beforeEach(async () => {
      browser.setHint('h1');
      await browser.signIn({ sub: 'alice', sid: 's1', hint: 'h1' });
    });

    it("does not happen while the hint is the session's", async () => {
      assert.equal(await isSentOff(), false);
    });

    it('switches to another person', async () => {
      const before = world.session().idHash;
      browser.setHint('h2');
      await browser.comeBack(world.issuer.vouch(await depart(), { sub: 'berta', sid: 's2', hint: 'h2' }));
      assert.deepEqual([world.session().sub, world.session().hint], ['berta', 'h2']);
      assert.notEqual(world.session().idHash, before);
      assert.equal(await isSentOff(), false);
    });

    it('keeps the session of the same person and takes over the new hint', async () => {
      const { idHash } = world.session();
      browser.setHint('h2');
      await browser.comeBack(world.issuer.vouch(await depart(), { sub: 'alice', sid: 's1', hint: 'h2' }));
      assert.deepEqual([world.session().idHash, world.session().hint], [idHash, 'h2']);
    });

    it('goes once under a forged hint, and keeps the session', async () => {
      const { idHash } = world.session();
      browser.setHint('forged');
      await browser.comeBack(world.issuer.vouch(await depart(), { sub: 'alice', sid: 's1', hint: 'h1' }));
      assert.deepEqual([world.session().idHash, world.session().foreignHints], [idHash, ['forged']]);
      assert.equal(await isSentOff(), false);
    });

    it('ends the session when the issuer says login_required', async () => {
      browser.setHint('h2');
      const response = await browser.comeBack(world.issuer.refuse(await depart(), 'login_required'));
      assert.equal(locationOf(response), '/page?one=1');
      assert.deepEqual(world.sessions.all(), []);
      assert.equal(browser.cookie('app-session'), undefined);
      assert.equal(browser.cookie('app-here'), undefined);
      assert.equal(await isSentOff(), false);
    });

    it('keeps the session after consent_required, and proves it at its next use', async () => {
      browser.setHint('h2');
      const asked = world.issuer.askedFor('profile');
      await browser.comeBack(world.issuer.refuse(await depart(), 'consent_required'));
      assert.equal(world.session().distrusted, true);
      assert.equal((await browser.page()).userId, world.session().localUserId);
      assert.equal(world.issuer.askedFor('profile'), asked + 1);
      assert.equal(world.session().distrusted, false);
    });

    it('ends the session after consent_required when its bearer is refused then', async () => {
      browser.setHint('h2');
      await browser.comeBack(world.issuer.refuse(await depart(), 'consent_required'));
      world.issuer.endBearersOf('alice');
      assert.equal((await browser.page()).userId, null);
      assert.deepEqual(world.sessions.all(), []);
    });

    it('keeps the session after a fault of the issuer, and does not begin again at once', async () => {
      browser.setHint('h2');
      await browser.comeBack(world.issuer.refuse(await depart(), 'temporarily_unavailable'));
      assert.equal(await isSentOff(), false);
      assert.equal((await browser.page()).userId, world.session().localUserId);
      world.pass(61);
      assert.equal(await isSentOff(), true);
    });

    it('keeps the session when the answer is for somebody whose profile cannot be read', async () => {
      world.issuer.people.set('berta', { sub: 'somebody-else' });
      browser.setHint('h2');
      const callback = world.issuer.vouch(await depart(), { sub: 'berta', sid: 's2', hint: 'h2' });
      assert.equal(locationOf(await browser.comeBack(callback)), '/page?one=1');
      assert.equal(world.session().sub, 'alice');
      assert.equal(await isSentOff(), false, 'does not begin again at once');
    });
  });

  describe('that comes back to a session that is younger than it', () => {
    /** Alice signs in by a click while a trip is under way; her session begins after its departure. */
    const signInMeanwhile = async (): Promise<string> => {
      browser.setHint('h1');
      await browser.signIn({ sub: 'berta', sid: 's0', hint: 'h1' });
      browser.setHint('old');
      const address = await depart();
      browser.setHint('h2');
      const claims = { iat: Math.floor(Date.now() / 1000) + 5 };
      await browser.signIn({ sub: 'alice', sid: 's2', hint: 'h2', claims });
      return address;
    };
    const isDoubtedOnly = async (response: Response): Promise<void> => {
      assert.equal(locationOf(response), '/page?one=1');
      assert.deepEqual([world.session().sub, world.session().distrusted], ['alice', true]);
      assert.equal((await browser.page()).userId, world.session().localUserId);
      assert.equal(world.session().distrusted, false, 'the heartbeat had the last word');
    };

    it('does not end it by login_required, which is older news', async () => {
      const address = await signInMeanwhile();
      await isDoubtedOnly(await browser.comeBack(world.issuer.refuse(address, 'login_required')));
    });

    it('puts nobody in its place who was signed in then', async () => {
      const address = await signInMeanwhile();
      const callback = world.issuer.vouch(address, { sub: 'berta', sid: 's0', hint: 'old' });
      await isDoubtedOnly(await browser.comeBack(callback));
    });

    it('does not end it because the bearer of then is refused', async () => {
      const address = await signInMeanwhile();
      const callback = world.issuer.vouch(address, { sub: 'berta', sid: 's0', hint: 'old' });
      world.issuer.onExchanged = () => world.issuer.endBearersOf('berta');
      await isDoubtedOnly(await browser.comeBack(callback));
    });

    it('lets it be ended by the heartbeat that follows', async () => {
      const address = await signInMeanwhile();
      await browser.comeBack(world.issuer.refuse(address, 'login_required'));
      world.issuer.endBearersOf('alice');
      assert.equal((await browser.page()).userId, null);
      assert.deepEqual(world.sessions.all(), []);
    });
  });

  describe('for a bearer that is spent', () => {
    beforeEach(async () => {
      await browser.signIn({ sub: 'alice', accessTokenSeconds: 3600 });
      world.pass(3700);
    });

    it('brings a new one', async () => {
      const { idHash } = world.session();
      await browser.comeBack(world.issuer.vouch(await depart(), { sub: 'alice', accessTokenSeconds: 9999 }));
      assert.equal(world.session().idHash, idHash);
      assert.equal(await isSentOff(), false);
    });

    it('ends the session when the issuer wants to ask the person something: nothing proves it any more', async () => {
      await browser.comeBack(world.issuer.refuse(await depart(), 'consent_required'));
      assert.deepEqual(world.sessions.all(), []);
      assert.equal(await isSentOff(), false);
    });

    const whoPosts = async (): Promise<unknown> => {
      const response = await browser.post('/page', {});
      assert.equal(response.status, 200);
      return ((await response.json()) as { readonly userId: unknown }).userId;
    };
    const isKept = (): void => {
      assert.equal(world.sessions.all().length, 1);
      assert.ok(browser.cookie('app-session'));
      assert.ok(browser.cookie('app-here'));
    };
    /** As a page visit does when it is let: through the issuer, and back with a new bearer. */
    const isRenewed = async (): Promise<void> => {
      const { idHash } = world.session();
      await browser.comeBack(world.issuer.vouch(await depart(), { sub: 'alice', accessTokenSeconds: 99_999 }));
      assert.equal(world.session().idHash, idHash);
      assert.equal(await whoPosts(), world.session().localUserId);
    };

    it('keeps the session after a fault, asks nothing with the spent bearer, and does not begin again at once', async () => {
      world.issuer.endBearersOf('alice');
      const asked = world.issuer.askedFor('profile');
      await browser.comeBack(world.issuer.refuse(await depart(), 'server_error'));
      assert.equal(await isSentOff(), false);
      assert.equal((await browser.page()).userId, null, 'nothing proves it, and the trip raised a doubt');
      assert.equal(world.issuer.askedFor('profile'), asked);
      isKept();
      world.pass(61);
      await isRenewed();
    });

    it('is not needed by a form within five minutes', async () => {
      world.issuer.endBearersOf('alice');
      world.pass(190);
      assert.equal(await whoPosts(), world.session().localUserId);
    });

    it('would be needed by a form after five minutes: it is taken for nobody, until a page visit renews the bearer', async () => {
      const asked = world.issuer.askedFor('profile');
      world.pass(210);
      assert.equal(await whoPosts(), null);
      assert.equal(world.issuer.askedFor('profile'), asked, 'nothing is asked with the spent bearer');
      isKept();
      await isRenewed();
    });

    it('would be needed by a form at once when something changed for the person', async () => {
      await world.sessions.distrust(world.issuer.issuer, 'alice');
      assert.equal(await whoPosts(), null);
      isKept();
      await isRenewed();
    });

    it('would be needed by a form at once under a hint that is not of the session', async () => {
      browser.setHint('h2');
      assert.equal(await whoPosts(), null);
      isKept();
    });

    it('is waited for as long as the issuer is away, twelve hours at most', async () => {
      await world.sessions.distrust(world.issuer.issuer, 'alice');
      const { localUserId } = world.session();
      world.pass(12 * 3600 - 3700 - 10);
      await noLongerReached();
      for (const who of [await whoPosts(), (await browser.page()).userId]) assert.equal(who, localUserId);
      world.pass(11);
      for (const who of [await whoPosts(), (await browser.page()).userId]) assert.equal(who, null);
      isKept();
    });
  });

  describe('in the hidden frame', () => {
    const frame = { 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' };
    const chromeOf = async (response: Response): Promise<unknown> => {
      assert.equal(response.status, 200);
      assert.equal(response.headers.get('x-frame-options'), 'SAMEORIGIN');
      assert.match(response.headers.get('content-security-policy') ?? '', /frame-ancestors 'self'/);
      assert.match(response.headers.get('cache-control') ?? '', /no-store/);
      const attribute = /data-latchkey-chrome="([^"]*)"/.exec(await response.text())?.[1] ?? '';
      return JSON.parse(attribute.replaceAll('&quot;', '"').replaceAll('&amp;', '&'));
    };

    it('brings who is signed in', async () => {
      browser.setHint('h1');
      const address = locationOf(await browser.get('/latchkey/start?frame=1', frame));
      assert.equal(new URL(address).searchParams.get('prompt'), 'none');
      const back = await browser.comeBack(world.issuer.vouch(address, { sub: 'alice', hint: 'h1' }), frame);
      const { csrf, ...chrome } = (await chromeOf(back)) as { readonly csrf: string };
      assert.deepEqual(chrome, { signedIn: true, name: 'Alice', username: 'alice' });
      assert.equal(world.takesForm(csrf), true);
    });

    it('brings that nobody is', async () => {
      browser.setHint('h1');
      const address = locationOf(await browser.get('/latchkey/start?frame=1', frame));
      const back = await browser.comeBack(world.issuer.refuse(address, 'login_required'), frame);
      assert.deepEqual(await chromeOf(back), { signedIn: false });
    });

    it('answers at once where there is nothing to ask', async () => {
      assert.deepEqual(await chromeOf(await browser.get('/latchkey/start?frame=1', frame)), { signedIn: false });
    });

    it('goes through a service worker too, which makes its destination empty', async () => {
      browser.setHint('h1');
      const response = await browser.get('/latchkey/start?frame=1', { ...frame, 'sec-fetch-dest': 'empty' });
      assert.equal(response.status, 303);
    });

    it('shows a name as text, whatever it is', async () => {
      browser.setHint('h1');
      world.issuer.people.set('alice', { name: '"><script>alert(1)</script>', preferred_username: 'alice' });
      const address = locationOf(await browser.get('/latchkey/start?frame=1', frame));
      const back = await browser.comeBack(world.issuer.vouch(address, { sub: 'alice', hint: 'h1' }), frame);
      assert.doesNotMatch(await back.text(), /<script/);
    });

    for (const [what, headers] of [
      ['a page of another site', { ...frame, 'sec-fetch-site': 'cross-site' }],
      ['a page of a sibling host', { ...frame, 'sec-fetch-site': 'same-site' }],
      ['a person who opens it', { ...navigation, 'sec-fetch-site': 'none' }],
      ['a picture or script of a page', { ...frame, 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' }],
    ] as const) {
      it(`is not for ${what}`, async () => {
        browser.setHint('h1');
        const response = await browser.get('/latchkey/start?frame=1', headers);
        assert.equal(response.status, 400);
        assert.equal(response.headers.get('x-frame-options'), 'DENY');
      });
    }
  });
});
