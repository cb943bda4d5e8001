import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { locationOf, type Browser } from '../support/application-world.ts';
import { ProofWorld, rightPassword, submit } from './proof-world.ts';

describe('the proof of a local user from before', () => {
  let proof: ProofWorld;
  let browser: Browser;
  beforeEach(async () => {
    proof = await ProofWorld.open();
    browser = proof.world.browser();
  });
  afterEach(() => proof.world.close());
  const mailLink = (token = proof.mailed.at(-1)): string => `/latchkey/proof?token=${token}`;

  it('names the local user and asks, and nothing has changed yet', async () => {
    await proof.arrive(browser);
    const response = await browser.get('/latchkey/proof');
    assert.equal(response.status, 200);
    assert.match(response.headers.get('cache-control') ?? '', /no-store/);
    assert.equal(response.headers.get('x-frame-options'), 'DENY');
    const text = await response.text();
    assert.match(text, /“old-alice”/);
    assert.doesNotMatch(text, /alice@example\.org/, 'the address is masked');
    proof.isUntouched();
  });

  it('is made with the local password, and signs in on the page that was asked for', async () => {
    await proof.arrive(browser, '/page?one=1');
    const response = await submit(browser, 'password', { password: rightPassword });
    assert.equal(locationOf(response), '/page?one=1');
    proof.isAdoptedBy(browser);
  });

  it('is made with a mailed link and the button behind it', async () => {
    await proof.arrive(browser);
    assert.equal((await submit(browser, 'mail')).status, 200);
    assert.equal(proof.mailed.length, 1);
    const response = await submit(browser, 'confirm', { token: proof.mailed[0] ?? '' }, mailLink());
    assert.equal(locationOf(response), '/page');
    proof.isAdoptedBy(browser);
  });

  it('is a sign-in by a click: the hint under which the person had signed out is good for a trip again', async () => {
    browser.setHint('h1');
    const address = locationOf(await browser.get('/page'));
    await browser.comeBack(proof.world.issuer.refuse(address, 'login_required'));
    const begun = proof.world.issuer.vouch(await browser.begin(), { sub: 'alice', sid: 's1', hint: 'h1' });
    assert.equal(locationOf(await browser.comeBack(begun)), '/latchkey/proof');
    await submit(browser, 'password', { password: rightPassword });
    await proof.world.sessions.delete(proof.world.session().idHash);
    assert.equal((await browser.get('/page')).status, 303);
  });

  it('never happens in a silent trip: the person stays anonymous, and nothing is asked', async () => {
    browser.setHint('h1');
    const address = locationOf(await browser.get('/page'));
    const response = await browser.comeBack(proof.world.issuer.vouch(address, { sub: 'alice', hint: 'h1' }));
    assert.equal(locationOf(response), '/page');
    assert.equal(browser.cookie('app-pending'), undefined);
    assert.equal((await browser.page('/page')).userId, null, 'and is not sent off again');
    proof.isUntouched();
    assert.equal((await browser.get('/latchkey/proof')).status, 400);
  });

  describe('with a wrong password', () => {
    it('is not made', async () => {
      await proof.arrive(browser);
      const response = await submit(browser, 'password', { password: 'wrong' });
      assert.equal(response.status, 403);
      assert.match(await response.text(), /That was not right/);
      proof.isUntouched();
    });

    it('is locked after five, and not even the right one helps then', async () => {
      await proof.arrive(browser);
      for (let tries = 0; tries < 5; tries++) await submit(browser, 'password', { password: `wrong ${tries}` });
      const response = await submit(browser, 'password', { password: rightPassword });
      assert.equal(response.status, 403);
      assert.match(await response.text(), /too many wrong passwords/);
      assert.equal(proof.checked.length, 5);
      proof.isUntouched();
    });

    it('stays locked in a new sign-in, in another browser too', async () => {
      await proof.arrive(browser);
      for (let tries = 0; tries < 5; tries++) await submit(browser, 'password', { password: `wrong ${tries}` });
      const other = proof.world.browser();
      await proof.arrive(other);
      await submit(other, 'password', { password: rightPassword });
      assert.equal(proof.checked.length, 5);
      proof.isUntouched();
    });

    it('checks five at most of many at the same moment', async () => {
      await proof.arrive(browser);
      const text = await (await browser.get('/latchkey/proof')).text();
      const csrf = /name="csrf" value="([^"]+)"/.exec(text)?.[1] ?? '';
      await Promise.all(
        Array.from({ length: 10 }, (_, index) =>
          browser.post('/latchkey/proof', { csrf, action: 'password', password: `wrong ${index}` }),
        ),
      );
      assert.equal(proof.checked.length, 5);
    });

    it('can still be declined when locked', async () => {
      await proof.arrive(browser);
      for (let tries = 0; tries < 5; tries++) await submit(browser, 'password', { password: 'wrong' });
      assert.equal(locationOf(await submit(browser, 'decline')), '/page');
      assert.notEqual(proof.world.session().localUserId, proof.old.id);
    });
  });

  describe('by mail', () => {
    beforeEach(async () => {
      await proof.arrive(browser);
      await submit(browser, 'mail');
    });

    it('changes nothing when the link is only opened, as programs that look at mails do', async () => {
      for (let opened = 0; opened < 3; opened++) {
        const response = await browser.get(mailLink());
        assert.equal(response.status, 200);
        assert.match(await response.text(), /Is this you\?/);
      }
      proof.isUntouched();
    });

    it('leads nowhere in another browser', async () => {
      const other = proof.world.browser();
      const response = await other.get(mailLink());
      assert.equal(response.status, 400);
      assert.match(await response.text(), /No sign-in waits in this browser/);
      assert.equal(
        (await other.post('/latchkey/proof', { action: 'confirm', token: proof.mailed[0] ?? '' })).status,
        400,
      );
      proof.isUntouched();
    });

    it("leads nowhere in the browser of the mailbox's owner, who has another sign-in of the kind under way", async () => {
      const { world } = proof;
      world.users.signUp({ username: 'old-berta', email: 'berta@example.org' });
      const other = world.browser();
      assert.equal(locationOf(await other.signIn({ sub: 'berta', sid: 's2' })), '/latchkey/proof');
      const response = await other.get(mailLink());
      assert.doesNotMatch(await response.text(), /Is this you\?/);
      assert.equal((await submit(other, 'confirm', { token: proof.mailed[0] ?? '' })).status, 403);
      assert.deepEqual(world.users.links, []);
    });

    for (const [what, token] of [
      ['another token', 'A'.repeat(43)],
      ['an empty token', ''],
    ] as const) {
      it(`is not made with ${what}`, async () => {
        assert.doesNotMatch(await (await browser.get(mailLink(token))).text(), /Is this you\?/);
        assert.equal((await submit(browser, 'confirm', { token })).status, 403);
        proof.isUntouched();
      });
    }

    it('is not made with an older mail once another was sent', async () => {
      await submit(browser, 'mail');
      assert.equal((await submit(browser, 'confirm', { token: proof.mailed[0] ?? '' })).status, 403);
      proof.isUntouched();
    });

    it('sends three mails at most', async () => {
      for (let more = 0; more < 4; more++) await submit(browser, 'mail');
      assert.equal(proof.mailed.length, 3);
    });

    it('writes the token of the link into the page as text', async () => {
      const response = await browser.get(`/latchkey/proof?token=${encodeURIComponent('"><script>alert(1)</script>')}`);
      assert.doesNotMatch(await response.text(), /<script/);
    });
  });

  describe('declined', () => {
    it('makes a new user, and leaves the one from before alone', async () => {
      await proof.arrive(browser);
      assert.equal(locationOf(await submit(browser, 'decline')), '/page');
      const { world, old } = proof;
      assert.notEqual(world.session().localUserId, old.id);
      assert.deepEqual(world.users.user(old.id), old);
      assert.equal(world.users.user(world.session().localUserId).email, undefined, 'the address stays where it is');
    });

    it('tells the person what they are called when the name is not free', async () => {
      const other = await ProofWorld.open('alice');
      const there = other.world.browser();
      await other.arrive(there);
      const response = await submit(there, 'decline');
      assert.equal(response.status, 200);
      const text = await response.text();
      assert.match(text, /You are called alice2/);
      assert.match(text, /href="\/page"/);
      assert.equal(there.cookie('app-pending'), undefined);
      await other.world.close();
    });
  });

  describe('is not taken', () => {
    for (const [what, csrf] of [
      ['without csrf', undefined],
      ['with an empty csrf', ''],
      ['with a csrf of nothing', 'A'.repeat(43)],
    ] as const) {
      it(what, async () => {
        await proof.arrive(browser);
        const response = await browser.post('/latchkey/proof', {
          action: 'password',
          password: rightPassword,
          ...(csrf === undefined ? {} : { csrf }),
        });
        assert.equal(response.status, 403);
        assert.deepEqual(proof.checked, []);
        proof.isUntouched();
      });
    }

    it("with the csrf of another browser's sign-in", async () => {
      await proof.arrive(browser);
      const other = proof.world.browser();
      await proof.arrive(other);
      const csrf = /name="csrf" value="([^"]+)"/.exec(await (await other.get('/latchkey/proof')).text())?.[1] ?? '';
      await browser.post('/latchkey/proof', { csrf, action: 'password', password: rightPassword });
      assert.deepEqual(proof.checked, []);
      proof.isUntouched();
    });

    it('with an action that there is not', async () => {
      await proof.arrive(browser);
      for (const action of ['', 'proved', 'adopt']) assert.equal((await submit(browser, action)).status, 403);
      proof.isUntouched();
    });

    it('after ten minutes', async () => {
      await proof.arrive(browser);
      const csrf = /name="csrf" value="([^"]+)"/.exec(await (await browser.get('/latchkey/proof')).text())?.[1] ?? '';
      proof.world.pass(601);
      assert.equal((await browser.get('/latchkey/proof')).status, 400);
      const response = await browser.post('/latchkey/proof', { csrf, action: 'password', password: rightPassword });
      assert.equal(response.status, 400);
      proof.isUntouched();
    });

    for (const [what, spoil] of [
      ['changed', (value: string) => `AAAAAAAA${value.slice(8)}`],
      ['written by somebody else', () => 'AAAA'],
      ['of another use', () => browser.cookie('app-silent') ?? 'none'],
    ] as const) {
      it(`with a cookie that was ${what}`, async () => {
        await proof.arrive(browser);
        browser.agent.setCookie(proof.world.origin, 'app-pending', spoil(browser.cookie('app-pending') ?? ''));
        assert.equal((await browser.get('/latchkey/proof')).status, 400);
      });
    }

    it('with a second cookie of that name beside it', async () => {
      await proof.arrive(browser);
      browser.agent.setCookie(proof.world.origin, 'app-pending', 'tossed', '/latchkey');
      assert.equal((await browser.get('/latchkey/proof')).status, 400);
    });

    it('once more with the cookie from before, when it was made', async () => {
      await proof.arrive(browser);
      const pending = browser.cookie('app-pending');
      await submit(browser, 'password', { password: rightPassword });
      const before = proof.world.session().idHash;
      browser.agent.setCookie(proof.world.origin, 'app-pending', pending);
      assert.equal((await submit(browser, 'password', { password: rightPassword })).status, 403);
      assert.equal(proof.world.session().idHash, before);
    });
  });

  describe('when things changed while it waited', () => {
    it('adopts nobody for a session that ended at the issuer', async () => {
      await proof.arrive(browser);
      proof.world.issuer.endBearersOf('alice');
      const response = await submit(browser, 'password', { password: rightPassword });
      assert.equal(locationOf(response), '/latchkey/start?to=%2Fpage');
      proof.isUntouched();
    });

    it('begins no session for one that was signed out', async () => {
      await proof.arrive(browser);
      await proof.world.sessions.end({ issuer: proof.world.issuer.issuer, sid: 's1', sub: 'alice' }, new Date());
      await submit(browser, 'password', { password: rightPassword });
      assert.deepEqual(proof.world.sessions.all(), []);
    });

    it('adopts nobody whose address is another one now', async () => {
      await proof.arrive(browser);
      const told = proof.world.issuer.people.get('alice');
      proof.world.issuer.people.set('alice', { ...told, email: 'new@example.org', profile_version: 2 });
      await submit(browser, 'password', { password: rightPassword });
      assert.deepEqual(proof.world.users.user(proof.old.id), proof.old);
    });

    it('adopts nobody whom the application gave a right meanwhile', async () => {
      await proof.arrive(browser);
      proof.world.users.change(proof.old.id, { hasElevatedRights: true });
      await submit(browser, 'password', { password: rightPassword });
      assert.notEqual(proof.world.session().localUserId, proof.old.id);
    });
  });

  it('waits in a cookie that a browser keeps, however much the issuer tells of the person', async () => {
    const told = proof.world.issuer.people.get('alice');
    const groups = Array.from({ length: 250 }, (_, index) => `group-${index}-${'x'.repeat(40)}`);
    proof.world.issuer.people.set('alice', { ...told, name: 'Ä'.repeat(200), groups });
    await proof.arrive(browser, `/${'x'.repeat(1000)}`);
    assert.ok(browser.cookie('app-pending'));
    await submit(browser, 'password', { password: rightPassword });
    proof.isAdoptedBy(browser);
  });

  it('hides what waits in the cookie', async () => {
    await proof.arrive(browser);
    const cookie = browser.cookie('app-pending') ?? '';
    assert.doesNotMatch(Buffer.from(cookie, 'base64url').toString('latin1'), /alice|eyJ|example/);
  });

  it('is taken back by a sign-out: nobody after that finishes it', async () => {
    browser.setHint('h1');
    for (const prepare of [
      async () => undefined,
      // The session may have ended before the form was sent.
      async () => proof.world.sessions.delete(proof.world.session().idHash),
    ]) {
      await browser.signIn({ sub: 'berta', sid: 's0', hint: 'h1' });
      assert.equal(locationOf(await browser.signIn({ sub: 'alice', sid: 's1' })), '/latchkey/proof');
      assert.ok(browser.cookie('app-pending'));
      const { csrf: own } = await browser.page();
      await prepare();
      await browser.post('/latchkey/sign-out', { csrf: own ?? '', where: 'here' });
      assert.equal(browser.cookie('app-pending'), undefined);
      assert.equal((await browser.get('/latchkey/proof')).status, 400);
    }
    assert.equal(
      proof.world.users.links.some(({ sub }) => sub === 'alice'),
      false,
    );
  });
});
