import type { Page } from 'playwright-core';
import { userPassword } from './local-users.ts';

/** Signs in at WordPress's own form, and waits until its bar says so. */
export const signInAtWordPress = async (page: Page, origin: string, username: string, password = userPassword) => {
  await page.goto(`${origin}/wp-login.php`);
  await page.locator('#user_login').fill(username);
  await page.locator('#user_pass').fill(password);
  await page.locator('#wp-submit').click();
  await page.locator('#wpadminbar').waitFor();
};

/** Signs in at MediaWiki's own form, and waits until it names the user. */
export const signInAtMediaWiki = async (page: Page, origin: string, username: string, password = userPassword) => {
  await page.goto(`${origin}/index.php?title=Special:UserLogin`);
  await page.locator('#wpName1').fill(username);
  await page.locator('#wpPassword1').fill(password);
  await page.locator('#wpLoginAttempt').click();
  await page.locator('#pt-userpage').waitFor();
};
