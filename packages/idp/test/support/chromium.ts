import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';

/** Debian's Chromium, unless `LATCHKEY_TEST_CHROMIUM` names another one. */
const executablePath = process.env['LATCHKEY_TEST_CHROMIUM'] ?? '/usr/bin/chromium';

export interface TestBrowser {
  /** A browser with no cookies and no history. */
  readonly newContext: (options?: Parameters<Browser['newContext']>[0]) => Promise<BrowserContext>;
  readonly close: () => Promise<void>;
}

/** A headless Chromium that reaches this machine only. */
export const startChromium = async (): Promise<TestBrowser> => {
  const home = await mkdtemp(join(tmpdir(), 'latchkey-chromium-'));
  const browser = await chromium.launch({
    executablePath,
    chromiumSandbox: process.getuid?.() !== 0,
    env: { ...process.env, HOME: home },
    args: [
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE *.localhost, EXCLUDE 127.*',
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

/** What the browser refused because of a Content-Security-Policy; empty when nothing was. */
export const watchPolicy = (page: Page): string[] => {
  const refused: string[] = [];
  page.on('console', (message) => {
    if (/Content Security Policy|Refused to/i.test(message.text())) refused.push(message.text());
  });
  return refused;
};
