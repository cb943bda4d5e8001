import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { hostResolverRules, makeBrowserHome } from './browser-home.ts';
import type { NamedHosts } from './named-hosts.ts';

export interface BrowserOptions {
  /** More for Chromium's command line. */
  readonly args?: readonly string[];
  /** What Playwright would add to it and must not, such as `--disable-back-forward-cache`. */
  readonly ignoreDefaultArgs?: readonly string[];
}

export interface StageBrowser {
  /** A browser with no cookies and no history. */
  newContext(options?: Parameters<Browser['newContext']>[0]): Promise<BrowserContext>;
  /** A page of such a browser. */
  newPage(options?: Parameters<Browser['newContext']>[0]): Promise<Page>;
  close(): Promise<void>;
}

/** Debian's Chromium, unless `LATCHKEY_TEST_CHROMIUM` names another one. */
const executablePath = process.env['LATCHKEY_TEST_CHROMIUM'] ?? '/usr/bin/chromium';

/**
 * A headless Chromium for which every `*.test` is this machine and nothing else is anywhere. It checks certificates as
 * ever; the stage's authority is in its store.
 */
export const startStageBrowser = async (
  { folder, certificates }: Pick<NamedHosts, 'folder' | 'certificates'>,
  { args = [], ignoreDefaultArgs = [] }: BrowserOptions = {},
): Promise<StageBrowser> => {
  const home = await makeBrowserHome(await folder.fresh(), certificates.authorityFile);
  const browser = await chromium.launch({
    executablePath,
    chromiumSandbox: process.getuid?.() !== 0,
    env: { ...process.env, HOME: home },
    ignoreDefaultArgs: [...ignoreDefaultArgs],
    args: [
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      `--host-resolver-rules=${hostResolverRules}`,
      ...args,
    ],
  });
  return {
    newContext: (options) => browser.newContext(options),
    newPage: (options) => browser.newPage(options),
    close: () => browser.close(),
  };
};
