import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import { userPassword } from '../../tools/apps/local-users.ts';
import { recordNavigations } from '../../tools/stage/navigations.ts';
import { signIn } from '../../tools/stage/sign-in-page.ts';
import { openBlog, signInAtBlog, type BlogStage } from './support/blog.ts';
import { signInAt } from './support/notes-pages.ts';
import { whoIsShown } from './support/session-line.ts';

describe('local users of the real WordPress', { timeout: 400_000 }, () => {
  let stage: BlogStage;
  let origin: string;

  before(async () => {
    stage = await openBlog();
    ({ origin } = stage.blog);
  });
  after(async () => {
    const faults = await stage.faults();
    await stage.close();
    assert.deepEqual(faults, []);
  });

  /** An account at the provider with the address of a local user that has the usual local password. */
  const withLocalUser = async (account: string, login: string, role = 'subscriber'): Promise<Page> => {
    const made = `wp_insert_user(['user_login' => $arguments[0], 'user_pass' => $arguments[1], 'role' => $arguments[2],
      'user_email' => "$arguments[0]@example.test"]);`;
    await stage.blog.php(made, login, userPassword, role);
    await stage.provider.addAccount(account, `${account} Example`);
    const email = ['--email', `${login}@example.test`, '--email-verified'];
    await stage.provider.latchkeyJson(['account', 'update', account, ...email]);
    const page = await stage.browser.newPage();
    await page.goto(`${origin}/wp-login.php`);
    await page.locator('.latchkey-sign-in a').click();
    await signIn(page, account);
    await page.waitForURL((url) => url.origin === origin);
    return page;
  };
  const hasPassword = async (login: string): Promise<boolean> => {
    const form = { log: login, pwd: userPassword };
    return (await stage.request(`${origin}/wp-login.php`, { form })).status === 302;
  };

  it('become their owner’s by the right password, which is void from then on', async () => {
    const page = await withLocalUser('dora', 'olddora');
    await page.getByRole('heading', { name: 'Is “olddora” yours?' }).waitFor();
    assert.equal(
      await page.getByRole('button', { name: 'Send me a link by mail' }).count(),
      0,
      'nobody knows whose mailbox it is',
    );
    await page.getByLabel('Local password').fill('not it');
    await page.getByRole('button', { name: 'Take it over' }).click();
    assert.match(await page.locator('main').innerText(), /That was not right/);
    assert.ok(await hasPassword('olddora'));
    await page.getByLabel('Local password').fill(userPassword);
    await page.getByRole('button', { name: 'Take it over' }).click();
    await page.waitForURL(`${origin}/`);
    await page.goto(`${origin}/wp-admin/profile.php`);
    assert.equal(await page.locator('#user_login').inputValue(), 'olddora');
    assert.equal(await page.locator('#display_name').inputValue(), 'dora Example');
    assert.equal(await hasPassword('olddora'), false);
    assert.deepEqual(await stage.blog.mails(), []);
    await page.context().close();
  });

  it('stay who they are where the person has no proof, and begins as a new user', async () => {
    const page = await withLocalUser('erik', 'olderik');
    for (let tries = 0; tries < 5; tries += 1) {
      await page.getByLabel('Local password').fill(`guess ${tries}`);
      await page.getByRole('button', { name: 'Take it over' }).click();
    }
    assert.match(await page.locator('main').innerText(), /too many wrong passwords/);
    assert.equal(await page.getByLabel('Local password').count(), 0);
    await page.getByRole('button', { name: 'It is not mine' }).click();
    await page.goto(`${origin}/wp-admin/profile.php`);
    assert.equal(await page.locator('#user_login').inputValue(), 'erik');
    assert.ok(await hasPassword('olderik'));
    assert.equal((await stage.users('olderik'))[0]?.email, 'olderik@example.test');
    assert.match(String((await stage.users('erik'))[0]?.email), /^placeholder-[0-9a-f]+@latchkey\.invalid$/);
    await page.context().close();
  });

  it('become their owner’s by a mailed link, opened in this browser, where mail is known to arrive', async () => {
    await stage.blog.configure({ LATCHKEY_LOCAL_EMAILS: 'confirmed' });
    const page = await withLocalUser('fred', 'oldfred');
    await page.getByRole('button', { name: 'Send me a link by mail' }).click();
    await page.getByText('The mail was sent.').waitFor();
    const mail = (await stage.blog.mails()).at(-1);
    assert.deepEqual(mail?.to, ['oldfred@example.test']);
    const link = /https:\S+token=\S+/.exec(mail?.message ?? '')?.[0] ?? '';
    const stranger = await stage.browser.newPage();
    assert.equal((await stranger.goto(link))?.status(), 400);
    assert.match(await stranger.locator('main').innerText(), /No sign-in waits in this browser/);
    await page.goto(link);
    assert.ok(await hasPassword('oldfred'), 'opening it changes nothing');
    await page.getByRole('button', { name: 'Yes, take it over' }).click();
    await page.goto(`${origin}/wp-admin/profile.php`);
    assert.equal(await page.locator('#user_login').inputValue(), 'oldfred');
    assert.equal(await hasPassword('oldfred'), false);
    await stage.blog.configure({ LATCHKEY_LOCAL_EMAILS: undefined });
    await Promise.all([page.context().close(), stranger.context().close()]);
  });

  it('with rights are nobody’s to take over', async () => {
    const page = await withLocalUser('gina', 'oldgina', 'editor');
    await page.goto(`${origin}/wp-admin/profile.php`);
    assert.equal(await page.locator('#user_login').inputValue(), 'gina');
    assert.deepEqual((await stage.users('gina'))[0]?.roles, ['subscriber']);
    await page.context().close();
  });

  it('swap their addresses when two people do', async () => {
    const [bert, carol] = [await stage.browser.newPage(), await stage.browser.newPage()];
    await stage.provider.addAccount('carol', 'Carol Example');
    await signInAtBlog(bert, stage, 'bert');
    await signInAtBlog(carol, stage, 'carol');
    const update = (account: string, email: string) =>
      stage.provider.latchkeyJson(['account', 'update', account, '--email', email, '--email-verified']);
    await update('bert', 'between@example.org');
    await stage.database.knex('email_reservations').del(); // as if every application had heard of it long ago
    await update('carol', 'bert@example.org');
    await stage.database.knex('email_reservations').del();
    await update('bert', 'carol@example.org');
    await stage.ageProofs(301);
    for (const page of [bert, carol, bert]) await page.goto(`${origin}/wp-admin/profile.php`);
    assert.deepEqual(
      [(await stage.users('bert'))[0]?.email, (await stage.users('carol'))[0]?.email],
      ['carol@example.org', 'bert@example.org'],
    );
    await Promise.all([bert.context().close(), carol.context().close()]);
  });

  it('are shown as the one who is signed in at the provider now', async () => {
    const page = await stage.browser.newPage();
    await signInAtBlog(page, stage, 'bert');
    await page.goto(`${stage.provider.issuer}/`);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'You are signed out' }).waitFor();
    await signInAt(page, stage.notes, 'carol');
    await page.goto(`${origin}/wp-admin/profile.php`);
    assert.equal(await page.locator('#user_login').inputValue(), 'carol');
    await page.goto(`${origin}/`);
    assert.equal(await whoIsShown(page), 'Carol Example');
    await page.context().close();
  });

  it('are one, however many first visits of a person there are at the same moment', async () => {
    await stage.provider.addAccount('hugo', 'Hugo Example');
    const context = await stage.browser.newContext();
    const pages = await Promise.all(
      Array.from({ length: 20 }, async () => (await stage.browser.newContext()).newPage()),
    );
    const first = await context.newPage();
    await signInAt(first, stage.notes, 'hugo');
    const cookies = (await context.cookies()).filter(({ domain }) => !domain.includes('notes'));
    await Promise.all(pages.map((page) => page.context().addCookies(cookies)));
    const navigations = pages.map((page) => recordNavigations(page));
    await Promise.all(pages.map((page) => page.goto(`${origin}/wp-admin/profile.php`, { timeout: 90_000 })));
    const users = (await stage.users()).filter(({ login }) => login.startsWith('hugo'));
    assert.deepEqual(
      users.map(({ login }) => login),
      ['hugo'],
    );
    const shown = await Promise.all(pages.map((page) => page.locator('#user_login').inputValue()));
    assert.deepEqual(new Set(shown), new Set(['hugo']), navigations.map(({ all }) => all.length).join());
    assert.equal(await stage.sessionsOf('hugo'), 20, 'none was lost');
    await Promise.all([context, ...pages.map((page) => page.context())].map((each) => each.close()));
  });
});
