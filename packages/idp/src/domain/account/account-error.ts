import type { Problem } from './checked.ts';

export type AccountProblemCode =
  | 'ERR_USERNAME_INVALID'
  | 'ERR_USERNAME_RESERVED'
  | 'ERR_EMAIL_INVALID'
  | 'ERR_EMAIL_VERIFIED_WITHOUT_ADDRESS'
  | 'ERR_NAME_INVALID'
  | 'ERR_LOCALE_INVALID'
  | 'ERR_GROUP_INVALID'
  | 'ERR_PICTURE_INVALID'
  | 'ERR_PASSWORD_TOO_SHORT'
  | 'ERR_PASSWORD_TOO_LONG'
  | 'ERR_PASSWORD_MALFORMED';

export type AccountProblem = Problem<AccountProblemCode>;

export type AccountErrorCode =
  | 'ERR_ACCOUNT_INVALID'
  | 'ERR_ACCOUNT_NOT_FOUND'
  | 'ERR_USERNAME_TAKEN'
  | 'ERR_EMAIL_TAKEN';

const messages: Record<Exclude<AccountErrorCode, 'ERR_ACCOUNT_INVALID'>, string> = {
  ERR_ACCOUNT_NOT_FOUND: 'there is no such account',
  ERR_USERNAME_TAKEN: 'this user name is taken',
  ERR_EMAIL_TAKEN: 'this e-mail address belongs to another account, or did until a short while ago',
};

/** Why an account was not added, changed or found. Holds no e-mail address and no password. */
export class AccountError extends Error {
  override readonly name = 'AccountError';
  readonly code: AccountErrorCode;
  /** Everything that is wrong, with `ERR_ACCOUNT_INVALID`; else empty. */
  readonly problems: readonly AccountProblem[];

  constructor(reason: Exclude<AccountErrorCode, 'ERR_ACCOUNT_INVALID'> | readonly AccountProblem[]) {
    super(typeof reason === 'string' ? messages[reason] : reason.map((problem) => problem.message).join('; '));
    this.code = typeof reason === 'string' ? reason : 'ERR_ACCOUNT_INVALID';
    this.problems = typeof reason === 'string' ? [] : reason;
  }
}
