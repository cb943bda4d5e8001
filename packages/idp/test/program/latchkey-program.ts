import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startCommand, type Child, type CommandOptions, type Ended } from '../support/child-process.ts';
import { migratedSnapshot } from '../support/test-database.ts';

/** The repository's folder, where the documented commands are typed. */
export const repository = fileURLToPath(new URL('../../../../', import.meta.url));

const program: readonly [string, ...string[]] = [
  process.execPath,
  '-C',
  'source',
  '--disable-warning=ExperimentalWarning',
  join(repository, 'packages/idp/src/main.ts'),
];

export type Settings = Readonly<Record<string, string>>;

/** An environment with these settings and nothing that could be a setting of whoever runs the tests. */
export const environment = (settings: Settings): NodeJS.ProcessEnv => {
  const { HOME, LANG, PATH, TMPDIR } = process.env;
  return { HOME, LANG, PATH, TMPDIR, ...settings };
};

/** A folder of its own for a test file: working directories without `.env`, and data directories. */
export interface Folder {
  readonly path: string;
  /** An empty folder in it. */
  readonly fresh: () => Promise<string>;
  /** A data directory as `latchkey migrate` leaves it; making the database anew takes 3 s. */
  readonly migrated: () => Promise<string>;
  /** Also ends what a test that failed left running. */
  readonly remove: () => Promise<void>;
}

const running = new Set<Child>();

/** Remembers a child until it has ended. */
export const watched = (child: Child): Child => {
  running.add(child);
  void child.ended.then(() => running.delete(child));
  return child;
};

export const makeFolder = async (): Promise<Folder> => {
  const path = await mkdtemp(join(tmpdir(), 'lk-program-'));
  const fresh = (): Promise<string> => mkdtemp(join(path, 'data-'));
  return {
    path,
    fresh,
    migrated: async () => {
      const dataDir = await fresh();
      const database = join(dataDir, 'database');
      await mkdir(database, { mode: 0o700 });
      const { code, stderr } = await startCommand(['tar', '-xf', await migratedSnapshot(), '-C', database]).ended;
      assert.equal(code, 0, stderr);
      return dataDir;
    },
    remove: async () => {
      await Promise.all([...running].map((child) => child.kill9()));
      await rm(path, { recursive: true, force: true, maxRetries: 5 });
    },
  };
};

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `latchkey …` to its end, in the temporary directory unless told where. */
export const latchkey = async (
  settings: Settings,
  argv: readonly string[],
  options: Omit<CommandOptions, 'env'> = {},
): Promise<Outcome> => {
  const child = startCommand([...program, ...argv], { cwd: tmpdir(), ...options, env: environment(settings) });
  const { code, lines, stderr } = await child.ended;
  return { code, stdout: lines.join('\n'), stderr };
};

/** Runs `latchkey … --json`, which must succeed, and answers what it printed. */
export const latchkeyJson = async (
  settings: Settings,
  argv: readonly string[],
  options: Omit<CommandOptions, 'env'> = {},
): Promise<Record<string, unknown>> => {
  const { code, stdout, stderr } = await latchkey(settings, [...argv, '--json'], options);
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout) as Record<string, unknown>;
};

/** A provider in a process of its own, ready. */
export interface Started {
  readonly child: Child;
  readonly issuer: string;
  /** Where it listens. */
  readonly port: number;
  readonly pid: number;
  /** From the start of the process to its line that it is ready, in milliseconds. */
  readonly readyAfterMs: number;
  /** Tells it to end and waits; it must end well, and within the 10 seconds that it has. */
  readonly stop: (signal?: NodeJS.Signals) => Promise<void>;
}

/** Exit code 0, and no complaint on standard error. npm has its own about the machine that it runs on. */
export const assertEndedWell = ({ code, signal, stderr }: Ended): void => {
  const complaints = stderr.split('\n').filter((line) => !/^npm (?:warn|notice)\b/i.test(line));
  assert.deepEqual([code, signal, complaints.join('\n')], [0, null, '']);
};

const readyLine = /^Latchkey is ready at (http\S+)$/;

/** Starts a command that runs the provider, and waits until it says that it is ready. */
export const startedBy = async (start: () => Child): Promise<Started> => {
  const begunAt = performance.now();
  const child = watched(start());
  const line = await child.line((text) => readyLine.test(text));
  const readyAfterMs = performance.now() - begunAt;
  const { pid, port } = JSON.parse(await child.line((text) => text.includes('"msg":"listening"'))) as {
    pid: number;
    port: number;
  };
  return {
    child,
    issuer: readyLine.exec(line)?.[1] ?? '',
    port,
    pid,
    readyAfterMs,
    stop: async (signal = 'SIGTERM') => {
      const toldAt = performance.now();
      child.process.kill(signal);
      const ended = await child.ended;
      assertEndedWell(ended);
      assert.ok(performance.now() - toldAt < 10_000, 'it ends within 10 seconds');
    },
  };
};

/** Begins `latchkey start …` on a free port unless told where, and waits for nothing. */
export const beginLatchkey = (
  settings: Settings,
  options: Omit<CommandOptions, 'env'> = {},
  ...argv: readonly string[]
): Child =>
  watched(
    startCommand([...program, 'start', ...argv], {
      cwd: tmpdir(),
      ...options,
      env: environment({ PORT: '0', ...settings }),
    }),
  );

export const startLatchkey = (settings: Settings, options?: Omit<CommandOptions, 'env'>): Promise<Started> =>
  startedBy(() => beginLatchkey(settings, options));

/**
 * How long starts take, in milliseconds: as many as it takes for one to be within the limit, and six at most. What else
 * the machine does is not the program's doing: where there is more to do than cores to do it, the limit grows with it.
 * @param idleLimitMs the limit on a machine that does nothing else
 */
export const timeStarts = async (
  settings: Settings,
  idleLimitMs: number,
): Promise<{ readonly figures: readonly number[]; readonly limitMs: number }> => {
  const limitMs = Math.round(idleLimitMs * Math.max(1, (loadavg()[0] ?? 0) / availableParallelism()));
  const figures: number[] = [];
  while (figures.length < 6 && !figures.some((ms) => ms < limitMs)) {
    const started = await startLatchkey(settings);
    figures.push(Math.round(started.readyAfterMs));
    await started.stop();
  }
  return { figures, limitMs };
};

/** The path of programs as a shell has it: npm finds the machine's own Node, not the repository's. */
export const hostPath = (process.env['PATH'] ?? '')
  .split(delimiter)
  .filter((folder) => !folder.includes('node_modules'))
  .join(delimiter);

/** Whether a process with this id runs. */
export const isRunning = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};
