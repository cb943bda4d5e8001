import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SqliteDatabase } from '../../src/sqlite/sqlite-database.ts';
import { SqliteOneTimeStore } from '../../src/sqlite/sqlite-one-time-store.ts';
import { SqliteSessions } from '../../src/sqlite/sqlite-sessions.ts';
import { SqliteUsers } from '../../src/sqlite/sqlite-users.ts';
import { describeLocalUsers } from '../linking/local-users-suite.ts';
import { describeLocalSessionStore } from '../session/local-session-store-suite.ts';
import { describeOneTimeStore } from '../session/one-time-store-suite.ts';

/** Two connections to one file, as two processes of the application have. */
const openTwice = async () => {
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-sqlite-'));
  const [one, two] = [new SqliteDatabase(join(folder, 'app.db')), new SqliteDatabase(join(folder, 'app.db'))];
  const close = async (): Promise<void> => {
    one.close();
    two.close();
    await rm(folder, { recursive: true });
  };
  return { one, two, close };
};

const inMemory = () => {
  const one = new SqliteDatabase(':memory:');
  return Promise.resolve({ one, two: one, close: async () => one.close() });
};

const users = (database: SqliteDatabase): SqliteUsers => {
  // `removeLocalCredentials` ends the sessions that are kept beside the users.
  void new SqliteSessions(database);
  return new SqliteUsers(database, { removePrivateData: () => undefined });
};

for (const [where, open] of [
  ['in memory', inMemory],
  ['in one file for two connections', openTwice],
] as const) {
  describeOneTimeStore(`SqliteOneTimeStore ${where}`, async () => {
    const { one, two, close } = await open();
    return { store: new SqliteOneTimeStore(one), other: new SqliteOneTimeStore(two), close };
  });

  describeLocalSessionStore(`SqliteSessions ${where}`, async () => {
    const { one, two, close } = await open();
    return { store: new SqliteSessions(one), other: new SqliteSessions(two), close };
  });

  describeLocalUsers(`SqliteUsers ${where}`, async () => {
    const { one, two, close } = await open();
    return {
      users: users(one),
      fromElsewhere: users(two),
      emailRule: { unique: false, required: false },
      close,
    };
  });
}
