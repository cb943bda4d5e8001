import { readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Knex } from 'knex';
import { DatabaseError } from './database-error.ts';
import { databaseUnavailable } from './database-health.ts';
import type { Database } from './database.ts';

const migrationsDirectory = fileURLToPath(new URL('../../migrations/', import.meta.url));

/** knex records a migration by its file name, so every environment runs the same `.ts` files. */
export const migratorConfig = (directory: string = migrationsDirectory): Knex.MigratorConfig => ({
  directory,
  loadExtensions: ['.ts'],
});

/**
 * Brings the schema up to date. Any number of processes may do so at once, and one that was killed meanwhile does not
 * stand in the way: its transaction is gone, and knex's lock row is freed, as the database's own lock serves.
 * @returns the file names of the migrations that this call applied, oldest first
 * @throws {DatabaseError} `ERR_DATABASE_NEWER` when a newer Latchkey migrated the database, `ERR_MIGRATION_FAILED`
 */
export const migrate = async (
  database: Pick<Database, 'knex' | 'changeSchema'>,
  directory: string = migrationsDirectory,
): Promise<{ applied: string[] }> => {
  const config = migratorConfig(directory);
  const known = (await readdir(directory)).filter((name) => name.endsWith('.ts'));
  const recorded = await recordedMigrations(database.knex);
  refuseNewer(recorded, known);
  if (recorded.length === known.length) return { applied: [] };
  return database.changeSchema(async (knex) => {
    // A newer version may have come first while this process waited for the lock.
    refuseNewer(await recordedMigrations(knex), known);
    await knex.migrate.forceFreeMigrationsLock(config);
    const [, applied] = (await knex.migrate.latest(config).catch(fail)) as [number, string[]];
    return { applied };
  });
};

const recordedMigrations = async (knex: Knex): Promise<string[]> => {
  const { rows } = await knex.raw<{ rows: { exists: boolean }[] }>(
    "select to_regclass('knex_migrations') is not null as exists",
  );
  return rows[0]?.exists ? knex('knex_migrations').orderBy('id').pluck<string[]>('name') : [];
};

const refuseNewer = (recorded: string[], known: string[]): void => {
  const unknown = recorded.find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw new DatabaseError(
    'ERR_DATABASE_NEWER',
    `The database was migrated by a newer Latchkey (it has ${unknown}, which this version does not know): start that version, or restore a backup made before.`,
  );
};

const fail = (cause: unknown): never => {
  if (databaseUnavailable(cause)) throw cause;
  const said = cause instanceof Error ? cause.message.split(' - ').at(-1) : String(cause);
  throw new DatabaseError('ERR_MIGRATION_FAILED', `The database could not be migrated: ${said}.`, { cause });
};
