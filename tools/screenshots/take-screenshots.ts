// Takes the pictures of docs/screenshots: every page that people see, on a phone and on a desktop. Run it after a change to
// the pages: npm run screenshots. It needs Chromium; the fonts are the machine's.
import { once } from 'node:events';
import { mkdir, stat } from 'node:fs/promises';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { startChromium } from '../../packages/idp/test/support/chromium.ts';
import { password, redirectUri, startProvider } from '../../packages/idp/test/support/running-provider.ts';
import { openTestDatabase } from '../../packages/idp/test/support/test-database.ts';
import { authorizationRequest } from '../../packages/idp/test/support/user-agent.ts';

/** As somebody sees it who follows the README, wherever the provider listens meanwhile. */
const issuer = 'http://localhost:3000';
const folder = join(import.meta.dirname, '../../docs/screenshots');
const largestBytes = 80_000;

interface Screen {
  readonly suffix: string;
  readonly viewport: { readonly width: number; readonly height: number };
  readonly colorScheme: 'light' | 'dark';
  /** Only these pages; all unless told. */
  readonly only?: readonly string[];
}

const screens: readonly Screen[] = [
  { suffix: '390', viewport: { width: 390, height: 844 }, colorScheme: 'light' },
  { suffix: '1280', viewport: { width: 1280, height: 800 }, colorScheme: 'light' },
  { suffix: 'dark-390', viewport: { width: 390, height: 844 }, colorScheme: 'dark', only: ['sign-in'] },
];

/** What a person does to come to a page, in an order in which each leads to the next. */
const visits: Readonly<Record<string, (page: Page) => Promise<void>>> = {
  'sign-in': (page) => go(page, authorizationRequest('notes').url),
  'wrong-password': async (page) => {
    await fillIn(page, 'not the password, sorry');
  },
  consent: async (page) => {
    await go(page, authorizationRequest('recipes', { scope: 'openid profile email groups' }).url);
    await fillIn(page, password);
    await page.waitForURL(/\/interaction\//);
    await page.getByRole('button', { name: 'Allow' }).waitFor();
  },
  'select-account': (page) => go(page, authorizationRequest('notes', { prompt: 'select_account' }).url),
  home: (page) => go(page, '/'),
  error: (page) => go(page, authorizationRequest('nobody').url),
  'sign-out': (page) => go(page, '/session/end?client_id=recipes'),
  'signed-out': async (page) => {
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'You are signed out' }).waitFor();
  },
};

const go = async (page: Page, path: string): Promise<void> => {
  await page.goto(new URL(path, issuer).href);
};

const fillIn = async (page: Page, secret: string): Promise<void> => {
  await page.getByLabel('User name').fill('alice');
  await page.getByLabel('Password').fill(secret);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForLoadState();
};

/** Brings what the browser sends to the issuer to where the provider listens. */
const startProxy = async (providerPort: number): Promise<{ server: Server; port: number }> => {
  const server = createServer((incoming, answer) => {
    const { pathname, search } = new URL(incoming.url ?? '/', issuer);
    const { method, headers } = incoming;
    const options = { host: '127.0.0.1', port: providerPort, path: `${pathname}${search}`, method, headers };
    const outgoing = request(options, (received) => {
      answer.writeHead(received.statusCode ?? 502, received.rawHeaders);
      received.pipe(answer);
    });
    outgoing.on('error', () => answer.destroy());
    incoming.pipe(outgoing);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, port: (server.address() as AddressInfo).port };
};

const database = await openTestDatabase('embedded');
const provider = await startProvider(database, { env: { ISSUER: issuer, ORGANISATION_NAME: 'Example House' } });
const proxy = await startProxy(provider.port);
const browser = await startChromium();
try {
  await mkdir(folder, { recursive: true });
  await provider.addAccount('alice', { name: 'Alice Example' });
  await provider.addClient('notes', { clientName: 'Notes' });
  await provider.addClient('recipes', {
    clientName: 'Recipe Collection',
    redirectUris: [redirectUri],
    trusted: false,
    scope: 'openid profile email groups',
  });
  for (const { suffix, only, viewport, colorScheme } of screens) {
    const context = await browser.newContext({
      viewport,
      colorScheme,
      proxy: { server: `http://127.0.0.1:${proxy.port}` },
    });
    const page = await context.newPage();
    for (const [name, visit] of Object.entries(visits)) {
      await visit(page);
      if (only !== undefined && !only.includes(name)) continue;
      const path = join(folder, `${name}-${suffix}.png`);
      await page.screenshot({ path });
      const { size } = await stat(path);
      console.log(`${name}-${suffix}.png: ${page.url().slice(issuer.length, issuer.length + 40)}, ${size} bytes`);
      if (size > largestBytes) throw new Error(`${name}-${suffix}.png has ${size} bytes, more than ${largestBytes}`);
    }
    await context.close();
  }
} finally {
  await browser.close();
  proxy.server.closeAllConnections();
  proxy.server.close();
  await provider.close();
  await database.close();
}
