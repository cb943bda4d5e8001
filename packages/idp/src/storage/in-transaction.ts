import type { Knex } from 'knex';

/** Runs work in the caller's transaction when `db` is one, else in a transaction of its own. */
export const inTransaction = async <T>(db: Knex, work: (trx: Knex) => Promise<T>): Promise<T> =>
  db.isTransaction === true ? work(db) : db.transaction(work);
