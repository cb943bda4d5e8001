import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { migrate, migratorConfig } from '../../src/storage/migrate.ts';
import { eachDatabase, type TestDatabase } from '../support/test-database.ts';

const migrationsFolder = fileURLToPath(new URL('../../migrations/', import.meta.url));

export const released = async (): Promise<string[]> =>
  (await readdir(migrationsFolder)).filter((name) => name.endsWith('.ts')).toSorted();

/** A folder with the released migrations and one more, that runs after them. */
export const folderWithOneMore = async (name: string, source: string): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-migrations-'));
  await writeFile(join(folder, 'package.json'), '{"type":"module"}');
  for (const file of await released()) await symlink(join(migrationsFolder, file), join(folder, file));
  await writeFile(join(folder, name), source);
  return folder;
};

export const describeMigrations = (): void =>
  eachDatabase((_kind, open) => {
    describe('migrate', () => {
      let database: TestDatabase;
      const folders: string[] = [];
      const tables = async (): Promise<string[]> => {
        const { rows } = await database.knex.raw<{ rows: { tablename: string }[] }>(
          'select tablename from pg_tables where schemaname = current_schema() order by 1',
        );
        return rows.map(({ tablename }) => tablename);
      };

      before(async () => {
        database = await open();
      });
      afterEach(async () => {
        for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
      });
      after(() => database.close());

      it('asks only two questions when there is nothing to do', async () => {
        const statements: string[] = [];
        const note = ({ sql }: { sql: string }) => void statements.push(sql);
        database.knex.on('query', note);
        assert.deepEqual(await migrate(database), { applied: [] });
        database.knex.off('query', note);
        assert.equal(statements.length, 2, statements.join('\n'));
      });

      it('goes down to nothing and up again', async () => {
        const atFirst = await tables();
        await database.knex.migrate.rollback(migratorConfig(), true);
        assert.deepEqual(await tables(), ['knex_migrations', 'knex_migrations_lock']);
        const { rows } = await database.knex.raw(
          'select proname from pg_proc where pronamespace = current_schema()::regnamespace',
        );
        assert.deepEqual(rows, [], 'functions are gone too');
        assert.deepEqual(await migrate(database), { applied: await released() });
        assert.deepEqual(await tables(), atFirst);
      });

      it('is not stopped by the lock row that a killed process left', async () => {
        await database.knex.migrate.rollback(migratorConfig(), true);
        await database.knex('knex_migrations_lock').update({ is_locked: 1 });
        assert.deepEqual(await migrate(database), { applied: await released() });
      });

      it('refuses a database of a newer version in one line, and changes nothing', async () => {
        const before = await tables();
        const newer = '29991231235959_of_a_newer_version.ts';
        await database.knex('knex_migrations').insert({ name: newer, batch: 2 });
        await assert.rejects(migrate(database), (error: Error & { code?: string }) => {
          assert.equal(error.code, 'ERR_DATABASE_NEWER');
          assert.ok(error.message.includes(newer));
          assert.ok(!error.message.includes('\n'));
          return true;
        });
        await database.knex('knex_migrations').where({ name: newer }).del();
        assert.deepEqual(await tables(), before);
        assert.deepEqual(await migrate(database), { applied: [] });
      });

      it('undoes a migration that fails, says why in one line, and can be run again', async () => {
        const name = '29990101000000_fails.ts';
        const folder = await folderWithOneMore(
          name,
          `export const up = (db) => db.raw('create table half_done (); select * from never_made');
           export const down = async () => {};`,
        );
        folders.push(folder);
        for (let attempt = 0; attempt < 2; attempt += 1) {
          await assert.rejects(migrate(database, folder), {
            code: 'ERR_MIGRATION_FAILED',
            message: 'The database could not be migrated: relation "never_made" does not exist.',
          });
          assert.ok(!(await tables()).includes('half_done'));
        }
        assert.deepEqual(await migrate(database), { applied: [] });
      });

      it('runs a migration outside a transaction', async () => {
        const name = '29990101000001_index_outside_a_transaction.ts';
        const folder = await folderWithOneMore(
          name,
          `export const config = { transaction: false };
           export const up = (db) => db.raw('create index concurrently security_events_event on security_events (event)');
           export const down = (db) => db.raw('drop index concurrently security_events_event');`,
        );
        folders.push(folder);
        assert.deepEqual(await migrate(database, folder), { applied: [name] });
        const [, undone] = await database.knex.migrate.down(migratorConfig(folder));
        assert.deepEqual(undone, [name]);
        assert.deepEqual(await migrate(database), { applied: [] });
      });
    });
  });
