import type { Knex } from 'knex';
import { constantTimeEqual } from '../secrets/constant-time-equal.ts';
import { SecretKeyError } from './secret-key-file.ts';

/**
 * Makes sure that the secret key is the one this database was made with. With another one nothing sealed would open
 * and no client could authenticate, each in a way that does not tell why.
 * @param check derived from the secret key, for this and nothing else
 * @throws {SecretKeyError}
 */
export const checkSecretKey = async (db: Knex, check: Buffer): Promise<void> => {
  await db.raw('insert into installation (id, secret_key_check) values (1, ?) on conflict do nothing', [check]);
  const { rows } = await db.raw<{ rows: { secret_key_check: Buffer | Uint8Array }[] }>(
    'select secret_key_check from installation where id = 1',
  );
  const expected = rows[0]?.secret_key_check;
  if (expected === undefined || !constantTimeEqual(Buffer.from(expected), check)) {
    throw new SecretKeyError(
      'SECRET_KEY is not the one that this database was set up with: restore that one (without SECRET_KEY it is in DATA_DIR/secret.key)',
    );
  }
};
