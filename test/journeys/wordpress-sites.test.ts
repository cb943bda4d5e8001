import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { administratorPassword } from '../../tools/apps/local-users.ts';
import { signInAtWordPress } from '../../tools/apps/sign-in-locally.ts';
import { recordNavigations } from '../../tools/stage/navigations.ts';
import { signIn } from '../../tools/stage/sign-in-page.ts';
import { openBlog, signInAtBlog, type BlogStage } from './support/blog.ts';
import { signInAt } from './support/notes-pages.ts';
import { whoIsShown } from './support/session-line.ts';

describe('a French WordPress without permalinks, whose front pages no cache keeps', { timeout: 300_000 }, () => {
  let stage: BlogStage;
  let origin: string;

  before(async () => {
    const settings = { LATCHKEY_FRONT_PAGES: 'uncached' };
    stage = await openBlog({ permalinks: false, locale: 'fr_FR', settings, folder: '/index.php/latchkey' });
    ({ origin } = stage.blog);
  });
  after(async () => {
    const faults = await stage.faults();
    await stage.close();
    assert.deepEqual(faults, []);
  });

  it('speaks French, through index.php', async () => {
    const page = await stage.browser.newPage();
    await page.goto(`${origin}/?p=1`);
    await page.getByRole('link', { name: 'Se connecter' }).first().click();
    await signIn(page, 'alice');
    await page.getByRole('heading', { name: 'Bienvenue' }).waitFor();
    assert.match(await page.locator('main').innerText(), /Vous vous appelez alice2 sur Test Blog/);
    assert.equal(new URL(page.url()).pathname, '/index.php/latchkey/callback');
    await page.getByRole('link', { name: 'Continuer' }).click();
    await page.waitForURL(`${origin}/?p=1`);
    assert.equal(await whoIsShown(page), 'Alice Example');
    await page.context().close();
  });

  it('redirects somebody who is known elsewhere at the first page, and shows the name in it', async () => {
    const page = await stage.browser.newPage({ javaScriptEnabled: false });
    await signInAt(page, stage.notes, 'bert');
    const navigations = recordNavigations(page);
    const answer = await page.goto(`${origin}/?p=1`);
    assert.match(String(answer?.headers()['cache-control']), /private, no-store/);
    assert.equal(
      await page.locator('[data-latchkey-in]:visible [data-latchkey-name]').first().innerText(),
      'Bert Example',
    );
    assert.equal(navigations.redirects().length, 3);
    await page.context().close();
    assert.equal((await stage.request(`${origin}/?p=1`)).status, 200);
  });

  it('shows a page with a click for a sign-in that was completed already, is nobody’s, or nobody knows', async () => {
    const page = await stage.browser.newPage();
    const callbacks: string[] = [];
    page.on('request', (request) => request.url().includes('/latchkey/callback?') && callbacks.push(request.url()));
    await page.goto(`${origin}/wp-login.php`);
    await page.locator('.latchkey-sign-in a').click();
    await signIn(page, 'bert');
    await page.waitForURL(`${origin}/`);
    const [used = ''] = callbacks;
    const stranger = await stage.browser.newPage();
    for (const [browser, url] of [
      [page, used],
      [stranger, used],
      [stranger, `${origin}/index.php/latchkey/callback?code=a&state=b`],
      [stranger, `${origin}/index.php/latchkey/callback`],
    ] as const) {
      const answer = await browser.goto(url);
      assert.equal(answer?.status(), 400);
      await browser.getByRole('link', { name: 'Continuer' }).waitFor();
    }
    await page.goto(`${origin}/?p=1`);
    assert.equal(await whoIsShown(page), 'Bert Example', 'a replay ends nothing');
    await Promise.all([page.context().close(), stranger.context().close()]);
  });

  it('keeps to the rules of the REST interface: without nonce a session counts for nothing there', async () => {
    const page = await stage.browser.newPage();
    await signInAtBlog(page, stage, 'bert');
    const me = `${origin}/index.php?rest_route=/wp/v2/users/me`;
    const status = (nonce: string) =>
      page.evaluate(
        `fetch('${me}', { headers: ${nonce === '' ? '{}' : `{ 'X-WP-Nonce': '${nonce}' }`} }).then((answer) => answer.status)`,
      );
    assert.equal(await status(''), 401);
    assert.equal(await status('forged'), 403);
    await page.goto(`${origin}/wp-admin/profile.php`);
    assert.equal(await status(await page.evaluate<string>('wpApiSettings.nonce')), 200);
    await page.context().close();
  });

  it('leads nobody away from the site', async () => {
    for (const to of ['//evil.test/', 'https://evil.test/', '/\\evil.test', 'javascript:alert(1)']) {
      const page = await stage.browser.newPage();
      await page.goto(`${origin}/index.php/latchkey/start?to=${encodeURIComponent(to)}`);
      await signIn(page, 'bert');
      await page.waitForURL((url) => url.origin === origin && !url.pathname.includes('latchkey'));
      assert.equal(page.url(), `${origin}/`);
      await page.context().close();
    }
  });

  it('tells and erases what it knows of somebody, by the tools of WordPress', async () => {
    const page = await stage.browser.newPage();
    await signInAtBlog(page, stage, 'bert');
    const exported = await stage.blog.php(
      'echo json_encode(apply_filters("wp_privacy_personal_data_exporters", [])["latchkey"]["callback"]("bert@example.org", 1));',
    );
    assert.ok(exported.includes(stage.bert));
    const erased = await stage.blog.php(
      'echo json_encode(apply_filters("wp_privacy_personal_data_erasers", [])["latchkey"]["callback"]("bert@example.org", 1));',
    );
    assert.match(erased, /"items_removed":true/);
    assert.equal(await stage.sessionsOf('bert'), 0);
    await page.context().close();
  });

  it('ends its sessions when the plugin is deactivated, and keeps the users when it is deleted', async () => {
    const page = await stage.browser.newPage();
    await signInAtBlog(page, stage, 'bert');
    await page.goto(`${origin}/wp-admin/profile.php`);
    assert.equal(await page.locator('#user_login').inputValue(), 'bert');
    await stage.blog.php(
      'require_once ABSPATH . "wp-admin/includes/plugin.php"; deactivate_plugins("latchkey/latchkey.php");',
    );
    await page.goto(`${origin}/wp-admin/profile.php`);
    assert.match(page.url(), /wp-login\.php/);
    const before = await stage.users();
    await stage.blog.php(
      'define("WP_UNINSTALL_PLUGIN", "latchkey"); require WP_PLUGIN_DIR . "/latchkey/uninstall.php";',
    );
    assert.deepEqual(await stage.users(), before);
    const left =
      'global $wpdb; echo count($wpdb->get_col("show tables like \'%latchkey%\'")), get_option("latchkey_settings") === false ? "" : "settings";';
    assert.equal(await stage.blog.php(left), '0');
    await signInAtWordPress(page, origin, 'admin', administratorPassword);
    await page.context().close();
  });
});
