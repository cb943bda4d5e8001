import type { Account } from './account.ts';

/** What sign-in needs to know of an account and nobody else may see. */
export interface AccountCredentials {
  readonly account: Account;
  /** A PHC string (argon2id); undefined when the account has no password. */
  readonly passwordHash: string | undefined;
  /**
   * Grows whenever all sessions of the account end (new password, disable, sign-out everywhere): a session can only
   * begin with a proof of identity from the present generation.
   */
  readonly proofGeneration: number;
}

export interface NewAccount {
  readonly id: string;
  readonly username: string;
  readonly name: string | undefined;
  readonly email: string | undefined;
  readonly emailVerified: boolean;
  readonly picture: string | undefined;
  readonly locale: string | undefined;
  readonly groups: readonly string[];
  readonly passwordHash: string | undefined;
}

/** Only what is present changes; `null` clears. */
export interface AccountChange {
  readonly name?: string | null;
  readonly email?: string | null;
  readonly emailVerified?: boolean;
  readonly picture?: string | null;
  readonly locale?: string | null;
  readonly groups?: readonly string[];
}

/** Thrown by `insert` and `update` where a unique key refuses. */
export class AccountTakenError extends Error {
  override readonly name = 'AccountTakenError';
  readonly code: 'ERR_USERNAME_TAKEN' | 'ERR_EMAIL_TAKEN';
  constructor(code: 'ERR_USERNAME_TAKEN' | 'ERR_EMAIL_TAKEN', options?: ErrorOptions) {
    super(code === 'ERR_USERNAME_TAKEN' ? 'this user name is taken' : 'this e-mail address is taken', options);
    this.code = code;
  }
}

export interface AccountStore {
  find(id: string): Promise<Account | undefined>;
  findByUsername(username: string): Promise<Account | undefined>;
  /** By user name, else by verified e-mail address, else by an unverified one that exactly one account has. */
  findForSignIn(usernameOrEmail: string): Promise<AccountCredentials | undefined>;
  list(): Promise<readonly Account[]>;
  /** @throws {AccountTakenError} */
  insert(account: NewAccount): Promise<Account>;
  /**
   * Applies the change and raises `profileVersion` if a claim changed. A verified address that is given up stays
   * reserved for this account (design: Identity).
   * @throws {AccountTakenError}
   */
  update(id: string, change: AccountChange): Promise<Account | undefined>;
  /** `expected` makes it conditional: the hash is replaced only if it still is this one. True when a row changed. */
  setPasswordHash(id: string, passwordHash: string, expected?: string): Promise<boolean>;
  setDisabled(id: string, disabled: boolean): Promise<Account | undefined>;
  /** Erases everything personal; user name and subject stay taken for ever. */
  remove(id: string): Promise<boolean>;
}
