import type { Knex } from 'knex';

export type DatabaseKind = 'embedded' | 'postgresql';

/** `reason` is for operators and holds neither host name nor user. */
export type DatabaseHealth = { readonly ok: true } | { readonly ok: false; readonly reason: string };

/** An open database. The embedded one has a single connection: inside a transaction use nothing but the transaction. */
export interface Database {
  readonly knex: Knex;
  readonly kind: DatabaseKind;
  /** Asks the database for an answer, for 5 seconds at most; never throws. */
  health(): Promise<DatabaseHealth>;
  /**
   * Runs `work` while no other process that goes through this method does, on connections without a limit on the time
   * of a statement. A process that dies inside lets the next one in.
   */
  changeSchema<T>(work: (knex: Knex) => Promise<T>): Promise<T>;
  /** Ends running queries' wait after 5 seconds, closes the connections and frees the data directory. Twice is once. */
  close(): Promise<void>;
}
