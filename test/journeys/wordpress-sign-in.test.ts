import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import { recordNavigations } from '../../tools/stage/navigations.ts';
import { signIn } from '../../tools/stage/sign-in-page.ts';
import { openBlog, signInAtBlog, type BlogStage } from './support/blog.ts';
import { eventually } from './support/eventually.ts';
import { signInAt } from './support/notes-pages.ts';
import { whoIsShown } from './support/session-line.ts';

describe('signing in at the real WordPress', { timeout: 300_000 }, () => {
  let stage: BlogStage;
  let page: Page;
  let origin: string;

  before(async () => {
    stage = await openBlog();
    ({ origin } = stage.blog);
    page = await stage.browser.newPage();
  });
  after(async () => {
    const faults = await stage.faults();
    await stage.close();
    assert.deepEqual(faults, []);
  });

  it('is connected, says so to everybody, and tells no secret', async () => {
    for (const path of ['/latchkey/check', '/index.php/latchkey/check']) {
      const answer = await stage.request(`${origin}${path}`);
      const { status, headers, text } = answer;
      assert.deepEqual([status, headers['cache-control']], [200, 'no-store']);
      assert.deepEqual(answer.json(), {
        issuer: stage.provider.issuer,
        client_id: stage.clientId,
        callback: `${origin}/latchkey/callback`,
        ready: true,
      });
      assert.doesNotMatch(text, /secret/);
    }
    assert.equal((await stage.request(`${origin}/latchkey/other`)).status, 404);
  });

  it('makes the local user at the first visit, after the page that was left', async () => {
    await page.goto(`${origin}/hello-world/`);
    assert.equal(await whoIsShown(page), undefined);
    await page.locator('[data-latchkey-out] a').first().click();
    await signIn(page, 'bert');
    await page.waitForURL(`${origin}/hello-world/`);
    assert.equal(await whoIsShown(page), 'Bert Example');
    const [bert, ...more] = await stage.users('bert');
    assert.deepEqual(more, []);
    assert.deepEqual(
      { ...bert, id: 0 },
      { id: 0, login: 'bert', name: 'Bert Example', email: 'bert@example.org', roles: ['subscriber'] },
    );
    assert.equal(await stage.sessionsOf('bert'), 1);
    assert.deepEqual(await stage.blog.mails(), []);
  });

  it('lets the person into the dashboard without a word, and shows later pages without redirects', async () => {
    const navigations = recordNavigations(page);
    const answer = await page.goto(`${origin}/wp-admin/profile.php`);
    assert.equal(answer?.status(), 200);
    assert.match(String(answer?.headers()['cache-control']), /private, no-store/);
    assert.equal(await page.locator('#email').inputValue(), 'bert@example.org');
    assert.equal(await page.locator('#pass1').count(), 0, 'no local password for whom the accounts site lets in');
    await page.goto(`${origin}/`);
    assert.equal(await whoIsShown(page), 'Bert Example');
    assert.deepEqual(navigations.redirects(), []);
  });

  it('knows somebody who signed in elsewhere at the first page of the dashboard', async () => {
    const other = await stage.browser.newPage();
    await signInAt(other, stage.notes, 'bert');
    await other.goto(`${origin}/wp-admin/profile.php`);
    assert.equal(other.url(), `${origin}/wp-admin/profile.php`);
    assert.equal(await other.locator('#email').inputValue(), 'bert@example.org');
    await other.context().close();
  });

  it('tells somebody whose user name is taken here what they are called', async () => {
    const other = await stage.browser.newPage();
    await other.goto(`${origin}/wp-login.php`);
    await other.locator('.latchkey-sign-in a').click();
    await signIn(other, 'alice');
    await other.getByRole('heading', { name: 'Welcome' }).waitFor();
    assert.match(await other.locator('main').innerText(), /You are called alice2 at Test Blog/);
    await other.getByRole('link', { name: 'Continue' }).click();
    await other.waitForURL(`${origin}/`);
    assert.equal(await whoIsShown(other), 'Alice Example');
    const [alice] = await stage.users('alice');
    assert.deepEqual([alice?.email, alice?.roles], ['alice@example.test', ['author']], 'the local one is as before');
    await other.context().close();
  });

  it('shows a changed name, address and picture after the next proof', async () => {
    await stage.provider.latchkeyJson([
      'account',
      'update',
      'bert',
      '--name',
      'Bertram Example',
      '--email',
      'bertram@example.org',
      '--email-verified',
      '--picture',
      'https://accounts.example.test/bertram.png',
      '--locale',
      'fr',
    ]);
    await stage.ageProofs(301);
    await page.goto(`${origin}/wp-admin/profile.php`);
    assert.equal(await page.locator('#email').inputValue(), 'bertram@example.org');
    assert.equal(await page.locator('#display_name').inputValue(), 'Bertram Example');
    await page.goto(`${origin}/`);
    assert.equal(await whoIsShown(page), 'Bertram Example');
    const script =
      'echo get_avatar_url(get_user_by("login", "bert")), " ", get_user_locale(get_user_by("login", "bert"));';
    assert.equal(await stage.blog.php(script), 'https://accounts.example.test/bertram.png fr_FR');
    assert.deepEqual(await stage.blog.mails(), []);
  });

  it("signs out by WordPress's own link, everywhere, and stays so", async () => {
    await page.goto(`${stage.notes.origin}/notes`);
    assert.equal(await whoIsShown(page), 'Bertram Example');
    const before = stage.notes.sessions().length;
    await page.goto(`${origin}/wp-admin/profile.php`);
    const link = await page.locator('#wp-admin-bar-logout a').getAttribute('href');
    await page.goto(String(link));
    assert.equal(page.url(), `${origin}/`);
    assert.equal(await whoIsShown(page), undefined);
    await page.goto(`${origin}/wp-admin/profile.php`);
    assert.match(page.url(), /wp-login\.php/);
    await page.goto(`${stage.provider.issuer}/`);
    assert.match(await page.locator('main').innerText(), /Nobody is signed in in this browser/);
    await eventually('notes has heard of it', () => stage.notes.sessions().length === before - 1);
  });

  it('signs out where the person signs out at the provider, in this browser alone', async () => {
    const elsewhere = await stage.browser.newPage();
    await signInAtBlog(page, stage, 'bert');
    await signInAtBlog(elsewhere, stage, 'bert');
    const before = await stage.sessionsOf('bert');
    await page.goto(`${stage.provider.issuer}/`);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'You are signed out' }).waitFor();
    await eventually('the blog has heard of it', async () => (await stage.sessionsOf('bert')) === before - 1);
    await page.goto(`${origin}/wp-admin/profile.php`);
    assert.match(page.url(), /wp-login\.php/);
    await elsewhere.goto(`${origin}/wp-admin/profile.php`);
    assert.equal(await elsewhere.locator('#email').inputValue(), 'bertram@example.org');
    await elsewhere.context().close();
  });
});
