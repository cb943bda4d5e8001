import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { ApplicationWorld, locationOf, type Browser } from '../support/application-world.ts';

/** A page with a button to go on, which itself goes nowhere. */
const isContinuePage = async (response: Response, to = '/'): Promise<void> => {
  assert.equal(response.status, 400);
  assert.equal(response.headers.get('location'), null);
  const text = await response.text();
  assert.match(text, /This sign-in cannot be completed/);
  assert.ok(text.includes(`href="/latchkey/start?to=${encodeURIComponent(to)}"`), text);
};

describe('the callback, by what its state says', () => {
  let world: ApplicationWorld;
  let browser: Browser;
  beforeEach(async () => {
    world = await ApplicationWorld.open();
    browser = world.browser();
  });
  afterEach(() => world.close());

  it('signs in and returns to the page where the person was', async () => {
    assert.equal(locationOf(await browser.signIn({ sub: 'alice' }, '/page?one=1')), '/page?one=1');
    assert.equal((await browser.page()).userId, world.session().localUserId);
    assert.deepEqual(browser.attempts(), []);
  });

  for (const [what, query] of [
    ['is missing', 'code=any'],
    ['is empty', 'code=any&state='],
    ['is garbage', 'code=any&state=%00%ff..%2F'],
    ['is very long', `code=any&state=${'x'.repeat(10_000)}`],
    ['has the form of ours, and no cookie', `code=any&state=1abcdefghij.${'A'.repeat(43)}`],
  ] as const) {
    it(`shows a page with "continue" when the state ${what}`, async () => {
      await isContinuePage(await browser.get(`/latchkey/callback?${query}`));
    });
  }

  it('shows that page when the state stands twice, good as both are', async () => {
    const url = new URL(world.issuer.vouch(await browser.begin(), { sub: 'alice' }));
    await isContinuePage(await browser.comeBack(`${url.href}&state=${url.searchParams.get('state')}`));
    assert.deepEqual(world.sessions.all(), []);
  });

  it('shows that page in another browser, and signs nobody in there', async () => {
    const callback = world.issuer.vouch(await browser.begin('/page'), { sub: 'alice' });
    const other = world.browser();
    await isContinuePage(await other.comeBack(callback));
    assert.deepEqual(world.sessions.all(), []);
    assert.equal(world.issuer.askedFor('token'), 0, 'the code is not even spent');
  });

  it('shows that page in another browser that has a sign-in of its own under way', async () => {
    const callback = world.issuer.vouch(await browser.begin(), { sub: 'alice' });
    const other = world.browser();
    await other.begin();
    await isContinuePage(await other.comeBack(callback));
    assert.equal(world.issuer.askedFor('token'), 0);
  });

  it('takes no cookie of one attempt for the state of another', async () => {
    const first = await browser.begin();
    const [cookieOfFirst] = browser.attempts();
    const second = world.issuer.vouch(await browser.begin(), { sub: 'alice' });
    const nameOfSecond = browser.attempts().find((name) => name !== cookieOfFirst) ?? '';
    browser.agent.setCookie(world.origin, nameOfSecond, browser.cookie(cookieOfFirst ?? ''));
    const restarted = locationOf(await browser.comeBack(second));
    assert.notEqual(new URL(restarted).searchParams.get('state'), new URL(first).searchParams.get('state'));
    assert.equal(world.issuer.askedFor('token'), 0);
    assert.deepEqual(world.sessions.all(), []);
  });

  it('shows that page when somebody has put a second cookie of that name beside it', async () => {
    const callback = world.issuer.vouch(await browser.begin(), { sub: 'alice' });
    const [name = ''] = browser.attempts();
    browser.agent.setCookie(world.origin, name, 'tossed', '/latchkey');
    await isContinuePage(await browser.comeBack(callback));
  });

  it('is good once: the same callback with the same cookie again signs nobody in', async () => {
    const callback = world.issuer.vouch(await browser.begin('/page'), { sub: 'alice' });
    const [name = ''] = browser.attempts();
    const value = browser.cookie(name);
    await browser.comeBack(callback);
    browser.agent.setCookie(world.origin, name, value);
    await isContinuePage(await browser.comeBack(callback), '/page');
    assert.equal(world.issuer.askedFor('token'), 1);
    assert.equal(world.sessions.all().length, 1);
  });

  it('is noted for as long as it could be good, and a minute for clocks that differ', async () => {
    const begunAt = world.now().getTime();
    await browser.signIn({ sub: 'alice' });
    const [entry, ...more] = world.oneTime.entries();
    assert.deepEqual(more, []);
    const [key = '', keepUntil = new Date(0)] = entry ?? [];
    assert.match(key, /^state /);
    assert.ok(Math.abs((keepUntil.getTime() - begunAt) / 1000 - 660) < 5, keepUntil.toISOString());
  });

  describe('and with neither code nor error', () => {
    for (const [what, more] of [
      ['nothing else', ''],
      ['a token, as no flow of ours brings it', '&access_token=any&token_type=Bearer'],
      ['a response in another form', '&response=eyJ'],
    ] as const) {
      it(`notes nothing, however often it comes, and leaves the sign-in as it is: ${what}`, async () => {
        const callback = world.issuer.vouch(await browser.begin('/page'), { sub: 'alice' });
        const { searchParams } = new URL(callback);
        const empty = world.url(`/latchkey/callback?state=${searchParams.get('state')}${more}`);
        for (let time = 0; time < 5; time++) await isContinuePage(await browser.comeBack(empty), '/page');
        assert.deepEqual(world.oneTime.entries(), []);
        assert.equal(world.issuer.askedFor('token'), 0);
        assert.equal(locationOf(await browser.comeBack(callback)), '/page');
      });
    }
  });

  it('is good once for twenty at the same moment', async () => {
    const callback = world.issuer.vouch(await browser.begin(), { sub: 'alice' });
    const answers = await Promise.all(Array.from({ length: 20 }, () => browser.comeBack(callback)));
    assert.equal(answers.filter(({ status }) => status === 303).length, 1);
    assert.equal(world.issuer.askedFor('token'), 1);
  });

  describe('after ten minutes', () => {
    it('begins once more by itself, to the same page, and that one signs in', async () => {
      const late = world.issuer.vouch(await browser.begin('/page'), { sub: 'alice' });
      world.pass(601);
      const again = locationOf(await browser.comeBack(late));
      assert.equal(world.issuer.askedFor('token'), 0);
      const response = await browser.comeBack(world.issuer.vouch(again, { sub: 'alice' }));
      assert.equal(locationOf(response), '/page');
      assert.deepEqual(browser.attempts(), []);
    });

    it('shows the page when the second is too late as well', async () => {
      const late = world.issuer.vouch(await browser.begin('/page'), { sub: 'alice' });
      world.pass(601);
      const again = world.issuer.vouch(locationOf(await browser.comeBack(late)), { sub: 'alice' });
      world.pass(601);
      await isContinuePage(await browser.comeBack(again), '/page');
    });

    it('is good until then', async () => {
      const callback = world.issuer.vouch(await browser.begin(), { sub: 'alice' });
      world.pass(595);
      assert.equal(locationOf(await browser.comeBack(callback)), '/');
    });

    it('begins a silent one silently again', async () => {
      browser.setHint('h1');
      const late = world.issuer.vouch(locationOf(await browser.get('/page')), { sub: 'alice', hint: 'h1' });
      world.pass(601);
      const again = new URL(locationOf(await browser.comeBack(late)));
      assert.equal(again.searchParams.get('prompt'), 'none');
    });
  });

  describe('with a cookie that does not open', () => {
    const spoil = (): void => {
      const [name = ''] = browser.attempts();
      browser.agent.setCookie(world.origin, name, `AAAAAAAA${browser.cookie(name)?.slice(8)}`);
    };

    it('begins once more by itself', async () => {
      const callback = world.issuer.vouch(await browser.begin('/page'), { sub: 'alice' });
      spoil();
      const again = new URL(locationOf(await browser.comeBack(callback)));
      assert.equal(again.origin, world.issuer.issuer);
      assert.match(again.searchParams.get('state') ?? '', /^2/);
    });

    it('shows the page when that happens to the second as well, so that nothing goes in circles', async () => {
      const callback = world.issuer.vouch(await browser.begin('/page'), { sub: 'alice' });
      spoil();
      const again = world.issuer.vouch(locationOf(await browser.comeBack(callback)), { sub: 'alice' });
      spoil();
      await isContinuePage(await browser.comeBack(again));
    });
  });

  it('answers with no-store whatever comes', async () => {
    const late = world.issuer.vouch(await browser.begin(), { sub: 'alice' });
    const answers = [
      await browser.get('/latchkey/callback'),
      await browser.get('/latchkey/start?to=%2F'),
      await browser.signIn({ sub: 'alice' }),
    ];
    world.pass(601);
    answers.push(await browser.comeBack(late));
    for (const { headers } of answers) {
      assert.match(headers.get('cache-control') ?? '', /no-store/);
      assert.equal(headers.get('referrer-policy'), 'no-referrer');
    }
  });

  describe('several tabs', () => {
    it('finish in any order', async () => {
      const callbacks: string[] = [];
      for (const to of ['/a', '/b', '/c'])
        callbacks.push(world.issuer.vouch(await browser.begin(to), { sub: 'alice' }));
      const ends: string[] = [];
      for (const callback of callbacks.toReversed()) ends.push(locationOf(await browser.comeBack(callback)));
      assert.deepEqual(ends, ['/c', '/b', '/a']);
    });

    it('are five at most: the sixth takes the place of the first', async () => {
      const callbacks: string[] = [];
      for (let tab = 0; tab < 6; tab++) {
        callbacks.push(world.issuer.vouch(await browser.begin(`/${tab}`), { sub: 'alice' }));
      }
      assert.equal(browser.attempts().length, 5);
      await isContinuePage(await browser.comeBack(callbacks[0] ?? ''));
      assert.equal(locationOf(await browser.comeBack(callbacks[1] ?? '')), '/1');
    });
  });

  describe('the page to return to', () => {
    for (const to of [
      'https://evil.example/',
      '//evil.example/',
      '/\\evil.example/',
      '/%09/evil.example'.replace('%09', '\t'),
      'javascript:alert(1)',
      '/latchkey/sign-out',
      '/latchkey/callback?code=x',
    ]) {
      it(`is the start page instead of ${JSON.stringify(to)}`, async () => {
        assert.equal(locationOf(await browser.signIn({ sub: 'alice' }, to)), '/');
      });
    }

    it('is the first of two', async () => {
      const begun = locationOf(await browser.get('/latchkey/start?to=%2Fa&to=%2F%2Fevil.example'));
      assert.equal(locationOf(await browser.comeBack(world.issuer.vouch(begun, { sub: 'alice' }))), '/a');
    });
  });
});
