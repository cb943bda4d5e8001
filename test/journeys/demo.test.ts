import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { startChromium, type TestBrowser } from '../../packages/idp/test/support/chromium.ts';
import { startCommand, type Child } from '../../packages/idp/test/support/child-process.ts';
import { recordNavigations } from '../../tools/stage/navigations.ts';
import { signIn } from '../../tools/stage/sign-in-page.ts';
import { eventually } from './support/eventually.ts';

const repository = fileURLToPath(new URL('../../', import.meta.url));
const name = (page: Page): Promise<string> => page.locator('[data-latchkey-name]').innerText();

describe('npm run demo, as it says what to try', { timeout: 120_000 }, () => {
  let demo: Child;
  let browser: TestBrowser;
  let page: Page;
  const address = { accounts: '', notes: '', journal: '' };
  let foldersBefore: string[];

  const folders = async (): Promise<string[]> =>
    (await readdir(tmpdir())).filter((folder) => folder.startsWith('latchkey-demo-'));

  const left = async (): Promise<string[]> => (await folders()).filter((folder) => !foldersBefore.includes(folder));

  before(async () => {
    foldersBefore = await folders();
    demo = startCommand(['npm', 'run', 'demo'], { cwd: repository, env: process.env, detached: true });
    for (const key of Object.keys(address) as (keyof typeof address)[]) {
      const line = await demo.line((text) => text.toLowerCase().startsWith(`${key} `) && text.includes('http://'));
      address[key] = /http:\/\/\S+/.exec(line)?.[0] ?? '';
    }
    browser = await startChromium();
    page = await (await browser.newContext()).newPage();
  });
  after(async () => {
    await browser.close();
    // As a terminal's Ctrl+C: the whole group is told, and npm passes on what it was told itself.
    process.kill(-(demo.process.pid ?? 0), 'SIGINT');
    const { stderr } = await demo.ended;
    await eventually('everything has ended', async () => (await left()).length === 0);
    for (const url of Object.values(address)) {
      await assert.rejects(fetch(`http://127.0.0.1:${new URL(url).port}/`), `${url} is gone: ${stderr}`);
    }
  });

  it('signs alice in at Notes', async () => {
    await page.goto(`${address.notes}/notes`);
    assert.ok(page.url().startsWith(address.accounts));
    await signIn(page, 'alice');
    await page.waitForURL(`${address.notes}/notes`);
    assert.equal(await name(page), 'Alice Example');
  });

  it('knows her at the journal at the first visit', async () => {
    const navigations = recordNavigations(page);
    await page.goto(`${address.journal}/notes`);
    assert.deepEqual([page.url(), await name(page)], [`${address.journal}/notes`, 'Alice Example']);
    assert.equal(navigations.redirects().length, 3);
  });

  it('signs her out of both', async () => {
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.waitForURL(`${address.journal}/`);
    await page.goto(`${address.notes}/notes`);
    assert.ok(page.url().startsWith(address.accounts), 'asked to sign in again');
  });

  it('shows bert on the page for everybody', async () => {
    await signIn(page, 'bert');
    await page.waitForURL(`${address.notes}/notes`);
    await page.goto(`${address.journal}/`);
    await page.getByText('Bert Example').waitFor();
  });
});
