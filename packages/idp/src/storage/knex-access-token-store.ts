import type { Knex } from 'knex';
import type { AccessTokenStore, NewAccessToken } from '../domain/token/access-token-store.ts';
import type { SealedRecord } from '../domain/token/sealed-record.ts';
import { insertedWithSession, lockedSession } from './locked-session.ts';
import { recordColumns, toSealedRecord, type SealedRecordRow } from './sealed-record-row.ts';

export class KnexAccessTokenStore implements AccessTokenStore {
  readonly #db: Knex;

  constructor(db: Knex) {
    this.#db = db;
  }

  async insert(token: NewAccessToken): Promise<boolean> {
    const { idHash, grantId, sessionUid = null, codeHash = null, sealedPayload, ttlSeconds } = token;
    return insertedWithSession(
      this.#db.raw(
        `with ${lockedSession}
         insert into access_tokens (id_hash, grant_id, session_uid, code_hash, sealed_payload, expires_at)
         select ?, ?, uid, ?, ?, now() + make_interval(secs => ?) from locked_session returning 1`,
        [sessionUid, sessionUid, idHash, grantId, codeHash, sealedPayload, ttlSeconds],
      ),
    );
  }

  async find(idHash: Buffer): Promise<SealedRecord | undefined> {
    const { rows } = await this.#db.raw<{ rows: SealedRecordRow[] }>(
      `select ${recordColumns('t')} from access_tokens t
       where t.id_hash = ? and t.expires_at > now()
         and not exists (select 1 from authorization_codes c where c.id_hash = t.code_hash and c.reused_at is not null)`,
      [idHash],
    );
    return rows[0] && toSealedRecord(rows[0]);
  }

  async destroy(idHash: Buffer): Promise<void> {
    await this.#db.raw('delete from access_tokens where id_hash = ?', [idHash]);
  }
}
