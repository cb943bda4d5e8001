import type { Knex } from 'knex';
import type { NewPushedRequest, PushedRequestStore } from '../domain/token/pushed-request-store.ts';
import type { SealedRecord } from '../domain/token/sealed-record.ts';
import { recordColumns, toSealedRecord, type SealedRecordRow } from './sealed-record-row.ts';

export class KnexPushedRequestStore implements PushedRequestStore {
  readonly #db: Knex;

  constructor(db: Knex) {
    this.#db = db;
  }

  async insert(request: NewPushedRequest): Promise<void> {
    await this.#db.raw(
      `insert into pushed_authorization_requests (id_hash, sealed_payload, expires_at, kept_until)
       select ?, ?, ends.at, ends.at from (select now() + make_interval(secs => ?) as at) ends`,
      [request.idHash, request.sealedPayload, request.ttlSeconds],
    );
  }

  async find(idHash: Buffer): Promise<(SealedRecord & { readonly consumed: boolean }) | undefined> {
    const { rows } = await this.#db.raw<{ rows: (SealedRecordRow & { consumed: boolean })[] }>(
      `select ${recordColumns('p')}, p.consumed_at is not null as consumed from pushed_authorization_requests p
       where p.id_hash = ? and p.kept_until > now()`,
      [idHash],
    );
    return rows[0] && { ...toSealedRecord(rows[0]), consumed: rows[0].consumed };
  }

  async keep(idHash: Buffer, ttlSeconds: number): Promise<void> {
    await this.#db.raw(
      `update pushed_authorization_requests set kept_until = greatest(kept_until, now() + make_interval(secs => ?))
       where id_hash = ?`,
      [ttlSeconds, idHash],
    );
  }

  async consume(idHash: Buffer): Promise<boolean> {
    const { rows } = await this.#db.raw<{ rows: unknown[] }>(
      `update pushed_authorization_requests set consumed_at = now()
       where id_hash = ? and consumed_at is null returning 1`,
      [idHash],
    );
    return rows.length > 0;
  }
}
