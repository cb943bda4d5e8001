import type { Knex } from 'knex';
import type { Consent, ConsentStore } from '../domain/token/consent-store.ts';
import { isForeignKeyViolation } from './constraint-violations.ts';
import { inTransaction } from './in-transaction.ts';

interface ConsentRow {
  account_id: string;
  client_id: string;
  scope: string;
  resource_scopes: Record<string, string>;
}

const union = (left: string, right: string): string =>
  [...new Set([...left.split(' '), ...right.split(' ')])].filter((word) => word !== '').join(' ');

export class KnexConsentStore implements ConsentStore {
  readonly #db: Knex;

  constructor(db: Knex) {
    this.#db = db;
  }

  async find(accountId: string, clientId: string): Promise<Consent | undefined> {
    const row = await this.#db<ConsentRow>('consents').where({ account_id: accountId, client_id: clientId }).first();
    return (
      row && {
        accountId: row.account_id,
        clientId: row.client_id,
        scope: row.scope,
        resourceScopes: row.resource_scopes,
      }
    );
  }

  async allow(consent: Consent): Promise<boolean> {
    try {
      return await inTransaction(this.#db, (trx) => this.#add(trx, consent));
    } catch (error) {
      if (isForeignKeyViolation(error)) return false;
      throw error;
    }
  }

  async #add(trx: Knex, consent: Consent): Promise<boolean> {
    await trx.raw(`insert into consents (account_id, client_id, scope) values (?, ?, '') on conflict do nothing`, [
      consent.accountId,
      consent.clientId,
    ]);
    const row = await trx<ConsentRow>('consents')
      .where({ account_id: consent.accountId, client_id: consent.clientId })
      .forUpdate()
      .first();
    // It was there, and has just gone with its client.
    if (!row) return false;
    const resourceScopes = { ...row.resource_scopes };
    for (const [resource, scope] of Object.entries(consent.resourceScopes)) {
      resourceScopes[resource] = union(resourceScopes[resource] ?? '', scope);
    }
    await trx.raw(
      `update consents set scope = ?, resource_scopes = ?::jsonb, updated_at = now()
       where account_id = ? and client_id = ?`,
      [union(row.scope, consent.scope), JSON.stringify(resourceScopes), consent.accountId, consent.clientId],
    );
    return true;
  }
}
