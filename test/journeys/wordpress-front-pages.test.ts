import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import { administratorPassword } from '../../tools/apps/local-users.ts';
import { signInAtWordPress } from '../../tools/apps/sign-in-locally.ts';
import { cookieValues, hintCookie } from '../../tools/stage/browser-cookies.ts';
import { recordNavigations } from '../../tools/stage/navigations.ts';
import { signIn } from '../../tools/stage/sign-in-page.ts';
import { openBlog, signInAtBlog, type BlogStage } from './support/blog.ts';
import { signInAt, waitForName } from './support/notes-pages.ts';
import { collectFaults } from './support/page-faults.ts';
import { recordProviderCalls } from './support/provider-calls.ts';
import { visitWithFrame, whoIsShown } from './support/session-line.ts';

describe('front pages of the real WordPress behind a careless shared cache', { timeout: 400_000 }, () => {
  let stage: BlogStage;
  let origin: string;
  let post: string;

  before(async () => {
    stage = await openBlog({ pageCache: true });
    ({ origin } = stage.blog);
    post = `${origin}/hello-world/`;
    await stage.blog.emptyPageCache();
  });
  after(async () => {
    const faults = await stage.faults();
    await stage.close();
    assert.deepEqual(faults, []);
  });

  const signedInElsewhere = async (): Promise<Page> => {
    const page = await stage.browser.newPage();
    await signInAt(page, stage.notes, 'bert');
    return page;
  };

  it('send crawlers nowhere, ask the provider nothing, and set no cookie', async () => {
    const calls = await recordProviderCalls(stage);
    await Promise.all(
      Array.from({ length: 100 }, async (_, index) => {
        const path = ['/', '/hello-world/', '/feed/', '/wp-json/', '/wp-login.php'][index % 5];
        const { status, headers } = await stage.request(`${origin}${path}?n=${index}`);
        assert.equal(status, 200);
        const cookies = [headers['set-cookie'] ?? []]
          .flat()
          .filter((line) => !line.startsWith('wordpress_test_cookie'));
        assert.deepEqual(cookies, []);
      }),
    );
    assert.deepEqual(await calls.all(), []);
  });

  it('say the same to everybody, and the script says the name to the one who is signed in', async () => {
    await stage.request(post);
    const page = await signedInElsewhere();
    const faults = await collectFaults(page.context());
    const navigations = recordNavigations(page);
    const answer = await page.goto(post);
    assert.doesNotMatch(String(await answer?.text()), /Bert/);
    await waitForName(page, 'Bert Example');
    assert.deepEqual(navigations.redirects(), []);
    await page.reload();
    await waitForName(page, 'Bert Example');
    // WordPress's own pictures of commenters are elsewhere, where nothing is on the stage.
    assert.deepEqual(
      faults.filter((fault) => !fault.includes('ERR_NAME_NOT_RESOLVED')),
      [],
    );
    await page.goto(`${origin}/?p=1&never=kept`);
    assert.equal(await whoIsShown(page), 'Bert Example');
    const stranger = await stage.browser.newPage();
    await stranger.goto(post, { waitUntil: 'networkidle' });
    assert.equal(await whoIsShown(stranger), undefined);
    await stranger.goto(`${origin}/?p=1&never=kept`, { waitUntil: 'networkidle' });
    assert.equal(await whoIsShown(stranger), undefined);
    await Promise.all([page.context().close(), stranger.context().close()]);
  });

  it('keep nothing of a person or of the way in their cache', async () => {
    const page = await stage.browser.newPage();
    await signInAtBlog(page, stage, 'bert');
    for (const path of ['/', '/hello-world/', '/wp-admin/profile.php', '/latchkey/check'])
      await page.goto(`${origin}${path}`);
    const kept = await stage.blog.cachedAnswers();
    assert.ok(kept.length > 0);
    for (const answer of kept)
      assert.doesNotMatch(answer, /Bert|set-cookie|[?&]state=|data-state|KEY: \S*\/latchkey\//i);
    await page.context().close();
  });

  it('sign out by their own form, and nothing undoes that', async () => {
    const page = await signedInElsewhere();
    await visitWithFrame(page, post);
    await page.locator('[data-latchkey-in] button').first().click();
    await page.waitForURL(`${origin}/`, { waitUntil: 'networkidle' });
    await page.goto(post, { waitUntil: 'networkidle' });
    assert.equal(await whoIsShown(page), undefined);
    await page.goto(`${stage.provider.issuer}/`);
    assert.match(await page.locator('main').innerText(), /Nobody is signed in in this browser/);
    await page.context().close();
  });

  it('work without JavaScript: the link, the name where nobody keeps the page, the way out', async () => {
    const page = await stage.browser.newPage({ javaScriptEnabled: false });
    await page.goto(post);
    await page.locator('[data-latchkey-out] a').first().click();
    await signIn(page, 'bert');
    await page.waitForURL(post);
    await page.goto(`${origin}/wp-admin/profile.php`);
    assert.equal(await page.locator('#user_login').inputValue(), 'bert');
    await page.goto(`${origin}/?p=1&fresh=1`);
    assert.equal(
      await page.locator('[data-latchkey-in]:visible [data-latchkey-name]').first().innerText(),
      'Bert Example',
    );
    await page.locator('[data-latchkey-in] button').first().click();
    await page.waitForURL(`${origin}/`);
    await page.goto(`${origin}/wp-admin/profile.php`);
    assert.match(page.url(), /wp-login\.php/);
    await page.context().close();
  });

  it('leave the local administrator who they are, whoever is signed in at the provider', async () => {
    const page = await stage.browser.newPage();
    await signInAtWordPress(page, origin, 'admin', administratorPassword);
    await signInAt(page, stage.notes, 'bert');
    assert.equal((await cookieValues(page.context(), origin, hintCookie)).length, 1);
    await page.goto(post, { waitUntil: 'networkidle' });
    await page.goto(`${origin}/wp-admin/profile.php`);
    assert.equal(await page.locator('#user_login').inputValue(), 'admin');
    await page.context().close();
  });

  it('are read on when the provider is away, and say why nobody can sign in', async () => {
    const page = await stage.browser.newPage();
    await signInAtBlog(page, stage, 'bert');
    await stage.provider.stop();
    try {
      await stage.ageProofs(301);
      assert.equal((await page.goto(`${origin}/?p=1&away=1`))?.status(), 200);
      assert.equal(await whoIsShown(page), 'Bert Example');
      const stranger = await stage.browser.newPage();
      await stranger.goto(`${origin}/wp-login.php`);
      await stranger.locator('.latchkey-sign-in a').click();
      await stranger.getByRole('heading', { name: 'Signing in does not work at the moment' }).waitFor();
      assert.match(await stranger.locator('main').innerText(), /accounts\.example\.test:\d+ does not answer/);
      await stranger.context().close();
      await stage.ageProofs(13 * 3600);
      await page.goto(`${origin}/?p=1&away=2`);
      assert.equal(await whoIsShown(page), undefined, 'half a day without a word is too long');
    } finally {
      await stage.provider.start();
    }
    await page.context().close();
  });
});
