import type { Knex } from 'knex';
import type { AuthorizationCodeStore, NewAuthorizationCode } from '../domain/token/authorization-code-store.ts';
import type { SealedRecord } from '../domain/token/sealed-record.ts';
import { isForeignKeyViolation } from './constraint-violations.ts';
import { recordColumns, toSealedRecord, type SealedRecordRow } from './sealed-record-row.ts';

export class KnexAuthorizationCodeStore implements AuthorizationCodeStore {
  readonly #db: Knex;

  constructor(db: Knex) {
    this.#db = db;
  }

  async issue(code: NewAuthorizationCode): Promise<boolean> {
    try {
      const { rows } = await this.#db.raw<{ rows: unknown[] }>(
        `with live_session as (
           select s.uid from sessions s where s.uid = ? and s.account_id = ?
             and s.idle_expires_at > now() and s.absolute_expires_at > now() for key share
         ), session_client as (
           insert into session_clients (session_uid, client_id) select uid, ? from live_session on conflict do nothing
         ), grant_row as (
           insert into grants (id, session_uid, client_id, account_id)
           select ?, case when ?::boolean then null else uid end, ?, ? from live_session on conflict do nothing
         )
         insert into authorization_codes (id_hash, grant_id, session_uid, sealed_payload, expires_at)
         select ?, ?, case when ?::boolean then null else uid end, ?, now() + make_interval(secs => ?)
         from live_session returning 1`,
        [
          code.sessionUid,
          code.accountId,
          code.clientId,
          code.grantId,
          code.offline,
          code.clientId,
          code.accountId,
          code.idHash,
          code.grantId,
          code.offline,
          code.sealedPayload,
          code.ttlSeconds,
        ],
      );
      return rows.length > 0;
    } catch (error) {
      if (isForeignKeyViolation(error)) return false;
      throw error;
    }
  }

  async find(idHash: Buffer): Promise<(SealedRecord & { readonly consumed: boolean }) | undefined> {
    // A consumed code is found on purpose: using it again must be told from using one that never was.
    const { rows } = await this.#db.raw<{ rows: (SealedRecordRow & { consumed: boolean })[] }>(
      `select ${recordColumns('c')}, c.consumed_at is not null as consumed from authorization_codes c where c.id_hash = ?`,
      [idHash],
    );
    return rows[0] && { ...toSealedRecord(rows[0]), consumed: rows[0].consumed };
  }

  async consume(idHash: Buffer): Promise<boolean> {
    const { rows } = await this.#db.raw<{ rows: unknown[] }>(
      `update authorization_codes set consumed_at = now()
       where id_hash = ? and consumed_at is null and expires_at > now() returning 1`,
      [idHash],
    );
    return rows.length > 0;
  }

  async revokeDescendants(idHash: Buffer): Promise<boolean> {
    // The mark catches tokens that are being inserted right now; the deletes are for those that are there.
    const { rows } = await this.#db.raw<{ rows: unknown[] }>(
      `with marked as (
         update authorization_codes set reused_at = now()
         where id_hash = ? and consumed_at is not null and reused_at is null returning 1
       ), access as (
         delete from access_tokens where code_hash = ?
       ), refresh as (
         delete from refresh_tokens where code_hash = ?
       )
       select 1 from marked`,
      [idHash, idHash, idHash],
    );
    return rows.length > 0;
  }
}
