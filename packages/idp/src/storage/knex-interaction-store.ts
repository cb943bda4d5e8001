import type { Knex } from 'knex';
import type { InteractionStore, NewInteraction } from '../domain/token/interaction-store.ts';
import type { SealedRecord } from '../domain/token/sealed-record.ts';
import { recordColumns, toSealedRecord, type SealedRecordRow } from './sealed-record-row.ts';

export class KnexInteractionStore implements InteractionStore {
  readonly #db: Knex;

  constructor(db: Knex) {
    this.#db = db;
  }

  async insert(interaction: NewInteraction): Promise<void> {
    await this.#db.raw(
      `insert into interactions (id_hash, browser_hash, sealed_payload, expires_at)
       values (?, ?, ?, now() + make_interval(secs => ?))`,
      [interaction.idHash, interaction.browserHash, interaction.sealedPayload, interaction.ttlSeconds],
    );
  }

  async find(idHash: Buffer, browserHash: Buffer): Promise<SealedRecord | undefined> {
    const { rows } = await this.#db.raw<{ rows: SealedRecordRow[] }>(
      `select ${recordColumns('i')} from interactions i
       where i.id_hash = ? and i.browser_hash = ? and i.expires_at > now()`,
      [idHash, browserHash],
    );
    return rows[0] && toSealedRecord(rows[0]);
  }

  async update(idHash: Buffer, browserHash: Buffer, sealedPayload: Buffer): Promise<boolean> {
    const { rows } = await this.#db.raw<{ rows: unknown[] }>(
      `update interactions set sealed_payload = ?
       where id_hash = ? and browser_hash = ? and expires_at > now() returning 1`,
      [sealedPayload, idHash, browserHash],
    );
    return rows.length > 0;
  }

  async destroy(idHash: Buffer): Promise<boolean> {
    const { rows } = await this.#db.raw<{ rows: unknown[] }>('delete from interactions where id_hash = ? returning 1', [
      idHash,
    ]);
    return rows.length > 0;
  }
}
