import { SqliteDatabase } from '@latchkey/rp-core/sqlite';

export function openDatabase(file: string): SqliteDatabase {
  const database = new SqliteDatabase(file);
  database.connection.exec(`create table if not exists notes (
    id integer primary key autoincrement, user_id text not null, text text not null, is_public integer not null,
    written_at integer not null) strict`);
  return database;
}
