import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export type Need = 'postgresql' | 'chromium';

const OLDEST_POSTGRESQL = 15;
const DEJAVU = '/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf';
const CLUSTER_SETTINGS = '/etc/postgresql-common/createcluster.conf';

interface NeedSource {
  /** Set beforehand, it says where a need is that is not in its usual place. */
  readonly variable: string;
  /** What to put into that variable for the tests; undefined when the need is not there. */
  readonly find: () => string | undefined;
  /** Debian packages that are absent. */
  readonly missingPackages: () => string[];
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
};

/** Variables for the tests' environment that tell where the needs are. */
export function environmentOf(needs: readonly Need[]): Record<string, string> {
  const found = needs.map((need) => [sources[need].variable, sources[need].find()] as const);
  return Object.fromEntries(found.flatMap(([variable, value]) => (value ? [[variable, value] as const] : [])));
}

/** One line about each need that is not there: which it is and how to provide it. */
export function missingNeeds(needs: readonly Need[]): string[] {
  return needs
    .filter((need) => sources[need].find() === undefined)
    .map((need) => `${need} is missing: install it, or set ${sources[need].variable}`);
}

/** Debian packages to install for these needs; empty when nothing is missing or this is no Debian run as root. */
export function installablePackages(needs: readonly Need[]): string[] {
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return [];
  const unset = needs.filter((need) => !process.env[sources[need].variable]); // whoever set one provides it
  return [...new Set(unset.flatMap((need) => sources[need].missingPackages()))];
}

/** The command that installs packages, as a shell line for a phase of its own. */
export function installCommand(packages: readonly string[]): readonly [string, ...string[]] {
  const apt = 'apt-get -o DPkg::Lock::Timeout=120';
  return ['sh', '-c', `${apt} update && ${apt} install -y --no-install-recommends ${packages.join(' ')}`];
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
  const given = process.env[sources.chromium.variable];
  if (given) return existsSync(given) ? given : undefined;
  return ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((file) => existsSync(file));
}
