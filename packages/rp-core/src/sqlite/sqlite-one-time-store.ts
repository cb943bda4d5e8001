import type { OneTimeStore } from '../one-time-store.ts';
import type { SqliteDatabase } from './sqlite-database.ts';

/** Used keys in an application's SQLite file. */
export class SqliteOneTimeStore implements OneTimeStore {
  readonly #database: SqliteDatabase;

  constructor(database: SqliteDatabase) {
    this.#database = database;
    database.connection.exec(`
      create table if not exists latchkey_used (key text primary key, keep_until integer not null) strict;
      create index if not exists latchkey_used_keep_until on latchkey_used (keep_until)`);
  }

  async claim(key: string, keepUntil: Date): Promise<boolean> {
    return this.#database.exclusively((connection) => {
      connection.prepare('delete from latchkey_used where keep_until <= ?').run(Date.now());
      const { changes } = connection
        .prepare('insert into latchkey_used values (?, ?) on conflict do nothing')
        .run(key, keepUntil.getTime());
      return changes === 1;
    });
  }

  async isClaimed(key: string): Promise<boolean> {
    const found = this.#database.connection
      .prepare('select 1 from latchkey_used where key = ? and keep_until > ?')
      .get(key, Date.now());
    return found !== undefined;
  }
}
