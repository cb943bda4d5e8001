import { spawn } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { PGlite } from '@electric-sql/pglite';
import knexFactory, { type Knex } from 'knex';
import { DatabaseError } from './database-error.ts';
import { probe } from './database-health.ts';
import type { Database } from './database.ts';
import { lockEmbeddedDatabase } from './embedded-database-lock.ts';
import { EmbeddedDatabaseWatchdog } from './embedded-database-watchdog.ts';
import { FreeSpace, mayWrite, type ReadFreeBytes } from './free-space.ts';
import { knexLog, type OnWarning } from './knex-log.ts';

export interface EmbeddedDatabaseOptions {
  /** The database is the folder `database` in it; made with mode 0700 where it does not exist. */
  readonly dataDir: string;
  /** Called when the database does not answer any more; must end the process. Default: a line on stderr, exit code 70. */
  readonly onFatal?: ((reason: string) => void) | undefined;
  readonly onWarning?: OnWarning | undefined;
  /** Default 10 seconds. */
  readonly unansweredLimitMs?: number | undefined;
  readonly readFreeBytes?: ReadFreeBytes | undefined;
}

const initialBytes = 128 * 1024 * 1024;
const unansweredLimitMs = 10_000;
/** Opening replays the log of a killed process, a migration may build an index: both may take long. */
const patientLimitMs = 10 * 60_000;
const closeLimitMs = 5000;

/**
 * Opens the database in `dataDir`, and makes it first where there is none (3 s).
 * @throws {DatabaseError} `ERR_DATABASE_IN_USE`, `ERR_DATABASE_DAMAGED`, `ERR_DATA_DIR`, `ERR_DISK_FULL`
 */
export const openEmbeddedDatabase = async (options: EmbeddedDatabaseOptions): Promise<Database> => {
  await makeOwnerOnly(options.dataDir);
  const directory = join(options.dataDir, 'database');
  const lock = lockEmbeddedDatabase(directory);
  try {
    const freeSpace = new FreeSpace(options.dataDir, options.readFreeBytes);
    await removeUnfinished(options.dataDir);
    if (!(await isDatabase(directory))) {
      freeSpace.assert(initialBytes);
      await initialise(options.dataDir, directory);
    }
    const watchdog = new EmbeddedDatabaseWatchdog({
      limitMs: options.unansweredLimitMs ?? unansweredLimitMs,
      onFatal: options.onFatal ?? endProcess,
    });
    try {
      const { pglite, knex } = await watchdog.withLimit(patientLimitMs, () =>
        watchdog.watch(async () => {
          const started = await start(directory, freeSpace);
          const connected = connectEmbedded({ pglite: started, freeSpace, watchdog, onWarning: options.onWarning });
          try {
            await connected.raw('select 1'); // makes the connection
          } catch (error) {
            void connected.destroy();
            await started.close();
            throw error;
          }
          return { pglite: started, knex: connected };
        }),
      );
      return database({ knex, pglite, watchdog, freeSpace, lock });
    } catch (error) {
      await watchdog.stop();
      throw error;
    }
  } catch (error) {
    lock.release();
    throw error;
  }
};

interface Parts {
  readonly knex: Knex;
  readonly pglite: PGlite;
  readonly watchdog: EmbeddedDatabaseWatchdog;
  readonly freeSpace: FreeSpace;
  readonly lock: { release(): void };
}

const database = ({ knex, pglite, watchdog, freeSpace, lock }: Parts): Database => {
  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    await Promise.race([knex.destroy(), delay(closeLimitMs)]);
    try {
      await watchdog.watch(() => pglite.close());
    } finally {
      await watchdog.stop();
      lock.release();
    }
  };
  return {
    knex,
    kind: 'embedded',
    async health() {
      try {
        freeSpace.assert();
      } catch {
        return { ok: false, reason: 'the disk that holds the embedded database is nearly full' };
      }
      return probe(knex);
    },
    // The lock of the data directory keeps every other process out, and there is one connection.
    changeSchema: (work) => watchdog.withLimit(patientLimitMs, () => work(knex)),
    close: () => (closing ??= close()),
  };
};

interface EmbeddedConnection {
  readonly pglite: PGlite;
  readonly freeSpace?: FreeSpace | undefined;
  readonly watchdog?: EmbeddedDatabaseWatchdog | undefined;
  readonly onWarning?: OnWarning | undefined;
}

type QueryCallback = (error: Error | null | undefined, result?: unknown) => void;
interface PgConnection {
  query(query: string | { text: string }, ...rest: unknown[]): unknown;
}

/** knex over PGlite, with exactly one connection. Statements that may write are refused while the disk is nearly full. */
export const connectEmbedded = ({ pglite, onWarning, ...guards }: EmbeddedConnection): Knex =>
  knexFactory({
    client: 'pg',
    // Only a function works here: knex would copy an object with its connection inside.
    connection: (async () => {
      const { createPgConfig } = await import('@electric-sql/pglite/node-postgres');
      return createPgConfig(pglite);
    }) as never,
    pool: {
      min: 1,
      max: 1,
      afterCreate: (connection: PgConnection, done: (error: Error | undefined, connection: PgConnection) => void) => {
        guardQueries(connection, guards);
        // A connection that broke may have left a transaction open: PGlite has one session and keeps it.
        connection.query('rollback', () => {
          connection.query("set time zone 'UTC'", (error: Error | undefined) => done(error, connection));
        });
      },
    },
    acquireConnectionTimeout: 5000,
    compileSqlOnError: false, // bound values are secrets and addresses, and error messages end up in logs
    log: knexLog(onWarning),
  });

/** knex calls with a callback as the last argument, and so does nobody else. */
const guardQueries = (
  connection: PgConnection,
  { freeSpace, watchdog }: Pick<EmbeddedConnection, 'freeSpace' | 'watchdog'>,
): void => {
  const send = connection.query.bind(connection);
  connection.query = (query, ...rest) => {
    const callback = rest.pop();
    if (typeof callback !== 'function') throw new TypeError('A query on the embedded database needs a callback.');
    try {
      if (mayWrite(typeof query === 'string' ? query : query.text)) freeSpace?.assert();
    } catch (error) {
      process.nextTick(callback, error);
      return undefined;
    }
    const answered = watchdog?.begin();
    return send(query, ...rest, ((error, result) => {
      answered?.();
      (callback as QueryCallback)(error, result);
    }) satisfies QueryCallback);
  };
};

const makeOwnerOnly = async (dataDir: string): Promise<void> => {
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o700 });
    const { mode } = await stat(dataDir);
    if ((mode & 0o002) !== 0) throw new Error('everybody may write there');
    if ((mode & 0o077) !== 0) await chmod(dataDir, 0o700);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new DatabaseError('ERR_DATA_DIR', `The data directory ${dataDir} cannot be used: ${reason}.`, { cause });
  }
};

const unfinishedPrefix = 'database.new';

/** What an initdb that was killed left behind. Its process may still run: it only ever writes below its own folder. */
const removeUnfinished = async (dataDir: string): Promise<void> => {
  for (const name of await readdir(dataDir)) {
    if (name.startsWith(unfinishedPrefix))
      await rm(join(dataDir, name), { recursive: true, force: true, maxRetries: 3 });
  }
};

/** @throws {DatabaseError} `ERR_DATABASE_DAMAGED` when the folder is there, but holds no database */
const isDatabase = async (directory: string): Promise<boolean> => {
  const entries = await readdir(directory).catch((error: NodeJS.ErrnoException): string[] => {
    if (error.code === 'ENOENT') return [];
    throw new DatabaseError('ERR_DATA_DIR', `${directory} cannot be read: ${error.message}.`, { cause: error });
  });
  if (entries.length > 0 && !entries.includes('PG_VERSION')) {
    throw new DatabaseError('ERR_DATABASE_DAMAGED', `${directory} holds no database: it has no file PG_VERSION.`);
  }
  return entries.length > 0;
};

/** Makes the database beside its place and renames it, so that a killed initdb never leaves half of one. */
const initialise = async (dataDir: string, directory: string): Promise<void> => {
  const unfinished = await mkdtemp(join(dataDir, `${unfinishedPrefix}-`));
  await runInitdb(unfinished);
  await rename(unfinished, directory);
};

const runInitdb = async (directory: string): Promise<void> => {
  const program = fileURLToPath(new URL('./initdb-child.ts', import.meta.url));
  const child = spawn(process.execPath, ['-C', 'source', program, directory], { stdio: ['ignore', 'ignore', 'pipe'] });
  const endChild = () => child.kill('SIGKILL');
  process.once('exit', endChild);
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint += text;
  });
  try {
    await new Promise<void>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code, signal) => {
        if (code === 0) resolve();
        else reject(new Error(`initdb ended with ${signal ?? code}: ${complaint.trim().split('\n').at(-1) ?? ''}`));
      });
    });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new DatabaseError('ERR_DATA_DIR', `No database could be made in ${directory}: ${reason}.`, { cause });
  } finally {
    process.off('exit', endChild);
  }
};

const start = async (directory: string, freeSpace: FreeSpace): Promise<PGlite> => {
  const { PGlite: EmbeddedPostgresql } = await import('@electric-sql/pglite');
  const pglite = new EmbeddedPostgresql({ dataDir: directory });
  try {
    await pglite.waitReady;
    return pglite;
  } catch (cause) {
    freeSpace.assert(); // the usual reason, and worth its own code
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new DatabaseError('ERR_DATABASE_DAMAGED', `The database in ${directory} cannot be opened: ${reason}.`, {
      cause,
    });
  }
};

const endProcess = (reason: string): never => {
  process.stderr.write(`${reason}\n`);
  process.exit(70); // EX_SOFTWARE of sysexits.h
};

const delay = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms).unref());
