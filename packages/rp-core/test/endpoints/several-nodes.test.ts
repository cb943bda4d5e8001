import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import type { RelyingParty } from '../../src/relying-party.ts';
import { ApplicationWorld, Browser, locationOf } from '../support/application-world.ts';

describe('several processes of an application, which share their stores', () => {
  let world: ApplicationWorld;
  let browser: Browser;
  let nodes: readonly [RelyingParty, RelyingParty];
  /** Which of them answers next. */
  let next: 0 | 1;
  beforeEach(async () => {
    world = await ApplicationWorld.open();
    nodes = [world.relyingParty, world.anotherNode()];
    next = 0;
    browser = new Browser(world, (request) => world.answer(request, nodes[next]));
  });
  afterEach(() => world.close());

  it('finish what another began', async () => {
    const callback = world.issuer.vouch(await browser.begin('/page'), { sub: 'alice', sid: 's1' });
    next = 1;
    assert.equal(locationOf(await browser.comeBack(callback)), '/page');
    next = 0;
    const { userId, csrf } = await browser.page();
    assert.equal(userId, world.session().localUserId);
    assert.equal(world.takesForm(csrf, nodes[1]), true);
    next = 1;
    assert.equal(world.takesForm((await browser.page()).csrf, nodes[0]), true);
  });

  it('take a callback once between them', async () => {
    const callback = world.issuer.vouch(await browser.begin(), { sub: 'alice' });
    const [name = ''] = browser.attempts();
    const cookie = browser.cookie(name);
    await browser.comeBack(callback);
    browser.agent.setCookie(world.origin, name, cookie);
    next = 1;
    assert.equal((await browser.comeBack(callback)).status, 400);
    assert.equal(world.issuer.askedFor('token'), 1);
  });

  it('know of a tried hint, of trips and of a sign-out that another answered', async () => {
    browser.setHint('h1');
    const address = locationOf(await browser.get('/page'));
    next = 1;
    await browser.comeBack(world.issuer.refuse(address, 'login_required'));
    next = 0;
    assert.equal((await browser.get('/page')).status, 200);
    await browser.signIn({ sub: 'alice', sid: 's1', hint: 'h1' });
    const { csrf } = await browser.page();
    next = 1;
    await browser.post('/latchkey/sign-out', { csrf: csrf ?? '', where: 'here' });
    next = 0;
    assert.equal((await browser.page()).userId, null);
  });

  it('prove a session once for all', async () => {
    browser.setHint('h1');
    await browser.signIn({ sub: 'alice', sid: 's1', hint: 'h1' });
    world.pass(301);
    const before = world.issuer.askedFor('profile');
    await browser.page();
    next = 1;
    await browser.page();
    assert.equal(world.issuer.askedFor('profile') - before, 1);
  });
});

describe('two applications to which somebody gave the same secret', () => {
  let world: ApplicationWorld;
  let browser: Browser;
  let answering: RelyingParty;
  beforeEach(async () => {
    world = await ApplicationWorld.open();
    answering = world.relyingParty;
    // Both are on 127.0.0.1, where cookies ignore ports, and their names are the same.
    browser = new Browser(world, (request) => world.answer(request, answering));
  });
  afterEach(() => world.close());

  for (const [what, settings] of [
    ['another origin', { origin: 'http://127.0.0.1:9090' }],
    ['another client', { clientId: 'other' }],
  ] as const) {
    describe(`and that differ by ${what}`, () => {
      it('take no form for their own that the other wrote', async () => {
        await browser.signIn({ sub: 'alice', sid: 's1' });
        const other = world.anotherNode(settings);
        const { csrf } = await browser.page();
        assert.deepEqual([world.takesForm(csrf), world.takesForm(csrf, other)], [true, false]);
      });

      it('open no sign-in that the other began', async () => {
        const callback = world.issuer.vouch(await browser.begin('/page'), { sub: 'alice' });
        answering = world.anotherNode(settings);
        const again = new URL(locationOf(await browser.comeBack(callback)));
        assert.match(again.searchParams.get('state') ?? '', /^2/);
        assert.equal(world.issuer.askedFor('token'), 0);
      });

      it('open no memory of silent trips that the other wrote', async () => {
        browser.setHint('h1');
        await browser.comeBack(world.issuer.refuse(locationOf(await browser.get('/page')), 'login_required'));
        assert.equal((await browser.get('/page')).status, 200);
        answering = world.anotherNode(settings);
        assert.equal((await browser.get('/page')).status, 303);
      });

      it('open no tokens that the other sealed', async () => {
        await browser.signIn({ sub: 'alice', sid: 's1' });
        answering = world.anotherNode(settings);
        world.pass(301);
        const asked = world.issuer.askedFor('profile');
        assert.equal((await browser.page()).userId, null);
        assert.equal(world.issuer.askedFor('profile'), asked);
        assert.ok(world.events().includes('heartbeat.tokens-unreadable'));
      });
    });
  }
});
