import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { SqliteDatabase } from '../../src/sqlite/sqlite-database.ts';
import { SqliteOneTimeStore } from '../../src/sqlite/sqlite-one-time-store.ts';
import { SqliteSessions } from '../../src/sqlite/sqlite-sessions.ts';
import { aLocalSession } from '../support/local-session.ts';

/** Strangers can make rows, and each write takes away those that are over: that must not read all others. */
describe('what is over is taken out of the SQLite tables', () => {
  let database: SqliteDatabase;
  /** Every statement that was run, as it was written. */
  let statements: string[];
  beforeEach(() => {
    database = new SqliteDatabase(':memory:');
    statements = [];
    const { connection } = database;
    const prepare = connection.prepare.bind(connection);
    connection.prepare = (sql, ...more) => {
      statements.push(sql);
      return prepare(sql, ...more);
    };
  });
  afterEach(() => database.close());

  const anHourAgo = (): Date => new Date(Date.now() - 3600_000);
  const inAnHour = (): Date => new Date(Date.now() + 3600_000);
  const countOf = (table: string): unknown =>
    database.connection.prepare(`select count(*) as count from ${table}`).get()?.['count'];
  /** How the table's rows are found that the statement deletes because of their age. */
  const planOf = (table: string): string => {
    const [pruning, ...more] = [...new Set(statements)].filter((sql) =>
      new RegExp(`^delete from ${table} where \\w+ <`).test(sql),
    );
    assert.ok(pruning !== undefined && more.length === 0, statements.join('; '));
    const plan = database.connection.prepare(`explain query plan ${pruning}`).all(0);
    return plan.map(({ detail }) => String(detail)).join('; ');
  };

  it('of used keys, by an index', async () => {
    const store = new SqliteOneTimeStore(database);
    await store.claim('old', anHourAgo());
    await store.claim('new', inAnHour());
    assert.equal(countOf('latchkey_used'), 1);
    assert.match(planOf('latchkey_used'), /^SEARCH latchkey_used USING (?:COVERING )?INDEX latchkey_used_keep_until/);
  });

  it('of sessions, by an index', async () => {
    const sessions = new SqliteSessions(database);
    await sessions.insert(aLocalSession({ expiresAt: anHourAgo() }));
    await sessions.insert(aLocalSession());
    assert.equal(countOf('latchkey_sessions'), 1);
    assert.match(planOf('latchkey_sessions'), /^SEARCH latchkey_sessions USING .*INDEX latchkey_sessions_expires_at/);
  });

  it('of ended sessions, by an index', async () => {
    const sessions = new SqliteSessions(database);
    await sessions.end({ issuer: 'https://accounts.example.org', sid: 's1', sub: undefined }, new Date());
    database.connection.exec('update latchkey_ended_sessions set forget_at = 0');
    await sessions.end({ issuer: 'https://accounts.example.org', sid: 's2', sub: undefined }, new Date());
    assert.equal(countOf('latchkey_ended_sessions'), 1);
    assert.match(planOf('latchkey_ended_sessions'), /^SEARCH .* USING .*INDEX latchkey_ended_sessions_forget_at/);
  });
});
