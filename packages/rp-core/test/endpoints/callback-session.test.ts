import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { tokenHash } from '../../src/secrets/token-hash.ts';
import { ApplicationWorld, locationOf, type Browser } from '../support/application-world.ts';

describe('the local session after a sign-in', () => {
  let world: ApplicationWorld;
  let browser: Browser;
  beforeEach(async () => {
    world = await ApplicationWorld.open();
    browser = world.browser();
  });
  afterEach(() => world.close());
  const present = (): string | undefined => browser.cookie('app-session');

  it('has an id that nobody knew before, whatever cookie the browser came with', async () => {
    browser.agent.setCookie(world.origin, 'app-session', 'known-to-somebody-else');
    await browser.signIn({ sub: 'alice', sid: 's1' });
    assert.notEqual(present(), 'known-to-somebody-else');
    assert.equal(tokenHash(present() ?? ''), world.session().idHash);
  });

  it('is kept, with its forms, for the same person in the same session of the issuer', async () => {
    await browser.signIn({ sub: 'alice', sid: 's1' });
    const { csrf } = await browser.page();
    const before = present();
    const response = await browser.signIn({ sub: 'alice', sid: 's1' });
    assert.equal(present(), before);
    assert.equal(world.takesForm(csrf), true);
    assert.ok(!response.headers.getSetCookie().some((line) => line.startsWith('app-session=')));
    assert.equal(world.sessions.all().length, 1);
  });

  it('is another one for the same person in another session of the issuer', async () => {
    await browser.signIn({ sub: 'alice', sid: 's1' });
    const before = present();
    await browser.signIn({ sub: 'alice', sid: 's2' });
    assert.notEqual(present(), before);
    assert.deepEqual([world.session().sid, world.session().sub], ['s2', 'alice']);
  });

  it('is another one where the issuer names no session and the person began anew', async () => {
    await browser.signIn({ sub: 'alice' });
    const before = present();
    await browser.signIn({ sub: 'alice' });
    assert.notEqual(present(), before);
    assert.equal(world.sessions.all().length, 1);
  });

  it('is another one for another person, even with the same sid', async () => {
    await browser.signIn({ sub: 'alice', sid: 's1' });
    const before = present();
    await browser.signIn({ sub: 'berta', sid: 's1' });
    assert.notEqual(present(), before);
    assert.deepEqual([world.session().sub, world.users.user(world.session().localUserId).username], ['berta', 'berta']);
  });

  describe('answers for the hint', () => {
    it('that the issuer named, where the browser shows it here', async () => {
      browser.setHint('h1');
      browser.agent.setCookie(world.origin, 'latchkey-hint', 'forged', '/latchkey');
      await browser.signIn({ sub: 'alice', sid: 's1', hint: 'h1' });
      assert.equal(world.session().hint, 'h1');
    });

    it('of nobody where the browser shows none: it would be missed at every page', async () => {
      await browser.signIn({ sub: 'alice', sid: 's1', hint: 'h1' });
      assert.equal(world.session().hint, undefined);
      const asked = world.issuer.askedFor('profile');
      for (let view = 0; view < 3; view++) assert.ok((await browser.page()).userId);
      assert.equal(world.issuer.askedFor('profile'), asked);
      world.pass(301);
      await browser.page();
      assert.equal(world.issuer.askedFor('profile'), asked + 1, 'and by the proof it is proved as ever');
    });

    it('of nobody where the browser shows another one only', async () => {
      browser.setHint('forged');
      await browser.signIn({ sub: 'alice', sid: 's1', hint: 'h1' });
      assert.deepEqual([world.session().hint, world.session().foreignHints], [undefined, ['forged']]);
    });

    it('once it is shown, by one trip', async () => {
      await browser.signIn({ sub: 'alice', sid: 's1', hint: 'h1' });
      const { idHash } = world.session();
      browser.setHint('h1');
      const address = locationOf(await browser.get('/page'));
      await browser.comeBack(world.issuer.vouch(address, { sub: 'alice', sid: 's1', hint: 'h1' }));
      assert.deepEqual([world.session().idHash, world.session().hint], [idHash, 'h1']);
      assert.ok((await browser.page()).userId);
    });
  });

  it('does not forget a change that is told between its reading and its going on', async () => {
    await browser.signIn({ sub: 'alice', sid: 's1' });
    world.issuer.onExchanged = () => world.sessions.distrust(world.issuer.issuer, 'alice');
    await browser.signIn({ sub: 'alice', sid: 's1' });
    assert.equal(world.session().distrusted, true);
    world.issuer.onExchanged = undefined;
    await browser.signIn({ sub: 'alice', sid: 's1' });
    assert.equal(world.session().distrusted, false, 'one that was there before is answered');
  });

  it('gets a new bearer when it is kept', async () => {
    await browser.signIn({ sub: 'alice', sid: 's1' });
    const before = world.session().sealedTokens;
    await browser.signIn({ sub: 'alice', sid: 's1' });
    assert.notEqual(world.session().sealedTokens, before);
  });

  it("ends at the issuer's end where that is sooner than its own", async () => {
    const inAnHour = Math.floor(Date.now() / 1000) + 3600;
    await browser.signIn({ sub: 'alice', claims: { session_expires_at: inAnHour } });
    assert.equal(world.session().expiresAt.getTime(), inAnHour * 1000);
    world.pass(3601);
    assert.equal((await browser.page()).userId, null);
    assert.equal(present(), undefined);
    assert.deepEqual(world.sessions.all(), []);
  });

  it('does not begin when the issuer says that it is over already', async () => {
    const passed = Math.floor(Date.now() / 1000) - 1;
    const response = await browser.signIn({ sub: 'alice', claims: { session_expires_at: passed } });
    assert.equal(response.status, 403);
    assert.equal(present(), undefined);
  });

  it('keeps nothing that a copy of the store could be used with', async () => {
    await browser.signIn({ sub: 'alice', sid: 's1' });
    const stored = JSON.stringify(world.sessions.all());
    assert.ok(present());
    assert.ok(!stored.includes(present() ?? ''));
    assert.doesNotMatch(stored, /eyJ/, 'no ID token');
  });

  describe('when the issuer ended its session meanwhile', () => {
    it('does not begin: the news came first', async () => {
      world.issuer.onExchanged = async () => {
        await world.sessions.end({ issuer: world.issuer.issuer, sid: 's1', sub: 'alice' }, new Date());
      };
      const response = await browser.signIn({ sub: 'alice', sid: 's1' });
      assert.equal(response.status, 403);
      assert.match(await response.text(), /You are signed out/);
      assert.deepEqual(world.sessions.all(), []);
      assert.equal(present(), undefined);
    });

    it('does not begin for a person whose sessions were all ended', async () => {
      world.issuer.onExchanged = async () => {
        await world.sessions.end({ issuer: world.issuer.issuer, sid: undefined, sub: 'alice' }, new Date());
      };
      await browser.signIn({ sub: 'alice', sid: 's1' });
      assert.deepEqual(world.sessions.all(), []);
    });

    it('does not come back when it would be kept', async () => {
      await browser.signIn({ sub: 'alice', sid: 's1' });
      world.issuer.onExchanged = async () => {
        await world.sessions.end({ issuer: world.issuer.issuer, sid: 's1', sub: 'alice' }, new Date());
      };
      const response = await browser.signIn({ sub: 'alice', sid: 's1' });
      assert.equal(response.status, 403);
      assert.deepEqual(world.sessions.all(), []);
    });
  });

  describe('of a person who may not be here', () => {
    it('is refused, with a page, and takes the place of nobody', async () => {
      await browser.signIn({ sub: 'berta', sid: 's0' });
      const link = world.users.links.find(({ sub }) => sub === 'berta');
      assert.ok(link);
      await world.users.exclusively((records) => records.updateLink(link, { closed: true }));
      const response = await browser.signIn({ sub: 'berta', sid: 's1' });
      assert.equal(response.status, 403);
      assert.match(await response.text(), /You cannot sign in here/);
      assert.deepEqual(world.sessions.all(), []);
      assert.equal(present(), undefined);
    });
  });

  it('tells somebody new what they are called, once, when their name is not free', async () => {
    world.users.signUp({ username: 'alice' });
    const response = await browser.signIn({ sub: 'alice', sid: 's1' }, '/page');
    assert.equal(response.status, 200);
    const text = await response.text();
    assert.match(text, /You are called alice2/);
    assert.match(text, /href="\/page"/);
    assert.equal((await browser.page()).userId, world.session().localUserId);
    assert.equal(locationOf(await world.browser().signIn({ sub: 'alice', sid: 's2' }, '/page')), '/page');
  });

  it('twenty first sign-ins at the same moment make one local user', async () => {
    const browsers = Array.from({ length: 20 }, () => world.browser());
    await Promise.all(browsers.map((one, index) => one.signIn({ sub: 'alice', sid: `s${index}` })));
    assert.equal(world.users.users.length, 1);
    assert.equal(world.sessions.all().length, 20);
  });
});
