import type { AccountProblem, AccountProblemCode } from './account-error.ts';
import type { Account } from './account.ts';
import type { AccountChange, NewAccount } from './account-store.ts';
import type { Checked } from './checked.ts';
import { checkDisplayName } from './display-name.ts';
import { checkEmailAddress, isSameEmailAddress } from './email-address.ts';
import { checkGroups } from './group.ts';
import { checkLocale } from './locale.ts';
import { checkPassword, type PasswordRules } from './password-rules.ts';
import { checkPicture } from './picture.ts';
import { newSubject } from './subject.ts';
import { checkUsername } from './username.ts';

/** What whoever adds an account says of it. */
export interface AddAccountInput {
  readonly username: string;
  readonly email?: string | undefined;
  /** True when whoever adds the account vouches for the address. */
  readonly emailVerified?: boolean | undefined;
  readonly name?: string | undefined;
  readonly groups?: readonly string[] | undefined;
  readonly locale?: string | undefined;
  readonly picture?: string | undefined;
  /** Without one nobody can sign in as this account yet. */
  readonly password?: string | undefined;
}

/** Only what is present changes; `null` clears. The user name never changes. */
export interface UpdateAccountInput {
  readonly email?: string | null | undefined;
  /** Left out with a new address: it is not verified. */
  readonly emailVerified?: boolean | undefined;
  readonly name?: string | null | undefined;
  readonly groups?: readonly string[] | undefined;
  readonly locale?: string | null | undefined;
  readonly picture?: string | null | undefined;
  readonly password?: string | undefined;
}

/** Checks the values of one input and gathers all that is wrong with it. */
class Problems {
  readonly found: AccountProblem[] = [];

  /** The value as it is kept; the given one after a problem was noted. */
  take<Code extends AccountProblemCode, Value>(value: Value, checked: Checked<Code, Value>): Value {
    if (!checked.problem) return checked.value;
    this.found.push(checked.problem);
    return value;
  }

  takeText(text: string | undefined, check: (text: string) => Checked<AccountProblemCode>): string | undefined {
    return text === undefined ? undefined : this.take(text, check(text));
  }
}

const verifiedWithoutAddress: AccountProblem = {
  code: 'ERR_EMAIL_VERIFIED_WITHOUT_ADDRESS',
  message: 'there is no e-mail address that could be verified',
};

/** A new account, its password still to be hashed, or everything that is wrong with the input. */
export function readNewAccount(
  input: AddAccountInput,
  rules: PasswordRules,
):
  | {
      readonly account: Omit<NewAccount, 'passwordHash'>;
      readonly password: string | undefined;
      readonly problems?: undefined;
    }
  | { readonly problems: readonly AccountProblem[] } {
  const problems = new Problems();
  const account = {
    id: newSubject(),
    username: problems.take(input.username, checkUsername(input.username)),
    name: problems.takeText(input.name, checkDisplayName),
    email: problems.takeText(input.email, checkEmailAddress),
    emailVerified: input.emailVerified ?? false,
    picture: problems.takeText(input.picture, checkPicture),
    locale: problems.takeText(input.locale, checkLocale),
    groups: problems.take(input.groups ?? [], checkGroups(input.groups ?? [])),
  };
  if (account.emailVerified && account.email === undefined) problems.found.push(verifiedWithoutAddress);
  const password = problems.takeText(input.password, (text) => checkPassword(text, rules));
  return problems.found.length > 0 ? { problems: problems.found } : { account, password };
}

/**
 * What the input changes, the password still to be hashed, or everything that is wrong with it. The change depends on
 * the account as it is: a new address is not verified, the same one stays what it was.
 */
export function readAccountChange(
  input: UpdateAccountInput,
  rules: PasswordRules,
):
  | {
      readonly changeOf: (account: Account) => AccountChange | AccountProblem;
      readonly password: string | undefined;
      readonly problems?: undefined;
    }
  | { readonly problems: readonly AccountProblem[] } {
  const problems = new Problems();
  const clearable = (text: string | null | undefined, check: (text: string) => Checked<AccountProblemCode>) =>
    text === null ? null : problems.takeText(text, check);
  const name = clearable(input.name, checkDisplayName);
  const email = clearable(input.email, checkEmailAddress);
  const picture = clearable(input.picture, checkPicture);
  const locale = clearable(input.locale, checkLocale);
  const groups = input.groups && problems.take(input.groups, checkGroups(input.groups));
  const password = problems.takeText(input.password, (text) => checkPassword(text, rules));
  if (problems.found.length > 0) return { problems: problems.found };

  return {
    password,
    changeOf: (account) => {
      const address = email === undefined ? account.email : (email ?? undefined);
      if (address === undefined && input.emailVerified) return verifiedWithoutAddress;
      const staysVerified =
        account.emailVerified &&
        account.email !== undefined &&
        address !== undefined &&
        isSameEmailAddress(account.email, address);
      return {
        ...(name !== undefined && { name }),
        // Both together, so that an address never inherits what was proved of another.
        ...((email !== undefined || input.emailVerified !== undefined) && {
          email: address ?? null,
          emailVerified: input.emailVerified ?? staysVerified,
        }),
        ...(picture !== undefined && { picture }),
        ...(locale !== undefined && { locale }),
        ...(groups !== undefined && { groups }),
      };
    },
  };
}
