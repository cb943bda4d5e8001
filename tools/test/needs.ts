import { spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, globSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { mountNamespaceOptions } from '../stage/mount-namespace.ts';
import { missingPhpApplicationPackages } from './php-application-packages.ts';

/**
 * `php`: for the rules in PHP, without any application.
 * `names`: that a process can have host names and authorities of its own, which the journeys' stage is built on.
 * `php-applications`: WordPress, MediaWiki and what they run on, where Debian has them.
 */
export type Need = 'postgresql' | 'chromium' | 'nginx' | 'openssl' | 'certutil' | 'names' | 'php' | 'php-applications';

const OLDEST_POSTGRESQL = 15;
const DEJAVU = '/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf';
const CLUSTER_SETTINGS = '/etc/postgresql-common/createcluster.conf';

interface NeedSource {
  /** Set beforehand, it says where a need is that is not in its usual place. */
  readonly variable?: string;
  /** What to put into that variable for the tests; undefined when the need is not there. */
  readonly find: () => string | undefined;
  /** Debian packages that are absent. */
  readonly missingPackages: () => string[];
  /** How to provide it, where installing something does not. */
  readonly advice?: () => string;
}

const sources: Record<Need, NeedSource> = {
  postgresql: {
    variable: 'LATCHKEY_TEST_POSTGRESQL', // the URL of a server, as a superuser; without it tests start their own
    find: () => process.env['LATCHKEY_TEST_POSTGRESQL'] ?? (hasPostgresql() ? '' : undefined),
    missingPackages: () => (hasPostgresql() ? [] : [`postgresql-${OLDEST_POSTGRESQL}`]),
  },
  chromium: {
    variable: 'LATCHKEY_TEST_CHROMIUM', // the path of the program
    find: findChromium,
    // Without a font the pages show boxes; nothing fails, but a screenshot is worth nothing.
    missingPackages: () => [
      ...(findChromium() === undefined ? ['chromium'] : []),
      ...(existsSync(DEJAVU) ? [] : ['fonts-dejavu-core']),
    ],
  },
  nginx: {
    variable: 'LATCHKEY_TEST_NGINX', // the path of the program
    find: findNginx,
    missingPackages: () => (findNginx() === undefined ? ['nginx'] : []),
  },
  openssl: programInPath('openssl', 'openssl'),
  certutil: programInPath('certutil', 'libnss3-tools'),
  names: {
    find: () => (mountNamespaceOptions() === undefined ? undefined : ''),
    missingPackages: () => [],
    advice: () => 'allow mount namespaces (unshare --mount), or user namespaces to ordinary users',
  },
  php: {
    find: () => (missingPhpPackages().length > 0 ? undefined : ''),
    missingPackages: missingPhpPackages,
    advice: () => 'install PHP 8.1 or later with curl, intl, mbstring and xml, phpunit, phpcs, zip and unzip',
  },
  'php-applications': {
    find: () => (phpApplicationPackages().length > 0 ? undefined : ''),
    missingPackages: phpApplicationPackages,
    advice: () => `install the Debian packages ${phpApplicationPackages().join(' ')}`,
  },
};

/** Variables for the tests' environment that tell where the needs are. */
export function environmentOf(needs: readonly Need[]): Record<string, string> {
  const found = needs.map((need) => [sources[need].variable, sources[need].find()] as const);
  return Object.fromEntries(
    found.flatMap(([variable, value]) => (variable !== undefined && value ? [[variable, value] as const] : [])),
  );
}

/** One line about each need that is not there: which it is and how to provide it. */
export function missingNeeds(needs: readonly Need[]): string[] {
  return needs
    .filter((need) => sources[need].find() === undefined)
    .map((need) => {
      const { variable, advice } = sources[need];
      const orSet = variable === undefined ? '' : `, or set ${variable}`;
      return `${need} is missing: ${advice?.() ?? `install it${orSet}`}`;
    });
}

/** Debian packages to install for these needs; empty when nothing is missing or this is no Debian run as root. */
export function installablePackages(needs: readonly Need[]): string[] {
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return [];
  // Whoever set a variable provides the need.
  const unset = needs.filter((need) => !process.env[sources[need].variable ?? '']);
  return [...new Set(unset.flatMap((need) => sources[need].missingPackages()))];
}

/** Debian's packages ask it before they start a service, and 101 means no (invoke-rc.d(8)). */
const SERVICE_POLICY = '/usr/sbin/policy-rc.d';

/**
 * The command that installs packages, as a shell line for a phase of its own. No package starts its service: nginx would
 * take the machine's port 80. A policy that is there already is left alone.
 */
export function installCommand(
  packages: readonly string[],
  servicePolicy: string = SERVICE_POLICY,
): readonly [string, ...string[]] {
  const apt = 'apt-get -o DPkg::Lock::Timeout=120';
  const keepServicesOff = `if [ ! -e ${servicePolicy} ]; then
    trap 'rm -f ${servicePolicy}' EXIT
    trap 'exit 143' HUP INT TERM
    printf '#!/bin/sh\\nexit 101\\n' > ${servicePolicy} && chmod 755 ${servicePolicy} || exit 1
  fi`;
  const install = `${apt} update && ${apt} install -y --no-install-recommends ${packages.join(' ')}`;
  return ['sh', '-c', `${keepServicesOff}\n${install}`];
}

/** Debian's package would start a server on port 5432; the tests start their own, on sockets. */
export function preventMainCluster(): void {
  const setting = /^\s*create_main_cluster\s*=\s*false/m;
  if (existsSync(CLUSTER_SETTINGS) && setting.test(readFileSync(CLUSTER_SETTINGS, 'utf8'))) return;
  mkdirSync(dirname(CLUSTER_SETTINGS), { recursive: true });
  appendFileSync(CLUSTER_SETTINGS, 'create_main_cluster = false\n');
}

function hasPostgresql(): boolean {
  const parent = '/usr/lib/postgresql';
  const versions = existsSync(parent) ? readdirSync(parent).map(Number) : [];
  return versions
    .filter((version) => version >= OLDEST_POSTGRESQL)
    .some((version) => existsSync(join(parent, String(version), 'bin', 'postgres')));
}

function findChromium(): string | undefined {
  const given = process.env['LATCHKEY_TEST_CHROMIUM'];
  if (given) return existsSync(given) ? given : undefined;
  return ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((file) => existsSync(file));
}

/** Debian keeps it where an ordinary user's PATH does not lead. */
function findNginx(): string | undefined {
  const given = process.env['LATCHKEY_TEST_NGINX'];
  if (given) return existsSync(given) ? given : undefined;
  return existsSync('/usr/sbin/nginx') ? '/usr/sbin/nginx' : inPath('nginx');
}

function phpApplicationPackages(): string[] {
  return missingPhpApplicationPackages({
    has: (path) => globSync(path).length > 0,
    phpExtensions: () => {
      const { stdout } = spawnSync('php', ['-m'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
      return (stdout ?? '').split('\n').map((line) => line.trim().toLowerCase());
    },
  });
}

function programInPath(program: string, debianPackage: string): NeedSource {
  return {
    find: () => inPath(program),
    missingPackages: () => (inPath(program) === undefined ? [debianPackage] : []),
  };
}

/** What tests of PHP call, and `npm run package`, each with the Debian packages that bring it. */
const phpPrograms: Readonly<Record<string, readonly string[]>> = {
  php: ['php-cli', 'php-curl', 'php-intl', 'php-mbstring', 'php-xml'],
  phpunit: ['phpunit'],
  phpcs: ['php-codesniffer'],
  zip: ['zip'],
  unzip: ['unzip'],
};

function missingPhpPackages(): string[] {
  const missing = Object.entries(phpPrograms).filter(([program]) => inPath(program) === undefined);
  return missing.flatMap(([, packages]) => packages);
}

function inPath(program: string): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return folders.map((folder) => join(folder, program)).find((file) => existsSync(file));
}
