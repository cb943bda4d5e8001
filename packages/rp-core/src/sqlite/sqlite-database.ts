import { DatabaseSync } from 'node:sqlite';

/**
 * A database file that several processes of an application may share. Statements are synchronous; what takes several and awaits in
 * between goes through `exclusively`.
 */
export class SqliteDatabase {
  readonly connection: DatabaseSync;
  #last: Promise<unknown> = Promise.resolve();

  /** @param file made where there is none, readable by its owner alone as far as the process's umask says so */
  constructor(file: string) {
    this.connection = new DatabaseSync(file, { timeout: 5000 });
    this.connection.exec('pragma journal_mode = wal; pragma foreign_keys = on');
  }

  /**
   * Does work in one transaction, alone in this process and, as it takes the file's write lock first, in all others. It must
   * await nothing but this database: others wait without giving way.
   */
  async exclusively<Result>(work: (connection: DatabaseSync) => Promise<Result> | Result): Promise<Result> {
    const run = this.#last.then(async () => {
      this.connection.exec('begin immediate');
      try {
        const result = await work(this.connection);
        this.connection.exec('commit');
        return result;
      } catch (error) {
        this.connection.exec('rollback');
        throw error;
      }
    });
    this.#last = run.catch(() => {}); // whoever asked for the work hears of its failure
    return run;
  }

  close(): void {
    this.connection.close();
  }
}
