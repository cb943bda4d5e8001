import type { Page } from 'playwright-core';
import { signIn } from '../../../tools/stage/sign-in-page.ts';
import type { NotesApplication } from './house.ts';

type Application = Pick<NotesApplication, 'origin'>;

/** Opens a copy's own page of notes, and signs in on the provider's page that comes instead. */
export const signInAt = async (page: Page, { origin }: Application, username: string): Promise<void> => {
  await page.goto(`${origin}/notes`);
  await signIn(page, username);
  await page.waitForURL(`${origin}/notes`);
};

/** The name that the page says is signed in, as a person sees it; empty when it says that nobody is. */
export const shownName = async (page: Page): Promise<string> => {
  const name = page.locator('[data-latchkey-in]:visible [data-latchkey-name]');
  return (await name.count()) === 0 ? '' : name.innerText();
};

/** Waits until a page for everybody shows a name, which the script does a moment after the page is there. */
export const waitForName = (page: Page, name: string): Promise<void> =>
  page.locator('[data-latchkey-in]:visible [data-latchkey-name]', { hasText: name }).waitFor();

/** Presses the page's own button, which signs out everywhere, or does so with the field that leaves the provider out. */
export const signOut = async (page: Page, where: 'everywhere' | 'here' = 'everywhere'): Promise<void> => {
  if (where === 'here') {
    const field = '<input type="hidden" name="where" value="here">';
    await page.evaluate(
      `document.querySelector('form[action$="/sign-out"]').insertAdjacentHTML('beforeend', '${field}')`,
    );
  }
  // It may end at the very address where it began: what tells that it is over is the first answer that is no redirect.
  const answered = page.waitForResponse(
    (response) =>
      response.frame() === page.mainFrame() &&
      response.request().isNavigationRequest() &&
      (response.status() < 300 || response.status() > 399),
  );
  await page.getByRole('button', { name: 'Sign out' }).click();
  await answered;
  await page.waitForLoadState();
};

/** Writes a note with the form of the page of notes. */
export const writeNote = async (page: Page, text: string): Promise<void> => {
  await page.getByLabel('New note').fill(text);
  await page.getByRole('button', { name: 'Save' }).click();
};

/** Whether the page is the provider's sign-in page: what somebody sees whom nobody knows. */
export const isAtSignInPage = async (page: Page, issuer: string): Promise<boolean> =>
  new URL(page.url()).origin === issuer && (await page.getByLabel('Password').count()) === 1;
