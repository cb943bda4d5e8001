// Chromium does not prerender while a debugger is attached, so nothing drives it here: its pages report to the server.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { startStandInApplication } from './support/stand-in-application.ts';
import { HINT, ISSUER_SESSION, startStandInIssuer } from './support/stand-in-issuer.ts';

const chromium = process.env['LATCHKEY_TEST_CHROMIUM'] ?? '/usr/bin/chromium';

const LIMIT_MS = 30_000;

/** The page that lets the browser prerender the next one, and goes there once the server says that it has been. */
const first = '<!doctype html><title>First</title><script src="/go-on.js"></script>';
const goOn = `fetch('/prerendered').then(() => { location.href = '/page/reporting'; });`;
const rules = JSON.stringify({ prerender: [{ source: 'list', urls: ['/page/reporting'], eagerness: 'immediate' }] });
/** The code of the prerendered page itself; it runs before the session check and hears its events. */
const reporting = `
  const report = (what) => fetch('/report?' + new URLSearchParams({ what, prerendering: document.prerendering }));
  addEventListener('load', () => report('loaded'));
  document.addEventListener('latchkey', ({ detail }) => report(detail.name));`;

it('does nothing on a prerendered page until somebody looks at it', async () => {
  const issuer = await startStandInIssuer();
  const done = Promise.withResolvers<void>();
  const waiting: ServerResponse[] = [];
  const reports: string[] = [];
  const sent: Record<string, readonly [type: string, body: string]> = {
    '/first': ['text/html', first],
    '/go-on.js': ['text/javascript', goOn],
    '/reporting.js': ['text/javascript', reporting],
    '/rules.json': ['application/speculationrules+json', rules],
  };
  const application = await startStandInApplication(issuer.origin, (url, response) => {
    const file = sent[url.pathname];
    if (file) {
      response.setHeader('Content-Type', file[0]).setHeader('Cache-Control', 'no-store');
      if (url.pathname === '/first') {
        response.setHeader('Speculation-Rules', '"/rules.json"');
        response.setHeader('Set-Cookie', [
          `${ISSUER_SESSION}=alice; Path=/; HttpOnly`,
          `${HINT}=hint-of-alice; Path=/`,
        ]);
      }
      response.end(file[1]);
    } else if (url.pathname === '/prerendered') {
      waiting.push(response); // answered once the next page has been prerendered
    } else if (url.pathname === '/report') {
      reports.push(`${url.searchParams.get('what')}, prerendering: ${url.searchParams.get('prerendering')}`);
      response.end();
      for (const answer of waiting.splice(0)) answer.end();
      if (url.searchParams.get('what') === 'Alice Example') done.resolve();
    } else return false;
    return true;
  });

  const home = await mkdtemp(join(tmpdir(), 'latchkey-chromium-'));
  const browser = spawn(
    chromium,
    [
      '--headless',
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      '--disable-gpu',
      '--no-first-run',
      '--disable-component-update',
      '--disable-sync',
      '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.*',
      `--user-data-dir=${home}`,
      `http://127.0.0.1:${application.port}/first`,
    ],
    { stdio: 'ignore', env: { ...process.env, HOME: home } },
  );
  const ended = once(browser, 'exit');
  try {
    const late = AbortSignal.timeout(LIMIT_MS);
    await Promise.race([
      done.promise,
      ended.then(() => assert.fail('Chromium ended before it showed the page')),
      once(late, 'abort').then(() => assert.fail(`in time the server heard only: ${application.requests.join(', ')}`)),
    ]);
    assert.deepEqual(reports, ['loaded, prerendering: true', 'Alice Example, prerendering: false']);
    const { requests } = application;
    assert.equal(requests.filter((line) => line === 'GET /page/reporting').length, 1, 'what was prerendered is shown');
    assert.ok(requests.indexOf('GET /latchkey/start') > requests.indexOf('GET /report'));
    assert.deepEqual(
      requests.filter((line) => /latchkey\/(?!session-check)/.test(line)),
      ['GET /latchkey/start', 'GET /latchkey/callback'],
    );
  } finally {
    browser.kill('SIGTERM');
    await ended;
    await application.close();
    await issuer.close();
    await rm(home, { recursive: true, force: true, maxRetries: 5 });
  }
});
