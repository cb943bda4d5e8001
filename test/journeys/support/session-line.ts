import type { Page } from 'playwright-core';

/** Whom the page shows as signed in; undefined: nobody. @throws where it shows both, or neither, or keeps a name in hiding */
export const whoIsShown = async (page: Page): Promise<string | undefined> => {
  // All at one moment: the script may be about to change it.
  const [isIn, isOut, name] = await page.evaluate<[boolean, boolean, string]>(`(() => {
    const part = (name) => document.querySelector('[data-latchkey] [data-latchkey-' + name + ']');
    const isVisible = (name) => part(name)?.checkVisibility() === true;
    return [isVisible('in'), isVisible('out'), part('name')?.textContent ?? ''];
  })()`);
  if (isIn === isOut) throw new Error(`${page.url()} shows ${isIn ? 'both' : 'neither'} of "in" and "out"`);
  if (!isIn && name !== '') throw new Error(`${page.url()} keeps the name ${name} of somebody who is not shown`);
  return isIn ? name : undefined;
};

/** Goes to a page and waits until the session check's frame was answered, by whomever, and is gone. */
export const visitWithFrame = async (page: Page, url: string): Promise<void> => {
  const frame = page.waitForResponse(
    (answer) =>
      answer.request().isNavigationRequest() && answer.frame() !== page.mainFrame() && answer.status() === 200,
  );
  await page.goto(url);
  await frame;
  await page.locator('iframe').waitFor({ state: 'detached' });
};
