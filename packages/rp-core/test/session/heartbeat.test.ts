import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { ApplicationWorld, type Browser } from '../support/application-world.ts';
import type { Reply } from '../support/issuer-double.ts';

const bearerChallenge = { 'www-authenticate': 'Bearer error="invalid_token"' };

describe('the heartbeat', () => {
  let world: ApplicationWorld;
  let browser: Browser;
  beforeEach(async () => {
    world = await ApplicationWorld.open();
    browser = world.browser();
    browser.setHint('h1');
    await browser.signIn({ sub: 'alice', sid: 's1', hint: 'h1' });
  });
  afterEach(() => world.close());

  const ended = async (): Promise<void> => {
    assert.equal((await browser.page()).userId, null);
    assert.deepEqual(world.sessions.all(), []);
    assert.equal(browser.cookie('app-session'), undefined);
  };
  const questions = async (work: () => Promise<unknown>): Promise<number> => {
    const before = world.issuer.askedFor('profile');
    await work();
    return world.issuer.askedFor('profile') - before;
  };

  it('is not needed while the proof is younger than five minutes', async () => {
    world.pass(290);
    assert.equal(await questions(() => browser.page()), 0);
  });

  it('asks once the proof is five minutes old, with the ETag, and 304 keeps the session', async () => {
    world.pass(301);
    assert.equal(await questions(() => browser.page()), 1);
    assert.equal(world.issuer.profileRequests.at(-1)?.ifNoneMatch, world.session().profileEtag);
    assert.ok(world.session().profileEtag);
    assert.equal(await questions(() => browser.page()), 0);
  });

  it('takes over what changed, with 200', async () => {
    const { profileEtag } = world.session();
    world.issuer.people.set('alice', { name: 'Alice B.', preferred_username: 'alice', profile_version: 2 });
    world.pass(301);
    await browser.page();
    assert.equal(world.users.user(world.session().localUserId).name, 'Alice B.');
    assert.notEqual(world.session().profileEtag, profileEtag);
  });

  it('asks when the hint is gone, however young the proof', async () => {
    browser.setHint(undefined);
    assert.equal(await questions(() => browser.page()), 1);
  });

  it('asks for each request while the hint is gone, and finds an end at once', async () => {
    browser.setHint(undefined);
    await browser.page();
    world.issuer.endBearersOf('alice');
    await ended();
  });

  for (const [what, reply] of [
    ['401 with a Bearer challenge', { status: 401, headers: bearerChallenge }],
    ['401 with a Bearer challenge among others', { status: 401, headers: { 'www-authenticate': 'Basic, Bearer' } }],
    [
      '403 with a Bearer challenge',
      { status: 403, headers: { 'www-authenticate': 'Bearer error="insufficient_scope"' } },
    ],
  ] as const) {
    it(`ends the session by ${what}`, async () => {
      world.issuer.instead.profile = reply;
      world.pass(301);
      await ended();
    });
  }

  it("ends the session when the profile is another person's", async () => {
    world.issuer.instead.profile = { status: 200, body: JSON.stringify({ sub: 'berta' }) };
    world.pass(301);
    await ended();
  });

  it('ends the session of somebody who may not be here any more', async () => {
    const [link] = world.users.links;
    assert.ok(link);
    await world.users.exclusively((records) =>
      records.updateLink(link, { disabled: true, accountStateAt: new Date() }),
    );
    world.issuer.people.set('alice', { name: 'Changed', preferred_username: 'alice', profile_version: 2 });
    world.pass(301);
    await ended();
  });

  describe('without an answer that says something of the session', () => {
    /** Of an issuer that is ill, for everybody. */
    const silence: Readonly<Record<string, Reply>> = {
      'a 500': { status: 500, headers: bearerChallenge },
      'a 503': { status: 503 },
      'a page': { status: 200, headers: { 'content-type': 'text/html' }, body: '<h1>Maintenance</h1>' },
      'a cut connection': 'cut',
    };
    /** Which may be for this one session. */
    const refusals: Readonly<Record<string, Reply>> = {
      'a bare 401': { status: 401 },
      'a 401 of a wall in between': { status: 401, headers: { 'www-authenticate': 'Basic realm="staff"' } },
      'a bare 403': { status: 403, body: 'blocked' },
      'a redirect': { status: 302, headers: { location: 'https://other.example/' } },
      'a 404': { status: 404 },
      'a 429': { status: 429, headers: { 'retry-after': '10' } },
      'an empty 204': { status: 204 },
      'half an answer': { status: 200, body: '{"sub": "ali' },
      'a list': { status: 200, body: '[]' },
      'more than 64 KiB': { status: 200, body: JSON.stringify({ sub: 'alice', more: 'x'.repeat(70_000) }) },
    };
    for (const [what, reply] of Object.entries(silence)) {
      it(`keeps the session through ${what}, and pauses before it asks again`, async () => {
        world.issuer.instead.profile = reply;
        world.pass(301);
        const { userId } = await browser.page();
        assert.equal(userId, world.session().localUserId);
        assert.equal(await questions(() => Promise.all([browser.page(), browser.page()])), 0);
        world.pass(3);
        assert.equal(await questions(() => browser.page()), 0, 'nor for any other session, until the pause is over');
        assert.ok(world.events().includes('heartbeat.no-answer'));
      });
    }

    for (const [what, reply] of Object.entries(refusals)) {
      it(`keeps the session through ${what}, pauses for it, and makes nobody else wait`, async () => {
        const { idHash, localUserId } = world.session();
        const other = world.browser();
        await other.signIn({ sub: 'berta', sid: 's9' });
        world.issuer.instead.profile = reply;
        world.pass(301);
        for (let view = 0; view < 5; view++) assert.equal((await browser.page()).userId, localUserId);
        assert.equal(world.logged.filter(({ event }) => event === 'heartbeat.no-answer').length, 1);

        delete world.issuer.instead.profile;
        const said = world.issuer.askedFor('discovery');
        assert.equal(await questions(() => other.page()), 1, 'the heartbeat of another session goes on');
        assert.equal((await other.get('/latchkey/start?to=%2F')).status, 303, 'and so do sign-ins');
        assert.equal(world.issuer.askedFor('discovery'), said, 'without asking whether the issuer is there');
        assert.equal(await questions(() => browser.page()), 0);
        world.pass(3);
        assert.equal(await questions(() => browser.page()), 1, 'after the pause it is asked for again');
        assert.ok(await world.sessions.find(idHash));
      });
    }

    it('ends the session after twelve hours, in a pause too', async () => {
      world.issuer.instead.profile = { status: 429 };
      world.pass(12 * 3600 - 1);
      assert.equal((await browser.page()).userId, world.session().localUserId);
      world.pass(1.5);
      assert.equal(await questions(ended), 0);
    });

    it('takes a time-out for no answer and never for a refusal', async () => {
      world.issuer.instead.profile = 'hang';
      world.pass(301);
      const began = performance.now();
      assert.equal((await browser.page()).userId, world.session().localUserId);
      assert.ok(performance.now() - began > 1900, 'two seconds are waited');
    });

    it('does not count as a proof', async () => {
      const { provedAt } = world.session();
      world.issuer.instead.profile = { status: 500 };
      world.pass(301);
      await browser.page();
      assert.deepEqual(world.session().provedAt, provedAt);
    });

    it('keeps the session for twelve hours after its last proof', async () => {
      world.issuer.instead.profile = { status: 500 };
      world.pass(12 * 3600 - 10);
      assert.equal((await browser.page()).userId, world.session().localUserId);
    });

    it('ends the session after that', async () => {
      world.issuer.instead.profile = { status: 500 };
      world.pass(12 * 3600 + 1);
      await ended();
    });
  });

  it('is one question for fifty requests at the same moment', async () => {
    world.pass(301);
    const asked = await questions(async () => {
      const pages = await Promise.all(Array.from({ length: 50 }, () => browser.page()));
      assert.ok(pages.every(({ userId }) => userId === world.session().localUserId));
    });
    assert.equal(asked, 1);
  });

  it('ends all fifty when it says so', async () => {
    world.pass(301);
    world.issuer.endBearersOf('alice');
    const pages = await Promise.all(Array.from({ length: 50 }, () => browser.page()));
    assert.ok(pages.every(({ userId }) => userId === null));
  });

  describe('before a form', () => {
    it("is not needed under the session's own hint", async () => {
      assert.equal(await questions(() => browser.post('/page', {})), 0);
    });

    it("comes first under a hint that is not the session's, and the form is taken", async () => {
      browser.setHint('h2');
      const asked = await questions(async () => assert.equal((await browser.post('/page', {})).status, 200));
      assert.equal(asked, 1);
    });

    it('comes first under a hint that is known as foreign too', async () => {
      await world.sessions.update(world.session().idHash, { foreignHints: ['forged'] });
      browser.agent.setCookie(world.origin, 'latchkey-hint', 'forged', '/page');
      assert.equal(await questions(() => browser.page('/page')), 0, 'a page may be shown');
      assert.equal(await questions(() => browser.post('/page', {})), 1);
    });

    it('leaves it to nobody when the session has ended', async () => {
      world.issuer.endBearersOf('alice');
      browser.setHint('h2');
      const response = await browser.post('/page', {});
      assert.equal(response.status, 200);
      assert.deepEqual(await response.json(), { userId: null, csrf: null });
      assert.deepEqual(world.sessions.all(), []);
    });
  });

  describe('of a session that something changed for', () => {
    beforeEach(() => world.sessions.distrust(world.issuer.issuer, 'alice'));

    it('comes at the next use, without If-None-Match, and then is over', async () => {
      assert.equal(await questions(() => browser.page()), 1);
      assert.equal(world.issuer.profileRequests.at(-1)?.ifNoneMatch, undefined);
      assert.equal(world.session().distrusted, false);
      assert.equal(await questions(() => browser.page()), 0);
    });

    it('takes no 304 for an answer: nothing was said that could be unchanged', async () => {
      world.issuer.instead.profile = { status: 304 };
      assert.equal((await browser.page()).userId, world.session().localUserId);
      assert.equal(world.session().distrusted, true);
    });
  });

  it('does not forget a change that is told while it asks', async () => {
    world.pass(301);
    const { idHash } = world.session();
    const update = world.sessions.update.bind(world.sessions);
    world.sessions.update = async (...change) => {
      await world.sessions.distrust(world.issuer.issuer, 'alice');
      return update(...change);
    };
    await browser.page();
    assert.equal((await world.sessions.find(idHash))?.distrusted, true);
  });

  it('does not bring back a session that ended while it asked', async () => {
    world.pass(301);
    const update = world.sessions.update.bind(world.sessions);
    world.sessions.update = async (...change) => {
      await world.sessions.end({ issuer: world.issuer.issuer, sid: 's1', sub: 'alice' }, new Date());
      return update(...change);
    };
    await ended();
  });

  it('ends a session whose tokens were sealed with another secret, instead of failing at every page', async () => {
    await world.sessions.update(world.session().idHash, { sealedTokens: 'sealed-elsewhere' });
    world.pass(301);
    await ended();
    assert.ok(world.events().includes('heartbeat.tokens-unreadable'));
  });
});
