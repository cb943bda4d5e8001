import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { BrowserContext, Page } from 'playwright-core';
import { startCommand, type Child } from '../../packages/idp/test/support/child-process.ts';
import { administratorPassword } from '../../tools/apps/local-users.ts';
import { hostsOfApps, openApps, type Apps, type AppsOptions } from '../../tools/apps/open-apps.ts';
import { signInAtMediaWiki, signInAtWordPress } from '../../tools/apps/sign-in-locally.ts';
import { authorityName } from '../../tools/stage/certificates.ts';
import { nodeCommand, openNamedHosts } from '../../tools/stage/named-hosts.ts';
import { openStage, type Stage } from '../../tools/stage/stage.ts';

const repository = fileURLToPath(new URL('../../', import.meta.url));

/** Command lines of all processes that have something to do with the folder. */
const processesIn = async (folder: string): Promise<string[]> => {
  const processes = (await readdir('/proc')).filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid);
  const lines = processes.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => ''));
  return (await Promise.all(lines)).map((line) => line.replaceAll('\0', ' ')).filter((line) => line.includes(folder));
};

/** Waits for what ends by itself in a moment: a killed process is there until its parent has noticed. */
const nothingLeftOf = async (folder: string): Promise<void> => {
  const deadline = Date.now() + 5000;
  for (;;) {
    const left = await processesIn(folder);
    if (left.length === 0 && !existsSync(folder)) return;
    if (Date.now() > deadline) assert.fail(`left of ${folder}, there: ${existsSync(folder)}: ${left.join('; ')}`);
  }
};

describe('the real applications on a stage', { timeout: 240_000 }, () => {
  const options: AppsOptions = {
    wordpress: {
      pageCache: true,
      locale: 'fr_FR',
      muPlugins: {
        'house.php':
          "<?php add_action('init', static fn() => header('X-House: ' . (defined('HOUSE') ? HOUSE : 'none')));",
      },
    },
    mediawiki: { settings: { wgSitename: 'House Wiki' } },
  };
  let stage: Stage;
  let apps: Apps;
  let openedAfterMs: number;
  let context: BrowserContext;
  let page: Page;

  before(async () => {
    stage = await openStage({ hosts: hostsOfApps(options) });
    const begunAt = performance.now();
    apps = await openApps(stage, options);
    openedAfterMs = performance.now() - begunAt;
    context = await stage.browser.newContext();
    page = await context.newPage();
  });
  after(async () => {
    await stage.close();
    await nothingLeftOf(stage.folder.path);
  });

  it('tells how long both took to open', (t) => {
    t.diagnostic(`open after ${Math.round(openedAfterMs)} ms`);
    assert.deepEqual(
      [apps.wordpress.version, apps.mediawiki.version].map((version) => /^\d+\.\d+/.test(version)),
      [true, true],
    );
  });

  it('answer at their names, with a certificate that the browser checks', async () => {
    for (const [origin, title] of [
      [apps.wordpress.origin, 'Test Blog'],
      [apps.mediawiki.origin, 'House Wiki'],
    ] as const) {
      const answer = await page.goto(`${origin}/`);
      assert.deepEqual([answer?.status(), (await answer?.securityDetails())?.issuer], [200, authorityName]);
      assert.ok((await page.title()).includes(title), await page.title());
    }
  });

  it('serve no file of settings', async () => {
    const { wordpress, mediawiki } = apps;
    assert.equal((await stage.request(`${wordpress.origin}/wp-config.php`)).text, '');
    for (const address of [
      `${wordpress.origin}/../settings.json`,
      `${wordpress.origin}/settings.json`,
      `${mediawiki.origin}/settings.json`,
      `${mediawiki.origin}/LocalSettings.php`,
      `${mediawiki.origin}/images/../settings.json`,
      `${mediawiki.origin}/images../settings.json`,
    ]) {
      assert.equal((await stage.request(address)).status, 404, address);
    }
  });

  it("sign in their own users by their own forms, and nobody by another's password", async () => {
    await signInAtWordPress(page, apps.wordpress.origin, 'admin', administratorPassword);
    assert.match(await page.locator('#wp-admin-bar-my-account').innerText(), /admin/);
    await signInAtMediaWiki(page, apps.mediawiki.origin, 'Alice');
    assert.equal(await page.locator('#pt-userpage').innerText(), 'Alice');
    const form = { log: 'alice', pwd: administratorPassword };
    const refused = await stage.request(`${apps.wordpress.origin}/wp-login.php`, { form });
    assert.deepEqual([refused.status, refused.location], [200, undefined]);
  });

  it('speak French where they are asked to', async () => {
    assert.match((await stage.request(`${apps.wordpress.origin}/wp-login.php`)).text, /Se connecter/);
    const french = await stage.request(`${apps.mediawiki.origin}/index.php?title=Special:UserLogin&uselang=fr`);
    assert.match(french.text, /Se connecter/);
  });

  it('send no mail: WordPress writes down what it would send, MediaWiki has none', async () => {
    assert.deepEqual(await apps.wordpress.mails(), []);
    const text = 'echo wp_mail($arguments[0], "Hello", "It\'s me") ? "taken" : "failed";';
    assert.equal(await apps.wordpress.php(text, 'alice@example.test'), 'taken');
    assert.deepEqual(await apps.wordpress.mails(), [
      { to: ['alice@example.test'], subject: 'Hello', message: "It's me" },
    ]);
    for (const app of [apps.wordpress, apps.mediawiki]) {
      assert.equal(await app.php('echo mail("alice@example.test", "Hello", "") ? "sent" : "no";'), 'no');
    }
    const enabled = 'echo json_encode($GLOBALS["wgEnableEmail"]);';
    assert.equal(await apps.mediawiki.php(enabled), 'false');
  });

  it('run scripts inside, and say why one fails', async () => {
    assert.equal(
      await apps.wordpress.php('echo get_user_by("login", $arguments[0])->roles[0], $arguments[1];', 'bob', " '$x"),
      "subscriber '$x",
    );
    const user = 'echo json_encode(User::newFromName($arguments[0])->isRegistered());';
    assert.deepEqual([await apps.mediawiki.php(user, 'Bob'), await apps.mediawiki.php(user, 'Eve')], ['true', 'false']);
    assert.match(await apps.mediawiki.maintenance('version'), /MediaWiki version/);
    await assert.rejects(apps.wordpress.php('throw new Exception("no such luck");'), /no such luck/);
    await assert.rejects(apps.mediawiki.php('no_such_function();'), /no_such_function/);
  });

  it('take other settings from the next request on', async () => {
    const house = async () => (await stage.request(`${apps.wordpress.origin}/wp-login.php`)).headers['x-house'];
    assert.equal(await house(), 'none');
    await apps.wordpress.configure({ HOUSE: 'full' });
    assert.equal(await house(), 'full');
    await apps.wordpress.configure({ HOUSE: undefined });
    assert.equal(await house(), 'none');
    await apps.mediawiki.configure({ wgSitename: 'Other Wiki' });
    assert.match(await apps.mediawiki.php('echo $GLOBALS["wgSitename"];'), /^Other Wiki$/);
  });

  it('reach the provider by its name and trust its certificate, from PHP', async () => {
    const url = `${stage.provider.issuer}/.well-known/openid-configuration`;
    for (const call of ['wp_remote_get', 'wp_safe_remote_get']) {
      const script = `$answer = ${call}($arguments[0]); echo is_wp_error($answer) ? $answer->get_error_message() : $answer['response']['code'];`;
      assert.equal(await apps.wordpress.php(script, url), '200', call);
    }
    const script =
      'echo json_decode(MediaWiki\\MediaWikiServices::getInstance()->getHttpRequestFactory()->get($arguments[0]))->issuer;';
    assert.equal(await apps.mediawiki.php(script, url), stage.provider.issuer);
  });

  it("tell errors by the place where they happened, without core's", async () => {
    await apps.wordpress.php('trigger_error("something odd", E_USER_WARNING);');
    const [entry = '', ...more] = await apps.wordpress.debugLog('something odd');
    assert.deepEqual(more, []);
    assert.match(entry, /tools\/apps\/wordpress\/run\.php/);
    assert.deepEqual(await apps.wordpress.debugLog('plugins/latchkey'), []);
  });

  it('keep pages in a cache that knows no cookies, unless they forbid it', async () => {
    const ask = async (path: string, cookie: string): Promise<unknown> =>
      (await stage.request(`${apps.wordpress.origin}${path}`, { headers: { cookie } })).headers['x-cache'];
    await apps.wordpress.emptyPageCache();
    assert.deepEqual([await ask('/hello-world/', 'one=1'), await ask('/hello-world/', 'two=2')], ['MISS', 'HIT']);
    assert.deepEqual([await ask('/wp-login.php', 'one=1'), await ask('/wp-login.php', 'one=1')], ['MISS', 'MISS']);
    const kept = await apps.wordpress.cachedAnswers();
    assert.deepEqual(
      kept.map((text) => text.includes('KEY: GET/hello-world/')),
      [true],
    );
    await apps.wordpress.emptyPageCache();
    assert.equal(await ask('/hello-world/', 'one=1'), 'MISS');
  });

  it('are down one by one, and come back with their data', async () => {
    const { wordpress, mediawiki } = apps;
    const statuses = async (): Promise<number[]> => {
      const addresses = [`${wordpress.origin}/wp-login.php`, `${mediawiki.origin}/wiki/Main_Page`];
      return (await Promise.all(addresses.map((address) => stage.request(address)))).map(({ status }) => status);
    };
    await wordpress.stop();
    assert.deepEqual(await statuses(), [502, 200]);
    await wordpress.start();
    await mediawiki.stop();
    assert.deepEqual(await statuses(), [200, 502]);
    await mediawiki.start();
    assert.deepEqual(await statuses(), [200, 200]);
    await page.goto(`${mediawiki.origin}/`);
    assert.equal(await page.locator('#pt-userpage').innerText(), 'Alice');
  });

  it('stand beside others of their kind, which have a plugin and an extension from anywhere', async () => {
    const folder = await stage.folder.fresh();
    await writeFile(
      join(folder, 'greeter.php'),
      `<?php /* Plugin Name: Greeter */
      register_activation_hook(__FILE__, static fn() => update_option('greeting', getenv('GREETING')));`,
    );
    const extension = { name: 'Greeter', manifest_version: 2, config: { Greeting: { value: 'Good evening' } } };
    await writeFile(join(folder, 'extension.json'), JSON.stringify(extension));
    const others: AppsOptions = {
      wordpress: { permalinks: false, plugins: [{ name: 'greeter', folder }], env: { GREETING: 'Good morning' } },
      mediawiki: { extensions: [{ name: 'Greeter', folder }] },
    };
    const second = await openNamedHosts(hostsOfApps(others));
    try {
      const { wordpress, mediawiki } = await openApps(second, others);
      await wordpress.php('update_option("blogname", get_option("greeting") . " Blog");');
      assert.match((await second.request(`${wordpress.origin}/?p=1`)).text, /Good morning Blog/);
      assert.equal(await apps.wordpress.php('echo get_option("blogname");'), 'Test Blog');
      assert.equal(await wordpress.php('echo rest_url();'), `${wordpress.origin}/index.php?rest_route=/`);
      assert.equal(await mediawiki.php('echo $GLOBALS["wgGreeting"];'), 'Good evening');
    } finally {
      await second.close();
    }
    await nothingLeftOf(second.folder.path);
    assert.equal((await stage.request(`${apps.wordpress.origin}/wp-login.php`)).status, 200);
  });

  it('say why one does not open: a plugin that fails', async () => {
    const broken: AppsOptions = { wordpress: { plugins: [{ name: 'broken', folder: await stage.folder.fresh() }] } };
    const other = await openNamedHosts(hostsOfApps(broken));
    try {
      await assert.rejects(openApps(other, broken), /broken: /);
    } finally {
      await other.close();
    }
    await nothingLeftOf(other.folder.path);
  });
});

describe('npm run apps', { timeout: 240_000 }, () => {
  const byNpm = ['npm', 'run', 'apps'] as const;
  let temporary: string;
  let env: NodeJS.ProcessEnv;
  let apps: Child;

  const start = (command: readonly [string, ...string[]]): void => {
    apps = startCommand(command, { cwd: repository, env, detached: true });
  };

  beforeEach(async () => {
    temporary = await mkdtemp(join(tmpdir(), 'lk-apps-'));
    await chmod(temporary, 0o755); // the database server is another user's where this is root
    // npm would keep its compiled programs there.
    env = { ...process.env, TMPDIR: temporary, NODE_DISABLE_COMPILE_CACHE: '1' };
  });
  afterEach(async () => {
    signalAll('SIGKILL');
    await rm(temporary, { recursive: true, force: true, maxRetries: 5 });
  });
  /** As a terminal does: to npm and to everything that it started. */
  const signalAll = (signal: NodeJS.Signals): void => {
    const { pid, exitCode, signalCode } = apps.process;
    if (pid !== undefined && exitCode === null && signalCode === null) process.kill(-pid, signal);
  };
  const leftProcesses = async (): Promise<string[]> => {
    const deadline = Date.now() + 5000;
    for (;;) {
      const left = await processesIn(temporary);
      if (left.length === 0 || Date.now() > deadline) return left;
    }
  };

  it('prints where everything is and how to open it, and leaves nothing when it is told to end', async () => {
    start(byNpm);
    const address = async (name: string): Promise<string> => {
      const line = await apps.line((text) => text.startsWith(`${name} `) && text.includes('https://'));
      return /https:\/\/\S+/.exec(line)?.[0] ?? '';
    };
    assert.match(await address('Blog'), /^https:\/\/blog\.example\.test:\d+$/);
    assert.match(await address('Accounts'), /^https:\/\/accounts\.example\.test:\d+$/);
    assert.match(await address('Wiki'), /^https:\/\/wiki\.example\.test:\d+$/);
    await apps.line((text) => /^People .* alice and bert, .* correct horse battery staple$/.test(text));
    await apps.line((text) => text.includes(`admin (${administratorPassword})`));
    await apps.line((text) => /^ *127\.0\.0\.1 accounts\.example\.test /.test(text));
    const authority = await apps.line((text) => text.trim().startsWith(temporary) && text.endsWith('.pem'));
    assert.match(await readFile(authority.trim(), 'utf8'), /BEGIN CERTIFICATE/);
    await apps.line((text) => text.startsWith('Press Ctrl+C'));

    // The command is good as it stands; without a window Chromium prints the page.
    const chromium = await apps.line((text) => text.includes('--host-resolver-rules='));
    const shown = startCommand(['sh', '-c', `${chromium} --headless --disable-gpu --dump-dom`], { env: process.env });
    const { lines, stderr: said } = await shown.ended;
    assert.match(lines.join('\n'), /<title>Test Blog/, said);

    apps.process.kill('SIGTERM');
    const { code, stderr } = await apps.ended;
    assert.equal(code, 0, stderr);
    assert.deepEqual([await readdir(temporary), await leftProcesses()], [[], []]);
  });

  it('leaves nothing when Ctrl+C reaches all of its processes while they are starting', async () => {
    start(byNpm);
    await apps.line((text) => text.startsWith('Starting '));
    const isStarting = async (): Promise<boolean> =>
      (await readdir(temporary)).some((name) => existsSync(join(temporary, name, 'apps')));
    while (!(await isStarting())) assert.equal(apps.process.exitCode, null);
    signalAll('SIGINT');
    await apps.ended;
    assert.deepEqual([await readdir(temporary), await leftProcesses()], [[], []]);
  });

  it('leaves no process when it is killed', async () => {
    start([...nodeCommand, join(repository, 'tools/apps/run-apps.ts')]); // npm would not hand the signal on
    await apps.line((text) => text.startsWith('Press Ctrl+C'));
    assert.ok((await processesIn(temporary)).some((line) => line.includes('php-fpm')));
    await apps.kill9();
    assert.deepEqual(await leftProcesses(), []);
  });
});
