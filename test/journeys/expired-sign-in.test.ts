import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { after, before, beforeEach, describe, it } from 'node:test';
import type { BrowserContext, Page } from 'playwright-core';
import { authorizationRequest } from '../../packages/idp/test/support/user-agent.ts';
import { Sealer } from '../../packages/rp-core/src/secrets/sealer.ts';
import { attemptIdOf, newAttempt, sealAttempt, type Attempt } from '../../packages/rp-core/src/sign-in/attempt.ts';
import { recordNavigations } from '../../tools/stage/navigations.ts';
import { signIn } from '../../tools/stage/sign-in-page.ts';
import { openHouse, type House } from './support/house.ts';
import { localSession } from './support/local-session.ts';
import { shownName, signInAt } from './support/notes-pages.ts';

const cannotBeCompleted = 'This sign-in cannot be completed';

describe('a sign-in that comes back too late, twice, or to the wrong browser', { timeout: 300_000 }, () => {
  let house: House;
  let context: BrowserContext;
  let page: Page;
  let callback: string;

  before(async () => {
    house = await openHouse();
    callback = `${house.notes.origin}/latchkey/callback`;
  });
  after(async () => house.close());
  beforeEach(async () => {
    await context?.close();
    context = await house.browser.newContext();
    page = await context.newPage();
  });

  const attemptCookies = async (): Promise<string[]> =>
    (await context.cookies(callback))
      .map(({ name }) => name)
      .filter((name) => name.startsWith('__Host-notes-attempt-'));
  /** An attempt that lies in the browser as if it had begun so many seconds ago. */
  const plant = async (
    given: Pick<Attempt, 'number' | 'kind'>,
    secondsAgo: number,
    secret = house.notes.cookieSecret,
  ): Promise<Attempt> => {
    const begunAt = Math.floor(Date.now() / 1000) - secondsAgo;
    const attempt = newAttempt({ ...given, returnPath: '/notes?wanted', hints: [] }, begunAt);
    await context.addCookies([
      {
        name: `__Host-notes-attempt-${attemptIdOf(attempt.state)}`,
        value: sealAttempt(new Sealer(secret, `${house.notes.origin} ${house.notes.clientId} attempt`), attempt),
        url: house.notes.origin,
        secure: true,
        httpOnly: true,
        sameSite: 'Lax',
      },
    ]);
    return attempt;
  };
  /** Takes an attempt to the provider, as notes would have, and signs in there. */
  const completeAtProvider = async ({ state, nonce }: Attempt): Promise<void> => {
    const { url } = authorizationRequest(house.notes.clientId, { redirect_uri: callback, state, nonce });
    await page.goto(`${house.provider.issuer}${url}`);
    await signIn(page, 'alice');
  };
  const isRefused = async (each: Page, navigations: ReturnType<typeof recordNavigations>): Promise<void> => {
    await each.getByRole('heading', { name: cannotBeCompleted }).waitFor();
    assert.equal(navigations.all.at(-1)?.status, 400);
    assert.ok(each.url().startsWith(callback), 'it is the callback itself that says so');
    assert.ok(await each.getByRole('link', { name: 'Continue' }).isVisible());
  };

  for (const [name, secondsAgo, secret] of [
    ['older than ten minutes', 601, undefined],
    ['sealed with a secret that is no more', 5, randomBytes(32)],
  ] as const) {
    it(`${name}: begins once more by itself, and then it works`, async () => {
      const attempt = await plant({ number: 1, kind: 'interactive' }, secondsAgo, secret);
      const navigations = recordNavigations(page);
      await completeAtProvider(attempt);
      // A secret that is no more takes with it where the person wanted to go.
      await page.waitForURL(`${house.notes.origin}${secret === undefined ? '/notes?wanted' : '/'}`);
      const callbacks = navigations.redirects().filter(({ url }) => url.startsWith(`${callback}?`));
      assert.equal(callbacks.length, 2, 'the late one, and the one that was begun instead');
      await page.goto(`${house.notes.origin}/notes`);
      assert.equal(await shownName(page), 'Alice Example');
      assert.deepEqual(await attemptCookies(), []);
    });

    it(`${name}, for the second time: shows a page with a click, so nothing goes in circles`, async () => {
      const attempt = await plant({ number: 2, kind: 'interactive' }, secondsAgo, secret);
      const navigations = recordNavigations(page);
      await completeAtProvider(attempt);
      await isRefused(page, navigations);
      assert.equal(navigations.redirects().filter(({ url }) => url.startsWith(callback)).length, 0);
      assert.deepEqual(await attemptCookies(), []);
      assert.equal(await localSession(house.notes, context), undefined);
      await page.getByRole('link', { name: 'Continue' }).click();
      await page.waitForURL(`${house.notes.origin}${secret === undefined ? '/notes?wanted' : '/'}`);
      await page.goto(`${house.notes.origin}/notes`);
      assert.equal(await shownName(page), 'Alice Example');
    });
  }

  it('ten minutes less some seconds old is taken as it is', async () => {
    const attempt = await plant({ number: 1, kind: 'interactive' }, 540);
    const request = { nonce: attempt.nonce, state: attempt.state, redirect_uri: callback };
    // The verifier is in the sealed cookie, and only its hash goes to the provider.
    const code_challenge = createHash('sha256').update(attempt.codeVerifier).digest('base64url');
    const { url } = authorizationRequest(house.notes.clientId, { ...request, code_challenge });
    const navigations = recordNavigations(page);
    await page.goto(`${house.provider.issuer}${url}`);
    await signIn(page, 'alice');
    await page.waitForURL(`${house.notes.origin}/notes?wanted`);
    assert.equal(await shownName(page), 'Alice Example');
    assert.equal(navigations.redirects().filter((each) => each.url.startsWith(`${callback}?`)).length, 1);
  });

  it('replayed shows a page with a click, and the session stays as it is', async () => {
    const navigations = recordNavigations(page);
    const departed = page.waitForResponse(/\/latchkey\/start\?/);
    await page.goto(`${house.notes.origin}/notes`);
    const cookies = (await (await departed).headersArray()).filter(({ name }) => name === 'set-cookie');
    await signIn(page, 'alice');
    await page.waitForURL(`${house.notes.origin}/notes`);
    const url = navigations.redirects().find((each) => each.url.startsWith(`${callback}?`))?.url ?? '';
    const session = await localSession(house.notes, context);
    assert.ok(session);

    navigations.clear();
    await page.goto(url);
    await isRefused(page, navigations);
    // And with the attempt's cookie put back, as a copy of the browser's profile has it.
    const [, name = '', value = ''] = /^(__Host-notes-attempt-[^=]+)=([^;]+)/.exec(cookies[0]?.value ?? '') ?? [];
    assert.notEqual(value, '');
    await context.addCookies([{ name, value, url: house.notes.origin, secure: true, sameSite: 'Lax' }]);
    navigations.clear();
    await page.goto(url);
    await isRefused(page, navigations);
    assert.deepEqual(navigations.redirects(), []);
    assert.equal((await localSession(house.notes, context))?.idHash, session.idHash);
    await page.goto(`${house.notes.origin}/notes`);
    assert.equal(await shownName(page), 'Alice Example');
  });

  describe('held back on its way', () => {
    let url: string;

    beforeEach(async () => {
      await house.notes.host.switchOff('/latchkey/callback');
      await page.goto(`${house.notes.origin}/notes`);
      await signIn(page, 'alice');
      await page.waitForURL(`${callback}?**`);
      url = page.url();
      await house.notes.host.switchOn('/latchkey/callback');
    });

    it('opened in another browser signs nobody in there, and still does in its own', async () => {
      const victim = await house.browser.newPage();
      const navigations = recordNavigations(victim);
      await victim.goto(url);
      await isRefused(victim, navigations);
      assert.equal(navigations.all.length, 1, 'not one redirect');
      assert.deepEqual(await victim.context().cookies(), []);
      await victim.context().close();
      await page.goto(url);
      await page.waitForURL(`${house.notes.origin}/notes`);
      assert.equal(await shownName(page), 'Alice Example');
    });

    it("opened in bert's browser leaves bert signed in", async () => {
      const bertsPage = await house.browser.newPage();
      await signInAt(bertsPage, house.notes, 'bert');
      const navigations = recordNavigations(bertsPage);
      await bertsPage.goto(url);
      await isRefused(bertsPage, navigations);
      await bertsPage.goto(`${house.notes.origin}/notes`);
      assert.equal(await shownName(bertsPage), 'Bert Example');
      assert.deepEqual(navigations.redirects(), []);
      await bertsPage.context().close();
    });

    it('signs nobody in when it names another issuer (RFC 9207)', async () => {
      const changed = new URL(url);
      changed.searchParams.set('iss', house.journal.origin);
      const answer = await page.goto(changed.href);
      assert.equal(answer?.status(), 400);
      await page.getByRole('heading', { name: 'Signing in did not work' }).waitFor();
      assert.equal(await localSession(house.notes, context), undefined);
      assert.equal((await page.goto(url))?.status(), 400, 'the attempt is used up');
      assert.equal(await localSession(house.notes, context), undefined);
    });
  });

  it('with a state that is none of ours shows a page with a click, and sets nothing', async () => {
    const planted = await plant({ number: 1, kind: 'interactive' }, 5);
    const { state } = planted;
    const before = await context.cookies();
    for (const query of [
      '',
      '?state=',
      '?code=x&state=%00',
      `?code=x&state=${'A'.repeat(4000)}`,
      `?code=x&state=${state}&state=${state}`,
      `?code=x&state=${state.slice(0, -1)}`,
      `?code=x&state=${state}x`,
      '?error=login_required&state=1AAAAAAAAAA.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA',
      '?error=access_denied&error_description=%3Cscript%3Ealert(1)%3C/script%3E',
    ]) {
      const navigations = recordNavigations(page);
      await page.goto(`${callback}${query}`);
      await isRefused(page, navigations);
      assert.deepEqual(navigations.redirects(), [], query);
      assert.ok(!(await page.content()).includes('<script>alert'));
    }
    assert.deepEqual(await context.cookies(), before);
    assert.equal(await localSession(house.notes, context), undefined);
  });
});
