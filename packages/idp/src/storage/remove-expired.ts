import type { Knex } from 'knex';

/** One batch per table at a time: on the embedded database a long statement would hold up everybody. */
const batch = 500;

/**
 * Removes what is past its end and no longer of use. Sessions are not among it: they end through `SessionStore.end`,
 * so that the applications hear of it. A used code stays for a day, so that using it again is noticed.
 */
export const removeExpired = async (db: Knex): Promise<number> => {
  let removed = 0;
  const rules: readonly (readonly [table: string, condition: string])[] = [
    ['authorization_codes', "expires_at < now() - interval '1 day'"],
    ['access_tokens', 'expires_at < now()'],
    ['refresh_tokens', 'expires_at < now()'],
    ['interactions', 'expires_at < now()'],
    ['pushed_authorization_requests', "expires_at < now() - interval '1 hour'"],
    ['replays', 'expires_at < now()'],
    ['rate_limits', 'expire < extract(epoch from now()) * 1000'],
    ['email_reservations', 'reserved_until < now()'],
    [
      'grants',
      `session_uid is null and created_at < now() - interval '1 day'
         and not exists (select 1 from refresh_tokens r where r.grant_id = grants.id)
         and not exists (select 1 from access_tokens t where t.grant_id = grants.id)`,
    ],
  ];
  for (const [table, condition] of rules) {
    const { rows } = await db.raw<{ rows: unknown[] }>(
      // Waiting for nobody while it holds rows: the same job may run in another process, or a session end.
      `delete from ${table} where ctid = any(array(
         select ctid from ${table} where ${condition} limit ? for update skip locked)) returning 1`,
      [batch],
    );
    removed += rows.length;
  }
  return removed;
};
