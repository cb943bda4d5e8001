import type { Knex } from 'knex';
import type { KnownBrowsers } from '../domain/sign-in/known-browsers.ts';

export class KnexKnownBrowsers implements KnownBrowsers {
  readonly #db: Knex;

  constructor(db: Knex) {
    this.#db = db;
  }

  async isKnown(browserHash: Buffer, accountId: string): Promise<boolean> {
    const { rows } = await this.#db.raw<{ rows: unknown[] }>(
      'select 1 from known_browsers where browser_hash = ? and account_id = ?',
      [browserHash, accountId],
    );
    return rows.length > 0;
  }

  async latestAccount(browserHash: Buffer): Promise<string | undefined> {
    const { rows } = await this.#db.raw<{ rows: { account_id: string }[] }>(
      'select account_id from known_browsers where browser_hash = ? order by last_used_at desc limit 1',
      [browserHash],
    );
    return rows[0]?.account_id;
  }

  async remember(browserHash: Buffer, accountId: string, proofGeneration: number): Promise<void> {
    // The lock waits for a password change that is under way, and then sees its generation.
    await this.#db.raw(
      `insert into known_browsers (browser_hash, account_id)
       select ?, id from accounts where id = ? and proof_generation = ? and removed_at is null for share
       on conflict (browser_hash, account_id) do update set last_used_at = now()`,
      [browserHash, accountId, proofGeneration],
    );
  }

  async forgetAll(accountId: string): Promise<void> {
    await this.#db.raw('delete from known_browsers where account_id = ?', [accountId]);
  }
}
