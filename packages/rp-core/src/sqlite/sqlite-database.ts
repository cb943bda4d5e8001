import { closeSync, openSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { DatabaseSync } from 'node:sqlite';

/** A statement waits so long for another process's write; an exclusive section too. */
const busyMs = 5000;

/**
 * A database file that several processes of an application may share. Every write goes through `exclusively`.
 */
export class SqliteDatabase {
  /**
   * For reading and for making tables at the start. A write outside `exclusively` would join whatever section is under way, and
   * be rolled back with it.
   */
  readonly connection: DatabaseSync;
  #last: Promise<unknown> = Promise.resolve();

  /** @param file made where there is none, for its owner alone; `:memory:` is none */
  constructor(file: string) {
    // SQLite gives the files beside it the same mode.
    if (file !== ':memory:') closeSync(openSync(file, 'a', 0o600));
    this.connection = new DatabaseSync(file, { timeout: busyMs });
    this.connection.exec('pragma journal_mode = wal; pragma foreign_keys = on');
  }

  /**
   * Does work in one transaction, alone in this process and, as it takes the file's write lock first, in all others. It must
   * await nothing but this database: all others wait.
   */
  async exclusively<Result>(work: (connection: DatabaseSync) => Promise<Result> | Result): Promise<Result> {
    const run = this.#last.then(async () => {
      await this.#begin();
      try {
        const result = await work(this.connection);
        this.connection.exec('commit');
        return result;
      } catch (error) {
        // A full disk, for one, has rolled back already.
        if (this.connection.isTransaction) this.connection.exec('rollback');
        throw error;
      }
    });
    this.#last = run.catch(() => {}); // whoever asked for the work hears of its failure
    return run;
  }

  /** Gives way while somebody else has the write lock: that may be another connection of this very process. */
  async #begin(): Promise<void> {
    const giveUpAt = performance.now() + busyMs;
    for (;;) {
      this.connection.exec('pragma busy_timeout = 0');
      try {
        this.connection.exec('begin immediate');
        return;
      } catch (error) {
        if (!isBusy(error) || performance.now() > giveUpAt) throw error;
      } finally {
        this.connection.exec(`pragma busy_timeout = ${busyMs}`);
      }
      await setTimeout(1 + Math.random() * 9);
    }
  }

  close(): void {
    this.connection.close();
  }
}

/** SQLITE_BUSY, in its first eight bits. */
const isBusy = (error: unknown): boolean =>
  error instanceof Error && 'errcode' in error && typeof error.errcode === 'number' && error.errcode % 256 === 5;
