import { isForeignKeyViolation } from './constraint-violations.ts';

/**
 * A common table expression for inserting what lives and dies with a session: one row with its `uid`, none when it is
 * gone, and one with null where there is no session to die with. Binds the session's uid twice. The session is locked
 * before the grant, which the foreign keys would lock first: whoever ends a session locks it and then what it yielded,
 * and the other order ends in a deadlock.
 */
export const lockedSession = `existing as (select uid from sessions where uid = ?::text for key share),
  locked_session as (select uid from existing union all select null where ?::text is null)`;

/** False when the session or grant is gone. */
export const insertedWithSession = async (insert: PromiseLike<{ rows: unknown[] }>): Promise<boolean> => {
  try {
    return (await insert).rows.length > 0;
  } catch (error) {
    if (isForeignKeyViolation(error)) return false;
    throw error;
  }
};
