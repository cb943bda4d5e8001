import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { ApplicationWorld, locationOf, type Browser } from '../support/application-world.ts';

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

  it('is over once the hint is another one', async () => {
    await browser.post('/latchkey/sign-out', { csrf, where: 'here' });
    browser.setHint('h2');
    assert.equal((await browser.get('/page')).status, 303);
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
