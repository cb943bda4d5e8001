import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { openAsBlob, existsSync } from 'node:fs';
import { mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { PGlite } from '@electric-sql/pglite';
import knexFactory, { type Knex } from 'knex';
import type { Database, DatabaseKind } from '../../src/storage/database.ts';
import { probe } from '../../src/storage/database-health.ts';
import { connectEmbedded } from '../../src/storage/embedded-database.ts';
import { migrate } from '../../src/storage/migrate.ts';
import { openPostgresqlDatabase } from '../../src/storage/postgresql-database.ts';
import { startPostgresqlServer } from './postgresql-server.ts';

/** A migrated database of its own for a test file. */
export interface TestDatabase extends Database {
  /** Of the PostgreSQL database, for a second process; undefined for the embedded one, which lives in memory. */
  readonly url: string | undefined;
  /** Empties every table. */
  reset(): Promise<void>;
}

export type OpenTestDatabase = () => Promise<TestDatabase>;

export const openTestDatabase = (kind: DatabaseKind): Promise<TestDatabase> =>
  kind === 'embedded' ? openEmbedded() : openPostgresql();

/**
 * Describes a suite on the database that the name of the test file asks for: `*.postgresql.test.ts` on a real
 * PostgreSQL, every other file on the embedded one. Write the suite once, in a file that both import.
 */
export const eachDatabase = (define: (kind: DatabaseKind, open: OpenTestDatabase) => void): void => {
  const kind: DatabaseKind = process.argv[1]?.endsWith('.postgresql.test.ts') ? 'postgresql' : 'embedded';
  describe(`on the ${kind} database`, () => define(kind, () => openTestDatabase(kind)));
};

const openEmbedded = async (): Promise<TestDatabase> => {
  const pglite = new PGlite({ loadDataDir: await openAsBlob(await migratedSnapshot()) });
  const knex = connectEmbedded({ pglite });
  return {
    knex,
    kind: 'embedded',
    url: undefined,
    health: () => probe(knex),
    changeSchema: (work) => work(knex),
    reset: () => empty(knex),
    async close() {
      await knex.destroy();
      await pglite.close();
    },
  };
};

const openPostgresql = async (): Promise<TestDatabase> => {
  const server = await sharedServer();
  const name = `latchkey_test_${process.pid}_${randomBytes(4).toString('hex')}`;
  await asSuperuser(server, async (knex) => {
    const template = await migratedTemplate(knex, server);
    await knex.raw('create database ?? template ??', [name, template]);
  });
  const url = databaseUrl(server, name);
  const database = await openPostgresqlDatabase({ databaseUrl: url });
  return {
    ...database,
    url,
    reset: () => empty(database.knex),
    async close() {
      await database.close();
      await asSuperuser(server, (knex) => knex.raw('drop database if exists ?? with (force)', [name]));
    },
  };
};

let ownServer: Promise<string> | undefined;

/** URL of a superuser's database: of the run's common server, or else of one that this test file starts. */
const sharedServer = (): Promise<string> => {
  const given = process.env['LATCHKEY_TEST_POSTGRESQL'];
  if (given !== undefined) return Promise.resolve(given);
  ownServer ??= startPostgresqlServer({ fsync: false }).then((server) => server.url());
  return ownServer;
};

const databaseUrl = (server: string, database: string): string => {
  const url = new URL(server);
  url.pathname = `/${database}`;
  return url.href;
};

const asSuperuser = async <T>(server: string, work: (knex: Knex) => PromiseLike<T>): Promise<T> => {
  const knex = knexFactory({ client: 'pg', connection: server, pool: { min: 0, max: 1 } });
  try {
    return await work(knex);
  } finally {
    await knex.destroy();
  }
};

/** Makes the template once for all test files of a run: the first one does, the others wait. */
const migratedTemplate = async (knex: Knex, server: string): Promise<string> => {
  const name = `latchkey_template_${(await fingerprint()).slice(0, 16)}`;
  const exists = async () => (await knex('pg_database').where({ datname: name }).first('datname')) !== undefined;
  await knex.raw("select pg_advisory_lock(hashtext('latchkey test template'))");
  try {
    if (await exists()) return name;
    const unfinished = `${name}_unfinished`;
    await knex.raw('drop database if exists ?? with (force)', [unfinished]);
    await knex.raw('create database ??', [unfinished]);
    const database = await openPostgresqlDatabase({ databaseUrl: databaseUrl(server, unfinished) });
    try {
      await migrate(database);
    } finally {
      await database.close();
    }
    await knex.raw('alter database ?? rename to ??', [unfinished, name]);
    return name;
  } finally {
    await knex.raw("select pg_advisory_unlock(hashtext('latchkey test template'))");
  }
};

const cacheFolder = fileURLToPath(new URL('../../../../.cache/', import.meta.url));
const snapshotPrefix = 'embedded-database-';

/** The file (tar) of a migrated embedded database; making it takes 4 s, opening it 0.5 s. */
export const migratedSnapshot = async (): Promise<string> => {
  const file = join(cacheFolder, `${snapshotPrefix}${await fingerprint()}.tar`);
  if (existsSync(file)) return file;
  const pglite = new PGlite();
  const knex = connectEmbedded({ pglite });
  await migrate({ knex, changeSchema: (work) => work(knex) });
  const dump = await pglite.dumpDataDir('none');
  await knex.destroy();
  await pglite.close();
  await mkdir(cacheFolder, { recursive: true });
  // Two test files may make it at once: each writes its own file, and the rename is all or nothing.
  const unfinished = `${file}.${process.pid}`;
  await writeFile(unfinished, Buffer.from(await dump.arrayBuffer()));
  await rename(unfinished, file);
  for (const name of await readdir(cacheFolder)) {
    const isOutdated = name.startsWith(snapshotPrefix) && !join(cacheFolder, name).startsWith(file);
    if (isOutdated) await rm(join(cacheFolder, name), { force: true });
  }
  return file;
};

/** Puts a migrated embedded database into a data directory that has none; a first start would take seconds to make it. */
export const putEmbeddedDatabase = async (dataDir: string): Promise<void> => {
  const directory = join(dataDir, 'database');
  await mkdir(directory, { mode: 0o700 });
  await promisify(execFile)('tar', ['-xf', await migratedSnapshot(), '-C', directory]);
};

const migrationsFolder = fileURLToPath(new URL('../../migrations/', import.meta.url));

/** Of everything that a fresh migrated database depends on. */
const fingerprint = async (): Promise<string> => {
  const hash = createHash('sha256');
  const engine = new URL('../package.json', import.meta.resolve('@electric-sql/pglite'));
  hash.update(await readFile(engine));
  for (const name of (await readdir(migrationsFolder)).toSorted()) {
    hash.update(`\0${name}\0`).update(await readFile(join(migrationsFolder, name)));
  }
  return hash.digest('hex');
};

/** Tables with rows only, as emptying one costs more than looking. Triggers and foreign keys are off meanwhile. */
const emptyTables = `
  do $$
  declare
    name text;
    filled boolean;
  begin
    perform set_config('session_replication_role', 'replica', true);
    for name in select tablename from pg_tables where schemaname = current_schema() and tablename not like 'knex%' loop
      execute format('select exists (select from %I)', name) into filled;
      if filled then execute format('delete from %I', name); end if;
    end loop;
    for name in select sequencename from pg_sequences
      where schemaname = current_schema() and last_value is not null and sequencename not like 'knex%'
    loop
      perform setval(format('%I', name)::regclass, 1, false);
    end loop;
  end $$`;

const empty = async (knex: Knex): Promise<void> => {
  await knex.raw(emptyTables);
};
