export { SqliteDatabase } from './sqlite-database.ts';
export { SqliteOneTimeStore } from './sqlite-one-time-store.ts';
export { SqliteSessions } from './sqlite-sessions.ts';
export { SqliteUsers, type SqliteUsersOptions } from './sqlite-users.ts';
