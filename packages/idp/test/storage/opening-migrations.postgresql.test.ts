import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { after, before, beforeEach, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { migrate } from '../../src/storage/migrate.ts';
import { startChild } from '../support/child-process.ts';
import { openTestDatabase, type TestDatabase } from '../support/test-database.ts';
import { describeMigrations, folderWithOneMore, released } from './migrations-suite.ts';

const otherProcess = new URL('./opening-process.ts', import.meta.url);

describeMigrations();

describe('migrate in several processes', () => {
  let database: TestDatabase;
  let url: string;

  before(async () => {
    database = await openTestDatabase('postgresql');
    url = database.url ?? assert.fail('a PostgreSQL database has a URL');
  });
  beforeEach(() => database.knex.raw('drop schema public cascade; create schema public'));
  after(() => database.close());

  it('lets one of four that start at once migrate an empty database, and all succeed', async () => {
    const children = await Promise.all([1, 2, 3, 4].map(() => startChild(otherProcess, 'migrate', url).ended));
    for (const { code, stderr } of children) assert.equal(code, 0, stderr);
    const applied = children.map(({ lines }) => JSON.parse(lines[1] ?? ''));
    assert.deepEqual(applied.flat(), await released());
    assert.deepEqual(await migrate(database), { applied: [] });
  });

  it('starts the next at once when one is killed in the middle of a migration', { timeout: 30_000 }, async () => {
    const name = '29990101000002_slow.ts';
    // Not in a transaction, so that knex's lock row and half of the work stay behind.
    const folder = await folderWithOneMore(
      name,
      `export const config = { transaction: false };
       export const up = async (db) => {
         await db.raw('create table if not exists slow ()');
         await db.raw('select pg_sleep(seconds) from slowness');
       };
       export const down = (db) => db.raw('drop table slow');`,
    );
    const { knex } = database;
    try {
      await knex.schema.createTable('slowness', (table) => table.integer('seconds'));
      await knex('slowness').insert({ seconds: 600 });
      const killed = startChild(otherProcess, 'migrate', url, folder);
      const sleeping = () =>
        knex('pg_stat_activity').where('query', 'like', 'select pg_sleep%').where({ state: 'active' }).first('pid');
      while ((await sleeping()) === undefined) await delay(20);
      await killed.kill9();
      await knex('slowness').update({ seconds: 0 });
      assert.equal((await knex('knex_migrations_lock').first('is_locked')).is_locked, 1);

      assert.deepEqual(await migrate(database, folder), { applied: [name] });
      while ((await sleeping()) !== undefined) await delay(20); // the server ends the statement of the killed process
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
