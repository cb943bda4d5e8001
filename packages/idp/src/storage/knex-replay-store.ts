import type { Knex } from 'knex';
import type { ReplayStore } from '../domain/token/replay-store.ts';

export class KnexReplayStore implements ReplayStore {
  readonly #db: Knex;

  constructor(db: Knex) {
    this.#db = db;
  }

  async remember(idHash: Buffer, ttlSeconds: number): Promise<boolean> {
    const { rows } = await this.#db.raw<{ rows: unknown[] }>(
      `insert into replays (id_hash, expires_at) values (?, now() + make_interval(secs => ?))
       on conflict (id_hash) do nothing returning 1`,
      [idHash, ttlSeconds],
    );
    return rows.length > 0;
  }
}
