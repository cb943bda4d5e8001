import type { Knex } from 'knex';
import type { NewRefreshToken, RefreshTokenStore, StoredRefreshToken } from '../domain/token/refresh-token-store.ts';
import { insertedWithSession, lockedSession } from './locked-session.ts';
import { recordColumns, toSealedRecord, type SealedRecordRow } from './sealed-record-row.ts';

interface RefreshTokenRow extends SealedRecordRow {
  code_hash: Buffer | Uint8Array | null;
  usable: boolean;
}

/** Not replaced yet, or replaced so shortly ago that the client may have lost the answer. */
const usable = `(r.consumed_at is null or (r.superseded_at is null and r.consumed_at > now() - interval '30 seconds'))`;

export class KnexRefreshTokenStore implements RefreshTokenStore {
  readonly #db: Knex;

  constructor(db: Knex) {
    this.#db = db;
  }

  async insert(token: NewRefreshToken): Promise<boolean> {
    const { idHash, grantId, sessionUid = null, codeHash = null, predecessorHash = null, sealedPayload } = token;
    return insertedWithSession(
      this.#db.raw(
        `with ${lockedSession}
         insert into refresh_tokens
           (id_hash, grant_id, session_uid, code_hash, predecessor_hash, sealed_payload, expires_at)
         select ?, ?, uid, ?, ?, ?, now() + make_interval(secs => ?) from locked_session returning 1`,
        [sessionUid, sessionUid, idHash, grantId, codeHash, predecessorHash, sealedPayload, token.ttlSeconds],
      ),
    );
  }

  async find(idHash: Buffer): Promise<StoredRefreshToken | undefined> {
    const { rows } = await this.#db.raw<{ rows: RefreshTokenRow[] }>(
      `select ${recordColumns('r')}, r.code_hash, ${usable} as usable from refresh_tokens r
       where r.id_hash = ? and r.expires_at > now()
         and not exists (select 1 from authorization_codes c where c.id_hash = r.code_hash and c.reused_at is not null)`,
      [idHash],
    );
    const [row] = rows;
    if (!row) return undefined;
    return {
      ...toSealedRecord(row),
      codeHash: row.code_hash === null ? undefined : Buffer.from(row.code_hash),
      usable: row.usable,
    };
  }

  async consume(idHash: Buffer): Promise<boolean> {
    // The grant first: two tokens that replaced the same one, used at once, would each wait for the other's row.
    const { rows } = await this.#db.raw<{ rows: unknown[] }>(
      `with locked as (
         select g.id from grants g join refresh_tokens r on r.grant_id = g.id where r.id_hash = ? for no key update of g
       ), used as (
         update refresh_tokens r set consumed_at = coalesce(r.consumed_at, now()) from locked
         where r.id_hash = ? and r.grant_id = locked.id and ${usable}
         returning r.id_hash, r.grant_id, r.predecessor_hash
       ), superseded as (
         update refresh_tokens r set superseded_at = coalesce(r.superseded_at, now()),
           consumed_at = coalesce(r.consumed_at, now())
         from used where r.grant_id = used.grant_id and used.predecessor_hash is not null and r.id_hash <> used.id_hash
           and (r.id_hash = used.predecessor_hash or r.predecessor_hash = used.predecessor_hash)
       )
       select 1 from used`,
      [idHash, idHash],
    );
    return rows.length > 0;
  }

  async destroy(idHash: Buffer): Promise<void> {
    await this.#db.raw('delete from refresh_tokens where id_hash = ?', [idHash]);
  }
}
