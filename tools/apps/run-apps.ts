// `npm run apps`: the real WordPress and MediaWiki and the provider, at real host names over TLS, with two people. Everything
// lies in a folder that goes with it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { openTestDatabase, type TestDatabase } from '../../packages/idp/test/support/test-database.ts';
import { password } from '../../packages/idp/test/support/running-provider.ts';
import { hostResolverRules, makeBrowserHome } from '../stage/browser-home.ts';
import { openNamedHosts, type NamedHosts } from '../stage/named-hosts.ts';
import { stageProvider, type StageProvider } from '../stage/stage-provider.ts';
import {
  environmentOf,
  installablePackages,
  installCommand,
  missingNeeds,
  preventMainCluster,
  type Need,
} from '../test/needs.ts';
import { latchkeyPlugin } from './latchkey-plugin.ts';
import { administratorPassword, userPassword } from './local-users.ts';
import { hostsOfApps, openApps, type Apps, type AppsOptions } from './open-apps.ts';

const accounts = 'accounts.example.test';
const needs: readonly Need[] = ['postgresql', 'nginx', 'openssl', 'certutil', 'names', 'php-applications'];

/** Installs what is missing where that needs no question: as root on Debian. Ends the program where something stays missing. */
const provideNeeds = async (): Promise<void> => {
  const packages = installablePackages([...needs, 'chromium']);
  if (packages.length > 0) {
    console.log(`Installing ${packages.join(' ')}`);
    preventMainCluster();
    const [command, ...argv] = installCommand(packages);
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    await once(spawn(command, argv, { env, stdio: ['ignore', 'inherit', 'inherit'] }), 'exit');
  }
  const missing = missingNeeds(needs);
  if (missing.length > 0) {
    console.error(missing.join('; '));
    process.exit(1);
  }
  Object.assign(process.env, environmentOf(needs));
};

const opened: { hosts?: NamedHosts; database?: TestDatabase } = {};
let ending = false;

/** Ends everything; what is just being started, when it is. */
const end = async (code: number): Promise<void> => {
  if (ending) return;
  ending = true;
  await Promise.allSettled([running]);
  await opened.hosts?.close();
  // Ctrl+C in a terminal reaches the database server too; its folder goes with this process.
  await opened.database?.close().catch(() => {});
  process.exit(code);
};

interface Running extends Apps {
  readonly hosts: NamedHosts;
  readonly provider: StageProvider;
}

const start = async (): Promise<Running> => {
  const options: AppsOptions = { wordpress: { plugins: latchkeyPlugin() } };
  const [database, hosts] = [
    openTestDatabase('postgresql'),
    openNamedHosts({ [accounts]: {}, ...hostsOfApps(options) }),
  ];
  await Promise.allSettled([database.then((it) => (opened.database = it)), hosts.then((it) => (opened.hosts = it))]);
  const provider = await stageProvider(await hosts, (await hosts).host(accounts), (await database).url ?? '', {});
  const people = provider.start().then(async () => {
    await provider.addAccount('alice', 'Alice Example');
    await provider.addAccount('bert', 'Bert Example');
  });
  const apps = openApps(await hosts, options);
  await Promise.allSettled([people, apps]);
  await people;
  return { ...(await apps), hosts: await hosts, provider };
};

/** The command line of a Chromium that sees the names and trusts the authority, with a profile of its own. */
const chromiumCommand = async ({ folder, certificates }: NamedHosts, url: string): Promise<string> => {
  const home = await makeBrowserHome(await folder.fresh(), certificates.authorityFile);
  const { LATCHKEY_TEST_CHROMIUM: program = 'chromium' } = environmentOf(['chromium']);
  const sandbox = process.getuid?.() === 0 ? ' --no-sandbox' : '';
  const profile = `--user-data-dir=${home}/profile --no-first-run${sandbox}`;
  return `HOME=${home} ${program} ${profile} --host-resolver-rules='${hostResolverRules}' ${url}`;
};

const report = async ({ hosts, provider, wordpress, mediawiki }: Running): Promise<string> => {
  const names = [provider.issuer, wordpress.origin, mediawiki.origin].map((origin) => new URL(origin).hostname);
  return `
Accounts   ${provider.issuer}
Blog       ${wordpress.origin}   (WordPress ${wordpress.version})
Wiki       ${mediawiki.origin}   (MediaWiki ${mediawiki.version})

People at the accounts site: alice and bert, both with the password  ${password}
Local users of the blog: admin (${administratorPassword}), alice (author) and bob (subscriber), both ${userPassword}
Local users of the wiki: Admin (${administratorPassword}), Alice and Bob, both ${userPassword}

Open them in Chromium on this machine, in a profile of its own that trusts the authority:
  ${await chromiumCommand(hosts, wordpress.origin)}

In another browser or program: have the names in /etc/hosts, and import the authority for web sites (in Firefox: Settings,
Certificates, Authorities, Import). Its key goes with this run; take it out of the browser afterwards.
  127.0.0.1 ${names.join(' ')}
  ${hosts.certificates.authorityFile}

Press Ctrl+C to end everything and remove its data.`;
};

await provideNeeds();
const beganAt = performance.now();
console.log('Starting the provider, WordPress and MediaWiki: some ten seconds.');
const running = start();
// A terminal and npm may both pass on the same Ctrl+C: the second must not end this before its time.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void end(0));
try {
  const text = await report(await running);
  if (!ending) console.log(`Ready after ${((performance.now() - beganAt) / 1000).toFixed(1)} s.\n${text}`);
} catch (error) {
  if (!ending) console.error(error instanceof Error ? error.message : error);
  await end(1);
}
