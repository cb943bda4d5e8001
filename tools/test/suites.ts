import { globSync } from 'node:fs';
import { matchesGlob } from 'node:path';
import type { Need } from './needs.ts';

/** Test files that run together: same needs, one limit. */
export interface Suite {
  readonly name: string;
  readonly files: readonly string[];
  /** Files that `files` would take and another suite has. */
  readonly except: readonly string[];
  readonly needs: readonly Need[];
  /** How many files run at once; each with the embedded database takes about 400 MB. */
  readonly concurrency: number;
  readonly limitSeconds: number;
  /** Whether the suite may have no file; else that is a failure. */
  readonly optional: boolean;
}

const browserFiles = ['{packages,examples}/*/test/**/*.browser.test.ts', 'test/journeys/**/*.test.ts'];
/** Journeys through the real applications. */
const applicationFiles = ['test/journeys/{apps,wordpress-*,mediawiki-*}.test.ts'];
const phpFiles = ['packages/*/test/**/*.php.test.ts', 'tools/**/*.php.test.ts'];
const browserNeeds: readonly Need[] = ['postgresql', 'chromium', 'nginx', 'openssl', 'certutil', 'names'];
const postgresqlFiles = [
  '{packages,examples}/*/test/**/*.postgresql.test.ts',
  '{packages,examples}/*/test/postgresql/**/*.test.ts',
];

export const suites: readonly Suite[] = [
  {
    name: 'unit',
    files: ['{packages,examples}/*/test/**/*.test.ts', 'test/**/*.test.ts', 'tools/**/*.test.ts'],
    except: [...browserFiles, ...postgresqlFiles, ...phpFiles],
    needs: [],
    concurrency: 2,
    limitSeconds: 1500,
    optional: false,
  },
  {
    name: 'postgresql',
    files: postgresqlFiles,
    except: browserFiles,
    needs: ['postgresql'],
    concurrency: 2,
    limitSeconds: 900,
    optional: false,
  },
  {
    name: 'php',
    files: phpFiles,
    except: [],
    needs: ['php'],
    concurrency: 1,
    limitSeconds: 300,
    optional: false,
  },
  {
    name: 'browser',
    files: browserFiles,
    except: applicationFiles,
    needs: browserNeeds,
    concurrency: 2,
    limitSeconds: 1800,
    optional: false,
  },
  {
    name: 'applications',
    files: applicationFiles,
    except: [],
    needs: [...browserNeeds, 'php-applications'],
    concurrency: 1,
    limitSeconds: 1200,
    optional: false,
  },
];

/**
 * The suite's files below `root`, sorted, with `/` between folders.
 * @param only a glob that narrows them, as `--file` gives it; a path with no wildcard may be the end of one
 */
export function filesOf(suite: Suite, root: string, only?: string): string[] {
  const found = globSync([...suite.files], { cwd: root, exclude: ['**/node_modules/**', ...suite.except] });
  const files = found.map((file) => file.replaceAll('\\', '/')).toSorted();
  return only === undefined ? files : files.filter((file) => matchesGlob(file, only) || file.endsWith(`/${only}`));
}
