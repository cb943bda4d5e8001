import type { Knex } from 'knex';
import type { SecurityEvent, SecurityEvents } from '../domain/security-event/security-event.ts';

export class KnexSecurityEvents implements SecurityEvents {
  readonly #db: Knex;

  /** @param db a pool or a transaction: the caller decides the scope */
  constructor(db: Knex) {
    this.#db = db;
  }

  async record(event: SecurityEvent): Promise<void> {
    await this.#db('security_events').insert({
      event: event.event,
      actor: event.actor,
      account_id: event.accountId ?? null,
      client_id: event.clientId ?? null,
      network: event.network ?? null,
      details: JSON.stringify(event.details ?? {}),
    });
  }
}
