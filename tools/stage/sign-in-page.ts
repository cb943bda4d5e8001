import type { Page } from 'playwright-core';
import { password as defaultPassword } from '../../packages/idp/test/support/running-provider.ts';

/** Fills in the provider's sign-in page, on which the page is or is about to be, and sends it. */
export const signIn = async (page: Page, username: string, password = defaultPassword): Promise<void> => {
  await page.getByLabel('User name or e-mail').fill(username);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
};
