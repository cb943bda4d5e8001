import { DatabaseSync } from 'node:sqlite';
import { DatabaseError } from './database-error.ts';

const sqliteBusy = 5;

export interface EmbeddedDatabaseLock {
  release(): void;
}

/**
 * Makes this process the only one that opens the embedded database in `directory`: two at once would destroy it. The
 * lock is the kernel's, on `directory`.lock, so it ends with the process however that ends. SQLite serves here only
 * because Node itself offers no file locks.
 * @throws {DatabaseError} `ERR_DATABASE_IN_USE` at once when another process, or this one, holds it
 */
export const lockEmbeddedDatabase = (directory: string): EmbeddedDatabaseLock => {
  let file: DatabaseSync | undefined;
  try {
    file = new DatabaseSync(`${directory}.lock`, { timeout: 0 });
    file.exec('pragma journal_mode = memory; begin exclusive'); // no file beside the lock
  } catch (cause) {
    file?.close();
    if ((cause as { errcode?: unknown }).errcode === sqliteBusy) {
      throw new DatabaseError(
        'ERR_DATABASE_IN_USE',
        `${directory} is used by another process, and only one may open the embedded database: stop that process first, or set DATABASE_URL to use PostgreSQL.`,
      );
    }
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new DatabaseError('ERR_DATA_DIR', `${directory}.lock cannot be locked: ${reason}.`, { cause });
  }
  // The closure keeps the handle referenced: a collected handle would drop the lock.
  const held = file;
  return { release: () => held.close() };
};
