import type { Knex } from 'knex';
import type { SigningKey, SigningKeyStore } from '../domain/key/signing-key.ts';
import type { Sealer } from '../secrets/sealer.ts';

interface SigningKeyRow {
  kid: string;
  alg: 'RS256' | 'ES256';
  public_jwk: Record<string, unknown>;
  sealed_private_jwk: Buffer | Uint8Array | null;
  created_at: Date;
  active_from: Date;
  retired_at: Date | null;
  active: boolean;
}

/** Names the advisory lock under which keys are made and retired; any number that nothing else here uses. */
const rotationLock = 7_260_001;

export class KnexSigningKeyStore implements SigningKeyStore {
  readonly #db: Knex;
  readonly #sealer: Sealer;

  constructor(db: Knex, sealer: Sealer) {
    this.#db = db;
    this.#sealer = sealer;
  }

  async list(): Promise<readonly SigningKey[]> {
    const { rows } = await this.#db.raw<{ rows: SigningKeyRow[] }>(
      `select k.*, (k.active_from <= now() and k.retired_at is null) as active from signing_keys k
       order by k.created_at, k.kid`,
    );
    return rows.map((row) => ({
      kid: row.kid,
      alg: row.alg,
      publicJwk: row.public_jwk,
      privateJwk:
        row.sealed_private_jwk === null
          ? undefined
          : (JSON.parse(this.#sealer.open(Buffer.from(row.sealed_private_jwk), sealContext(row.kid))) as Record<
              string,
              unknown
            >),
      createdAt: row.created_at,
      activeFrom: row.active_from,
      retiredAt: row.retired_at ?? undefined,
      active: row.active,
    }));
  }

  async insert(
    key: Pick<SigningKey, 'kid' | 'alg' | 'publicJwk'> & { privateJwk: object },
    publishedSeconds: number,
  ): Promise<void> {
    await this.#db.raw(
      `insert into signing_keys (kid, alg, public_jwk, sealed_private_jwk, active_from)
       values (?, ?, ?::jsonb, ?, now() + make_interval(secs => ?))`,
      [
        key.kid,
        key.alg,
        JSON.stringify(key.publicJwk),
        this.#sealer.seal(JSON.stringify(key.privateJwk), sealContext(key.kid)),
        publishedSeconds,
      ],
    );
  }

  async tidy(graceSeconds: number, retentionSeconds: number): Promise<void> {
    await this.#db.raw(
      `update signing_keys old set retired_at = now(), sealed_private_jwk = null
       where old.retired_at is null and exists (
         select 1 from signing_keys newer where newer.alg = old.alg and newer.retired_at is null
           and newer.active_from > old.active_from and newer.active_from <= now() - make_interval(secs => ?))`,
      [graceSeconds],
    );
    await this.#db.raw('delete from signing_keys where retired_at <= now() - make_interval(secs => ?)', [
      retentionSeconds,
    ]);
  }

  async exclusively<T>(work: (keys: SigningKeyStore) => Promise<T>): Promise<T> {
    return this.#db.transaction(async (trx) => {
      await trx.raw('select pg_advisory_xact_lock(?)', [rotationLock]);
      return work(new KnexSigningKeyStore(trx, this.#sealer));
    });
  }
}

const sealContext = (kid: string): string => `signing_keys:${kid}`;
