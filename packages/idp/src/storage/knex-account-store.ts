import type { Knex } from 'knex';
import {
  AccountTakenError,
  type AccountChange,
  type AccountCredentials,
  type AccountStore,
  type NewAccount,
} from '../domain/account/account-store.ts';
import type { Account } from '../domain/account/account.ts';
import { emailComparisonForm, isSameEmailAddress } from '../domain/account/email-address.ts';
import { isUniqueViolation } from './constraint-violations.ts';

interface AccountRow {
  id: string;
  username: string;
  name: string | null;
  email: string | null;
  email_verified: boolean;
  password_hash: string | null;
  picture: string | null;
  locale: string | null;
  groups: string[];
  profile_version: string;
  proof_generation: string;
  created_at: Date;
  updated_at: Date;
  disabled_at: Date | null;
  removed_at: Date | null;
}

/** How long an address that an account gave up stays out of reach of the others: design, Identity. */
const reservedDays = 90;

/** What the unique keys of `accounts` are called, and what it means when they refuse. */
const uniqueKeys = [
  ['accounts_username_key', 'ERR_USERNAME_TAKEN'],
  ['accounts_verified_email', 'ERR_EMAIL_TAKEN'],
] as const;

export class KnexAccountStore implements AccountStore {
  readonly #db: Knex;

  /** @param db a pool or a transaction: the caller decides the scope */
  constructor(db: Knex) {
    this.#db = db;
  }

  async find(id: string): Promise<Account | undefined> {
    const row = await this.#present().where({ id }).first();
    return row && toAccount(row);
  }

  async findByUsername(username: string): Promise<Account | undefined> {
    const row = await this.#present().where({ username }).first();
    return row && toAccount(row);
  }

  async findForSignIn(usernameOrEmail: string): Promise<AccountCredentials | undefined> {
    // What people type may be anything; PostgreSQL has no text with this character.
    if (usernameOrEmail.includes('\0')) return undefined;
    const row = usernameOrEmail.includes('@')
      ? await this.#findByEmail(usernameOrEmail)
      : await this.#present().where({ username: usernameOrEmail.toLowerCase() }).first();
    return (
      row && {
        account: toAccount(row),
        passwordHash: row.password_hash ?? undefined,
        proofGeneration: Number(row.proof_generation),
      }
    );
  }

  async list(): Promise<readonly Account[]> {
    return (await this.#present().orderBy('username')).map(toAccount);
  }

  async insert(account: NewAccount): Promise<Account> {
    return this.#refusingTaken(async (db) => {
      const [row] = await db<AccountRow>('accounts')
        .insert({
          id: account.id,
          username: account.username,
          name: account.name ?? null,
          email: account.email ?? null,
          email_verified: account.emailVerified,
          password_hash: account.passwordHash ?? null,
          picture: account.picture ?? null,
          locale: account.locale ?? null,
          groups: db.raw('?::jsonb', [JSON.stringify(account.groups)]),
        })
        .returning('*');
      if (!row) throw new Error('inserting an account answered no row');
      await refuseReservedAddress(db, row);
      return toAccount(row);
    });
  }

  async update(id: string, change: AccountChange): Promise<Account | undefined> {
    return this.#refusingTaken(async (db) => {
      const before = await db<AccountRow>('accounts').where({ id }).whereNull('removed_at').forUpdate().first();
      if (!before) return undefined;
      const columns = changedColumns(before, change);
      if (Object.keys(columns).length === 0) return toAccount(before);
      const [after] = await db<AccountRow>('accounts')
        .where({ id })
        .update({
          ...columns,
          ...(columns.groups && { groups: db.raw('?::jsonb', [JSON.stringify(columns.groups)]) }),
          profile_version: db.raw('profile_version + 1'),
          // Not now(), the start of the transaction, which may be before another's change that this one waited for.
          updated_at: db.raw('clock_timestamp()'),
        })
        .returning('*');
      if (!after) return undefined;
      await reserveGivenUpAddress(db, before, after);
      await refuseReservedAddress(db, after);
      return toAccount(after);
    });
  }

  async setPasswordHash(id: string, passwordHash: string, expected?: string): Promise<boolean> {
    const rows = this.#present().where({ id });
    if (expected !== undefined) void rows.where({ password_hash: expected });
    return (await rows.update({ password_hash: passwordHash })) === 1;
  }

  async setDisabled(id: string, disabled: boolean): Promise<Account | undefined> {
    // Disabling again keeps the time of the first.
    const disabledAt = disabled ? this.#db.raw('coalesce(disabled_at, clock_timestamp())') : null;
    const [row] = await this.#present().where({ id }).update({ disabled_at: disabledAt }).returning('*');
    return row && toAccount(row);
  }

  async remove(id: string): Promise<boolean> {
    return this.#db.transaction(async (db) => {
      const before = await db<AccountRow>('accounts').where({ id }).whereNull('removed_at').forUpdate().first();
      if (!before) return false;
      const [after] = await db<AccountRow>('accounts')
        .where({ id })
        .update({
          name: null,
          email: null,
          email_verified: false,
          password_hash: null,
          picture: null,
          locale: null,
          groups: db.raw(`'[]'::jsonb`),
          disabled_at: db.raw('coalesce(disabled_at, clock_timestamp())'),
          removed_at: db.raw('clock_timestamp()'),
        })
        .returning('*');
      if (after) await reserveGivenUpAddress(db, before, after);
      // The row stays, so what refers to it does not go by itself. Sessions and what they yielded are ended elsewhere.
      await db('consents').where({ account_id: id }).delete();
      await db('known_browsers').where({ account_id: id }).delete();
      return true;
    });
  }

  #present() {
    return this.#db<AccountRow>('accounts').whereNull('removed_at');
  }

  async #findByEmail(address: string): Promise<AccountRow | undefined> {
    const rows = await this.#present()
      .whereRaw('lower(email) = ?', [emailComparisonForm(address)])
      .orderBy('email_verified', 'desc')
      .limit(2);
    const [first, second] = rows;
    return first?.email_verified || !second ? first : undefined;
  }

  /** In a transaction, or a savepoint of the one around, so that a refusal leaves nothing and breaks nothing. */
  async #refusingTaken<T>(work: (db: Knex) => Promise<T>): Promise<T> {
    try {
      return await this.#db.transaction(work);
    } catch (error) {
      const refused = uniqueKeys.find(([key]) => isUniqueViolation(error, key));
      // Without the cause: the database's error tells the address.
      if (refused) throw new AccountTakenError(refused[1]);
      throw error;
    }
  }
}

const toAccount = (row: AccountRow): Account => ({
  id: row.id,
  username: row.username,
  name: row.name ?? undefined,
  email: row.email ?? undefined,
  emailVerified: row.email_verified,
  picture: row.picture ?? undefined,
  locale: row.locale ?? undefined,
  groups: row.groups,
  profileVersion: Number(row.profile_version),
  createdAt: row.created_at,
  updatedAt: row.updated_at,
  disabledAt: row.disabled_at ?? undefined,
});

type ChangeableColumns = Pick<AccountRow, 'name' | 'email' | 'email_verified' | 'picture' | 'locale' | 'groups'>;

/** The columns that really differ afterwards; every one of them is shown by a claim. */
function changedColumns(before: AccountRow, change: AccountChange): Partial<ChangeableColumns> {
  const email = change.email === undefined ? before.email : change.email;
  const after: ChangeableColumns = {
    name: change.name === undefined ? before.name : change.name,
    email,
    // Without an address there is none that could be verified.
    email_verified: email !== null && (change.emailVerified ?? before.email_verified),
    picture: change.picture === undefined ? before.picture : change.picture,
    locale: change.locale === undefined ? before.locale : change.locale,
    groups: change.groups === undefined ? before.groups : [...change.groups],
  };
  const differs = (column: keyof ChangeableColumns) => JSON.stringify(before[column]) !== JSON.stringify(after[column]);
  return Object.fromEntries(Object.entries(after).filter(([column]) => differs(column as keyof ChangeableColumns)));
}

const verifiedAddress = (row: AccountRow): string | undefined =>
  row.email_verified && row.email !== null ? row.email : undefined;

/** A verified address that the account no longer has as such stays reserved for it. */
async function reserveGivenUpAddress(db: Knex, before: AccountRow, after: AccountRow): Promise<void> {
  const given = verifiedAddress(before);
  const kept = verifiedAddress(after);
  if (given === undefined || (kept !== undefined && isSameEmailAddress(given, kept))) return;
  await db('email_reservations')
    .insert({
      email: emailComparisonForm(given),
      account_id: before.id,
      reserved_until: db.raw(`now() + make_interval(days => ?)`, [reservedDays]),
    })
    .onConflict(['email', 'account_id'])
    .merge(['reserved_until']);
}

/**
 * Refuses a verified address that another account gave up a short while ago; taken back by its own account, it is
 * reserved no longer. It comes after the write: that one waits for whoever is giving the address up at this moment.
 */
async function refuseReservedAddress(db: Knex, row: AccountRow): Promise<void> {
  const address = verifiedAddress(row);
  if (address === undefined) return;
  const email = emailComparisonForm(address);
  const reserved = await db('email_reservations')
    .where({ email })
    .whereNot({ account_id: row.id })
    .where('reserved_until', '>', db.fn.now())
    .first('account_id');
  if (reserved) throw new AccountTakenError('ERR_EMAIL_TAKEN');
  await db('email_reservations').where({ email, account_id: row.id }).delete();
}
