import { setImmediate } from 'node:timers/promises';
import type { Knex } from 'knex';

/** One batch at a time: on the embedded database a long statement would hold up everybody. */
const batchRows = 500;

/** A job that is not done by then goes on at its next turn. */
const timeLimitMs = 20_000;

/** A table and which of its rows are of no more use. Each has an index that finds them. */
const rules: readonly (readonly [table: string, condition: string])[] = [
  // A used code stays for a day, so that using it again is noticed.
  ['authorization_codes', "expires_at < now() - interval '1 day'"],
  ['access_tokens', 'expires_at < now()'],
  ['refresh_tokens', 'expires_at < now()'],
  ['interactions', 'expires_at < now()'],
  ['pushed_authorization_requests', 'kept_until < now()'],
  ['replays', 'expires_at < now()'],
  ['rate_limits', 'expire < extract(epoch from now()) * 1000'],
  ['email_reservations', 'reserved_until < now()'],
  // As long as a browser keeps the cookie.
  ['known_browsers', "last_used_at < now() - interval '400 days'"],
  [
    'grants',
    `session_uid is null and created_at < now() - interval '1 day'
       and not exists (select 1 from refresh_tokens r where r.grant_id = grants.id)
       and not exists (select 1 from access_tokens t where t.grant_id = grants.id)`,
  ],
];

/**
 * Removes what is past its end and no longer of use, in small batches between which others get their turn. Sessions are
 * not among it: they end through `SessionStore.end`, so that the applications hear of it.
 * @param signal stops it after the batch that is under way
 * @returns the number of rows
 */
export const removeExpired = async (db: Knex, signal?: AbortSignal): Promise<number> => {
  const endsAtMs = performance.now() + timeLimitMs;
  let removed = 0;
  let full = rules;
  // Round by round, so that a table that fills as fast as it is emptied does not keep the others waiting.
  while (full.length > 0) {
    const stillFull: (typeof rules)[number][] = [];
    for (const rule of full) {
      if (signal?.aborted === true || performance.now() > endsAtMs) return removed;
      const rows = await removeBatch(db, rule);
      removed += rows;
      if (rows === batchRows) stillFull.push(rule);
      await setImmediate();
    }
    full = stillFull;
  }
  return removed;
};

const removeBatch = async (db: Knex, [table, condition]: (typeof rules)[number]): Promise<number> => {
  const { rows } = await db.raw<{ rows: unknown[] }>(
    // Waiting for nobody while it holds rows: the same job may run in another process, or a session end.
    `delete from ${table} where ctid = any(array(
       select ctid from ${table} where ${condition} limit ? for update skip locked)) returning 1`,
    [batchRows],
  );
  return rows.length;
};
