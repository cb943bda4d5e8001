import type { Knex } from 'knex';
import type { Stores, Transactions } from '../domain/transactions.ts';
import { KnexAccountStore } from './knex-account-store.ts';
import { KnexClientStore } from './knex-client-store.ts';
import { KnexKnownBrowsers } from './knex-known-browsers.ts';
import { KnexSecurityEvents } from './knex-security-events.ts';
import { KnexSessionStore } from './knex-session-store.ts';

export class KnexTransactions implements Transactions {
  readonly #db: Knex;

  constructor(db: Knex) {
    this.#db = db;
  }

  async run<T>(work: (stores: Stores) => Promise<T>): Promise<T> {
    return this.#db.transaction((trx) =>
      work({
        accounts: new KnexAccountStore(trx),
        clients: new KnexClientStore(trx),
        sessions: new KnexSessionStore(trx),
        knownBrowsers: new KnexKnownBrowsers(trx),
        securityEvents: new KnexSecurityEvents(trx),
      }),
    );
  }
}
