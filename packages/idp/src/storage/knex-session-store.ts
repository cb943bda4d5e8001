import type { Knex } from 'knex';
import type {
  EndedSessionClient,
  NewSession,
  Session,
  SessionSelection,
  SessionStore,
} from '../domain/session/session-store.ts';
import { isForeignKeyViolation } from './constraint-violations.ts';
import { inTransaction } from './in-transaction.ts';

interface SessionRow {
  uid: string;
  account_id: string;
  begun_at: Date;
  authenticated_at: Date;
  amr: string[] | null;
  acr: string | null;
  idle_expires_at: Date;
  absolute_expires_at: Date;
  prolonged_at: Date;
}

const columns = `s.uid, s.account_id, s.begun_at, s.authenticated_at, s.amr, s.acr, s.idle_expires_at,
  s.absolute_expires_at, s.prolonged_at`;

/** A session that is not over, of an account that may sign in, by the database's clock. */
const live = `s.idle_expires_at > now() and s.absolute_expires_at > now()
  and exists (select 1 from accounts a where a.id = s.account_id and a.disabled_at is null and a.removed_at is null)`;

const toSession = (row: SessionRow): Session => ({
  uid: row.uid,
  accountId: row.account_id,
  begunAt: row.begun_at,
  authenticatedAt: row.authenticated_at,
  amr: row.amr ?? undefined,
  acr: row.acr ?? undefined,
  idleExpiresAt: row.idle_expires_at,
  absoluteExpiresAt: row.absolute_expires_at,
  prolongedAt: row.prolonged_at,
});

export class KnexSessionStore implements SessionStore {
  readonly #db: Knex;

  constructor(db: Knex) {
    this.#db = db;
  }

  async findByIdHash(idHash: Buffer): Promise<Session | undefined> {
    return this.#findOne('s.id_hash = ?', idHash);
  }

  async findByUid(uid: string): Promise<Session | undefined> {
    return this.#findOne('s.uid = ?', uid);
  }

  async listByAccount(accountId: string): Promise<readonly (Session & { readonly clientIds: readonly string[] })[]> {
    const { rows } = await this.#db.raw<{ rows: (SessionRow & { client_ids: string[] })[] }>(
      `select ${columns}, coalesce((select jsonb_agg(sc.client_id order by sc.first_used_at)
         from session_clients sc where sc.session_uid = s.uid), '[]') as client_ids
       from sessions s where s.account_id = ? and ${live} order by s.begun_at`,
      [accountId],
    );
    return rows.map((row) => ({ ...toSession(row), clientIds: row.client_ids }));
  }

  async insert(session: NewSession): Promise<Session | undefined> {
    // The account row is locked against the change that disables it: either that change sees this session and ends
    // it, or this statement sees a disabled account.
    const { rows } = await this.#db.raw<{ rows: SessionRow[] }>(
      `with account as (
         select id from accounts where id = ? and proof_generation = ? and disabled_at is null and removed_at is null for share
       ), s as (
         insert into sessions (uid, id_hash, account_id, authenticated_at, amr, acr, idle_expires_at,
           absolute_expires_at, network, user_agent)
         select ?, ?, account.id, ?, ?::jsonb, ?, now() + make_interval(secs => ?), now() + make_interval(secs => ?), ?, ?
         from account returning *
       ) select ${columns} from s`,
      [
        session.accountId,
        session.proofGeneration,
        session.uid,
        session.idHash,
        session.authenticatedAt,
        session.amr === undefined ? null : JSON.stringify(session.amr),
        session.acr ?? null,
        Math.min(session.idleTtlSeconds, session.absoluteTtlSeconds),
        session.absoluteTtlSeconds,
        session.network ?? null,
        session.userAgent ?? null,
      ],
    );
    return rows[0] && toSession(rows[0]);
  }

  async reauthenticate(
    uid: string,
    proof: Pick<NewSession, 'idHash' | 'accountId' | 'authenticatedAt' | 'proofGeneration' | 'amr' | 'acr'>,
  ): Promise<boolean> {
    return this.#changed(
      `update sessions s set id_hash = ?, authenticated_at = ?, amr = ?::jsonb, acr = ?
       where s.uid = ? and s.account_id = ? and ${live}
         and exists (select 1 from accounts p where p.id = s.account_id and p.proof_generation = ?) returning s.uid`,
      [
        proof.idHash,
        proof.authenticatedAt,
        proof.amr === undefined ? null : JSON.stringify(proof.amr),
        proof.acr ?? null,
        uid,
        proof.accountId,
        proof.proofGeneration,
      ],
    );
  }

  async prolong(uid: string, idleTtlSeconds: number): Promise<boolean> {
    const prolonged = await this.#changed(
      `update sessions s set prolonged_at = now(),
         idle_expires_at = least(now() + make_interval(secs => ?), s.absolute_expires_at)
       where s.uid = ? and s.prolonged_at < now() - interval '5 minutes' and ${live} returning s.uid`,
      [idleTtlSeconds, uid],
    );
    return prolonged || (await this.findByUid(uid)) !== undefined;
  }

  async end(which: SessionSelection): Promise<{
    sessions: { uid: string; accountId: string }[];
    clients: EndedSessionClient[];
  }> {
    const [condition, bindings] = selectionCondition(which);
    // What hangs on a session (session_clients, grants, codes, tokens) goes with it by its foreign keys; all parts of
    // one statement see the rows as they were before it. The lock comes first, so that a client that is being added
    // to the session at this moment is either seen here or finds no session any more.
    return inTransaction(this.#db, async (trx) => {
      if ('accountId' in which) {
        await trx.raw('update accounts set proof_generation = proof_generation + 1 where id = ?', [which.accountId]);
      }
      const { rows: locked } = await trx.raw<{ rows: { uid: string; account_id: string }[] }>(
        `select s.uid, s.account_id from sessions s where ${condition} order by s.uid for update`,
        bindings,
      );
      const uids = locked.map((row) => row.uid);
      const { rows: clients } = await trx.raw<{
        rows: { session_uid: string; client_id: string; account_id: string }[];
      }>(
        `select sc.session_uid, sc.client_id, s.account_id from session_clients sc join sessions s on s.uid = sc.session_uid
         where sc.session_uid = any(?::text[]) order by sc.first_used_at`,
        [uids],
      );
      await trx.raw('delete from sessions where uid = any(?::text[])', [uids]);
      if ('accountId' in which && which.offlineAccessToo) {
        await trx.raw('delete from grants where account_id = ? and session_uid is null', [which.accountId]);
      }
      return {
        sessions: locked.map((row) => ({ uid: row.uid, accountId: row.account_id })),
        clients: clients.map((row) => ({
          sessionUid: row.session_uid,
          accountId: row.account_id,
          clientId: row.client_id,
        })),
      };
    });
  }

  async #findOne(condition: string, value: string | Buffer): Promise<Session | undefined> {
    const { rows } = await this.#db.raw<{ rows: SessionRow[] }>(
      `select ${columns} from sessions s where ${condition} and ${live}`,
      [value],
    );
    return rows[0] && toSession(rows[0]);
  }

  async #changed(sql: string, bindings: Knex.RawBinding[]): Promise<boolean> {
    try {
      const { rows } = await this.#db.raw<{ rows: unknown[] }>(sql, bindings);
      return rows.length > 0;
    } catch (error) {
      if (isForeignKeyViolation(error)) return false;
      throw error;
    }
  }
}

const selectionCondition = (which: SessionSelection): [string, Knex.RawBinding[]] => {
  if ('uid' in which) return ['s.uid = ?', [which.uid]];
  if ('expired' in which) {
    return [
      // As an array: a subquery with a limit may run more than once in a join, locking other rows each time.
      `s.uid = any(array(select e.uid from sessions e
         where e.idle_expires_at <= now() or e.absolute_expires_at <= now() limit ? for update skip locked))`,
      [which.limit],
    ];
  }
  if (which.exceptUid !== undefined) return ['s.account_id = ? and s.uid <> ?', [which.accountId, which.exceptUid]];
  return ['s.account_id = ?', [which.accountId]];
};
