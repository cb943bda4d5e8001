import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import { openBlog, signInAtBlog, type BlogStage } from './support/blog.ts';

/** What other plugins do: ask early who is signed in, and switch checks of certificates off for every call. */
const careless = `<?php
add_action('plugins_loaded', static fn () => is_user_logged_in(), -10);
add_filter('http_request_args', static fn ($args) => ['sslverify' => false, 'redirection' => 5] + $args);
add_filter('http_api_debug', static function ($response, $context, $class, $args) {
    if (str_contains($args['user-agent'], 'Latchkey')) {
        update_option('seen_arguments', [$args['sslverify'], $args['redirection']]);
    }
}, 10, 4);
`;

describe('the real WordPress beside careless plugins', { timeout: 180_000 }, () => {
  let stage: BlogStage;
  let page: Page;

  before(async () => {
    stage = await openBlog({ muPlugins: { 'careless.php': careless } });
    page = await stage.browser.newPage();
    await signInAtBlog(page, stage, 'bert');
  });
  after(async () => stage.close());

  it('checks certificates and follows no redirect, whatever they say', async () => {
    assert.equal(await stage.blog.php(`echo json_encode(get_option('seen_arguments'));`), '[true,0]');
  });

  it('asks whether the session lives although another plugin asked first who is signed in', async () => {
    await stage.blog.host.switchOff('/latchkey/backchannel');
    await stage.provider.latchkeyJson(['account', 'sign-out', 'bert']);
    await page.context().clearCookies({ name: '__Secure-latchkey-hint' });
    assert.equal(await stage.sessionsOf('bert'), 1, 'no call came');
    await stage.ageProofs(301);
    await page.goto(`${stage.blog.origin}/wp-admin/profile.php`);
    assert.match(page.url(), /wp-login\.php/);
    assert.equal(await stage.sessionsOf('bert'), 0);
  });

  it('closes the link of a local user who is deleted, so that the next one with that number is nobody’s', async () => {
    const links = `global $wpdb; echo json_encode($wpdb->get_row(
      "select user_id, open_user_id, closed from {$wpdb->prefix}latchkey_links", ARRAY_N));`;
    const [id, open, closed] = JSON.parse(await stage.blog.php(links)) as (string | null)[];
    assert.deepEqual([open, closed], [id, '0']);
    await stage.blog.php(`require_once ABSPATH . 'wp-admin/includes/user.php';
      wp_delete_user(get_user_by('login', 'bert')->ID);`);
    assert.deepEqual(JSON.parse(await stage.blog.php(links)), ['0', null, '1']);
  });
});
