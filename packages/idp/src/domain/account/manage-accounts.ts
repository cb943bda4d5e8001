import type { SecurityEvent, SecurityEventName } from '../security-event/security-event.ts';
import { endSessionsIn, type EndCause, type EndedSessions } from '../session/end-sessions.ts';
import type { PasswordHasher } from '../sign-in/password-hasher.ts';
import type { Stores, Transactions } from '../transactions.ts';
import { AccountError } from './account-error.ts';
import { readAccountChange, readNewAccount, type AddAccountInput, type UpdateAccountInput } from './account-input.ts';
import { AccountTakenError } from './account-store.ts';
import type { Account } from './account.ts';
import { defaultPasswordRules, type PasswordRules } from './password-rules.ts';
import { isSubjectShaped } from './subject.ts';
import { isUsernameShaped } from './username.ts';

/** Who asks for a change, as its security event will say. */
export type ChangedBy = Pick<SecurityEvent, 'actor' | 'network'>;

const nothingEnded: EndedSessions = { sessions: [], clients: [] };

export interface AccountChanged {
  readonly account: Account;
  /** The sessions that the change ended and the clients that were signed in through them: whom to tell. */
  readonly ended: EndedSessions;
}

export interface ManageAccountsOptions {
  readonly transactions: Transactions;
  readonly passwordHasher: Pick<PasswordHasher, 'hash'>;
  readonly passwordRules?: PasswordRules;
}

/**
 * What an administrator does with accounts. An account is named by its user name or its subject. Every change commits
 * together with its security event and with the end of the sessions that it ends; telling the clients of those sessions
 * is left to the caller, after the commit.
 */
export class ManageAccounts {
  readonly #transactions: Transactions;
  readonly #passwordHasher: Pick<PasswordHasher, 'hash'>;
  readonly #passwordRules: PasswordRules;

  constructor(options: ManageAccountsOptions) {
    this.#transactions = options.transactions;
    this.#passwordHasher = options.passwordHasher;
    this.#passwordRules = options.passwordRules ?? defaultPasswordRules;
  }

  /** @throws {AccountError} `ERR_ACCOUNT_INVALID` with every problem, `ERR_USERNAME_TAKEN`, `ERR_EMAIL_TAKEN` */
  async add(input: AddAccountInput, by: ChangedBy): Promise<Account> {
    const read = readNewAccount(input, this.#passwordRules);
    if (read.problems) throw new AccountError(read.problems);
    // Hashing is slow; it must not hold a transaction open.
    const passwordHash = read.password === undefined ? undefined : await this.#passwordHasher.hash(read.password);
    return this.#change(async (stores) => {
      const account = await stores.accounts.insert({ ...read.account, passwordHash });
      await record(stores, 'account.added', account, by, { password: passwordHash !== undefined });
      return account;
    });
  }

  /** By user name. */
  async list(): Promise<readonly Account[]> {
    return this.#transactions.run((stores) => stores.accounts.list());
  }

  /** @throws {AccountError} `ERR_ACCOUNT_NOT_FOUND` */
  async show(reference: string): Promise<Account> {
    return this.#transactions.run((stores) => find(stores, reference));
  }

  /**
   * A new password ends all sessions of the account, `offline_access` included, and its browsers are unknown again.
   * @throws {AccountError} `ERR_ACCOUNT_NOT_FOUND`, `ERR_ACCOUNT_INVALID` with every problem, `ERR_EMAIL_TAKEN`
   */
  async update(reference: string, input: UpdateAccountInput, by: ChangedBy): Promise<AccountChanged> {
    const read = readAccountChange(input, this.#passwordRules);
    if (read.problems) throw new AccountError(read.problems);
    const passwordHash = read.password === undefined ? undefined : await this.#passwordHasher.hash(read.password);
    return this.#change(async (stores) => {
      const before = await find(stores, reference);
      const change = read.changeOf(before);
      if ('code' in change) throw new AccountError([change]);
      const account = present(await stores.accounts.update(before.id, change));
      const changed = changedFields(before, account);
      if (changed.length > 0) await record(stores, 'account.updated', account, by, { changed });
      if (passwordHash === undefined) return { account, ended: nothingEnded };
      await stores.accounts.setPasswordHash(account.id, passwordHash);
      await record(stores, 'account.password_changed', account, by);
      return { account, ended: await endAll(stores, account, 'password change', by) };
    });
  }

  /** Nobody can sign in as a disabled account, and what its sessions yielded is gone. Disabling twice is no error. */
  async disable(reference: string, by: ChangedBy): Promise<AccountChanged> {
    return this.#change(async (stores) => {
      const before = await find(stores, reference);
      // Before the sessions end, so that a sign-in in flight finds the account disabled or its session ended.
      const account = present(await stores.accounts.setDisabled(before.id, true));
      if (!before.disabledAt) await record(stores, 'account.disabled', account, by);
      return { account, ended: await endAll(stores, account, 'account disabled', by) };
    });
  }

  async enable(reference: string, by: ChangedBy): Promise<Account> {
    return this.#change(async (stores) => {
      const before = await find(stores, reference);
      const account = present(await stores.accounts.setDisabled(before.id, false));
      if (before.disabledAt) await record(stores, 'account.enabled', account, by);
      return account;
    });
  }

  /** Erases what is personal. The user name and the subject stay taken for ever. Answers the account as it was. */
  async remove(reference: string, by: ChangedBy): Promise<AccountChanged> {
    return this.#change(async (stores) => {
      const account = await find(stores, reference);
      // As for disabling, the account goes first.
      if (!(await stores.accounts.remove(account.id))) throw new AccountError('ERR_ACCOUNT_NOT_FOUND');
      await record(stores, 'account.removed', account, by);
      return { account, ended: await endAll(stores, account, 'account removed', by) };
    });
  }

  async #change<T>(work: (stores: Stores) => Promise<T>): Promise<T> {
    try {
      return await this.#transactions.run(work);
    } catch (error) {
      if (error instanceof AccountTakenError) throw new AccountError(error.code);
      throw error;
    }
  }
}

async function find({ accounts }: Stores, reference: string): Promise<Account> {
  const account = isUsernameShaped(reference)
    ? await accounts.findByUsername(reference)
    : isSubjectShaped(reference)
      ? await accounts.find(reference)
      : undefined;
  return present(account);
}

/** Also between finding an account and changing it somebody may have removed it. */
function present(account: Account | undefined): Account {
  if (!account) throw new AccountError('ERR_ACCOUNT_NOT_FOUND');
  return account;
}

const record = (
  { securityEvents }: Stores,
  event: SecurityEventName,
  account: Account,
  by: ChangedBy,
  details: Readonly<Record<string, unknown>> = {},
): Promise<void> => securityEvents.record({ ...by, event, accountId: account.id, details });

/** Ends also what sign-out keeps (`offline_access`), and no browser has an allowance of its own any more. */
const endAll = async (stores: Stores, account: Account, cause: EndCause, by: ChangedBy): Promise<EndedSessions> => {
  const ended = await endSessionsIn(stores, { which: { accountId: account.id, offlineAccessToo: true }, cause, ...by });
  // After the sessions: from then on no sign-in with an older proof can add one.
  await stores.knownBrowsers.forgetAll(account.id);
  return ended;
};

const claimFields = ['name', 'email', 'emailVerified', 'picture', 'locale', 'groups'] as const;

/** Which fields differ, by name: the event says what changed and never to what. */
const changedFields = (before: Account, after: Account): readonly string[] =>
  claimFields.filter((field) => JSON.stringify(before[field]) !== JSON.stringify(after[field]));
