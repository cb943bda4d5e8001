import type { BrowserContext, Page } from 'playwright-core';
import { hintCookie } from '../../../tools/stage/browser-cookies.ts';
import type { HostOptions } from '../../../tools/stage/named-host.ts';
import type { NamedHosts } from '../../../tools/stage/named-hosts.ts';

/** A host of the same domain that somebody else runs: what people upload, a forgotten test machine, a stranger. */
export const sibling = 'sibling.example.test';

/** For `hosts` of the stage: an empty page at each of its addresses. */
export const siblingHost: HostOptions = {
  upstreams: [],
  serverDirectives: `location / {
    default_type text/html;
    return 200 "<!doctype html><title>Sibling</title>";
  }`,
};

/** Opens a page of the sibling's, with whatever script it likes. */
export const openSibling = async (stage: Pick<NamedHosts, 'host'>, context: BrowserContext): Promise<Page> => {
  const page = await context.newPage();
  await page.goto(`${stage.host(sibling).origin}/`);
  return page;
};

/** Has the sibling's own script write cookies, as the browser lets it. @param cookies as for `document.cookie` */
export const writeFromSibling = async (
  stage: Pick<NamedHosts, 'host'>,
  context: BrowserContext,
  cookies: readonly string[],
): Promise<void> => {
  const page = await openSibling(stage, context);
  for (const cookie of cookies) await page.evaluate(`document.cookie = ${JSON.stringify(cookie)}`);
  await page.close();
};

/** What the sibling writes to forge a hint for the whole domain. The provider overwrites one at the path `/` alone. */
export const forgedHint = (value: string, path = '/'): string =>
  `${hintCookie}=${value}; Domain=example.test; Path=${path}; Secure; SameSite=Lax; Max-Age=36000`;
