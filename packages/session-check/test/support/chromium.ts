import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser, type BrowserContext } from 'playwright-core';

/** Debian's Chromium, unless `LATCHKEY_TEST_CHROMIUM` names another one. */
const executablePath = process.env['LATCHKEY_TEST_CHROMIUM'] ?? '/usr/bin/chromium';

export interface TestBrowser {
  /** A browser with no cookies and no history. */
  readonly newContext: (options?: Parameters<Browser['newContext']>[0]) => Promise<BrowserContext>;
  readonly close: () => Promise<void>;
}

/** A headless Chromium that reaches this machine only, and that keeps pages for "back" as it does for people. */
export const startChromium = async (...more: string[]): Promise<TestBrowser> => {
  const home = await mkdtemp(join(tmpdir(), 'latchkey-chromium-'));
  const browser = await chromium.launch({
    executablePath,
    chromiumSandbox: process.getuid?.() !== 0,
    env: { ...process.env, HOME: home },
    ignoreDefaultArgs: ['--disable-back-forward-cache'],
    args: [
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-component-update',
      '--disable-sync',
      '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.*',
      ...more,
    ],
  });
  return {
    newContext: (options) => browser.newContext(options),
    close: async () => {
      await browser.close();
      await rm(home, { recursive: true, force: true });
    },
  };
};
