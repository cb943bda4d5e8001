import type { Account } from '../account/account.ts';
import type { AccountCredentials, AccountStore } from '../account/account-store.ts';
import type { SecurityEvents } from '../security-event/security-event.ts';
import type { KnownBrowsers } from './known-browsers.ts';
import { BusyError } from './password-hasher.ts';
import type { HashingTurn, PasswordHasher } from './password-hasher.ts';
import type { LimitedAnswer, SignInLimits } from './sign-in-limits.ts';

export interface SignInAttempt {
  /** As the person typed it. */
  readonly usernameOrEmail: string;
  readonly password: string;
  /** SHA-256 of the browser cookie. */
  readonly browserHash: Buffer;
  /** The network that the request came from, never the full address. */
  readonly network: string;
  /** Fires when nobody waits for the answer any more. */
  readonly signal?: AbortSignal | undefined;
}

export type SignInResult =
  | { readonly kind: 'signed-in'; readonly account: Account; readonly proofGeneration: number }
  /** Unknown name, wrong password, disabled account, no password: all the same to whoever asks. */
  | { readonly kind: 'wrong' }
  /** Too many failures (429). The password was not looked at. */
  | { readonly kind: 'limited'; readonly retryAfterSeconds: number }
  /** Too much to do at this moment (503). The password was not looked at, and nothing was counted. */
  | { readonly kind: 'busy'; readonly retryAfterSeconds: number };

export interface SignInDependencies {
  readonly accounts: Pick<AccountStore, 'findForSignIn' | 'setPasswordHash'>;
  readonly knownBrowsers: KnownBrowsers;
  readonly limits: SignInLimits;
  readonly passwords: PasswordHasher;
  readonly securityEvents: SecurityEvents;
}

/** An e-mail address has at most 254 characters (RFC 5321, section 4.5.3.1.3), a user name 20. */
const maxNameLength = 254;

/** An account that is not there is asked for its browsers too, so that both cases make the same calls. */
const nobody = '00000000-0000-0000-0000-000000000000';

const normalizeName = (usernameOrEmail: string): string => usernameOrEmail.trim().toLowerCase();

/** What no account can be called is not looked up; the database would refuse some of it. */
const canBeName = (name: string): boolean =>
  name.length > 0 && name.length <= maxNameLength && name.isWellFormed() && !/\p{Cc}/u.test(name);

/** The password that may open this account now. */
const usableHash = (credentials: AccountCredentials | undefined): string | undefined =>
  credentials?.account.disabledAt === undefined ? credentials?.passwordHash : undefined;

const whyWrong = (credentials: AccountCredentials | undefined): string => {
  if (credentials === undefined) return 'unknown-account';
  if (credentials.account.disabledAt !== undefined) return 'account-disabled';
  return credentials.passwordHash === undefined ? 'no-password' : 'wrong-password';
};

/** Signing in with user name or e-mail address and password. */
export class SignIn {
  readonly #accounts: SignInDependencies['accounts'];
  readonly #knownBrowsers: KnownBrowsers;
  readonly #limits: SignInLimits;
  readonly #passwords: PasswordHasher;
  readonly #securityEvents: SecurityEvents;

  constructor(dependencies: SignInDependencies) {
    this.#accounts = dependencies.accounts;
    this.#knownBrowsers = dependencies.knownBrowsers;
    this.#limits = dependencies.limits;
    this.#passwords = dependencies.passwords;
    this.#securityEvents = dependencies.securityEvents;
  }

  /**
   * Checks one password. Every attempt that is let through costs exactly one hash, whoever it is for; a right one whose
   * stored hash has old parameters costs a second.
   * @throws the signal's reason when it fired before the hash began; nothing is counted then
   */
  async attempt(attempt: SignInAttempt): Promise<SignInResult> {
    const name = normalizeName(attempt.usernameOrEmail);
    const credentials = canBeName(name) ? await this.#accounts.findForSignIn(name) : undefined;
    const { browserHash, network } = attempt;
    const accountId = credentials?.account.id;
    const isKnown = await this.#knownBrowsers.isKnown(browserHash, accountId ?? nobody);
    const knownBrowser = isKnown && accountId !== undefined ? { browserHash, accountId } : undefined;

    const counted = await this.#limits.count({ name, network, knownBrowser });
    if (counted.kind === 'limited') {
      if (counted.isFirst) await this.#recordLimited(counted, accountId, network);
      return { kind: 'limited', retryAfterSeconds: counted.retryAfterSeconds };
    }

    // A known browser waits by itself: others in its network cannot take its place in the queue.
    const key = knownBrowser === undefined ? `network ${network}` : `browser ${browserHash.toString('hex')}`;
    const turn = { key, signal: attempt.signal };
    let proved: AccountCredentials | undefined;
    try {
      proved = await this.#prove(name, attempt.password, credentials, turn);
    } catch (error) {
      await this.#limits.uncount(counted);
      if (error instanceof BusyError) return { kind: 'busy', retryAfterSeconds: error.retryAfterSeconds };
      throw error;
    }
    if (proved === undefined) {
      await this.#recordFailed(credentials, isKnown, network);
      return { kind: 'wrong' };
    }

    await this.#limits.succeeded(counted);
    await this.#knownBrowsers.remember(browserHash, proved.account.id, proved.proofGeneration);
    await this.#rehash(proved, attempt.password, key);
    return { kind: 'signed-in', account: proved.account, proofGeneration: proved.proofGeneration };
  }

  /** The account as it is after the hash, if this is its password. */
  async #prove(
    name: string,
    password: string,
    credentials: AccountCredentials | undefined,
    turn: HashingTurn,
  ): Promise<AccountCredentials | undefined> {
    if (!(await this.#passwords.verify(password, usableHash(credentials), turn))) return undefined;
    // Waiting for the hash may have taken seconds, in which the password was changed or the account disabled.
    const current = await this.#accounts.findForSignIn(name);
    const hash = usableHash(current);
    if (hash === undefined || current?.account.id !== credentials?.account.id) return undefined;
    if (hash === credentials?.passwordHash || (await this.#passwords.verify(password, hash, turn))) return current;
    return undefined;
  }

  /** Only where the stored hash still is the one that was proved: a password changed meanwhile stays changed. */
  async #rehash({ account, passwordHash }: AccountCredentials, password: string, key: string): Promise<void> {
    if (passwordHash === undefined || !this.#passwords.needsRehash(passwordHash)) return;
    try {
      await this.#accounts.setPasswordHash(account.id, await this.#passwords.hash(password, { key }), passwordHash);
    } catch (error) {
      // The next sign-in does it.
      if (!(error instanceof BusyError)) throw error;
    }
  }

  async #recordFailed(credentials: AccountCredentials | undefined, isKnown: boolean, network: string): Promise<void> {
    await this.#securityEvents.record({
      event: 'sign_in.failed',
      actor: 'somebody',
      accountId: credentials?.account.id,
      network,
      details: { reason: whyWrong(credentials), known_browser: isKnown },
    });
  }

  async #recordLimited(answer: LimitedAnswer, accountId: string | undefined, network: string): Promise<void> {
    await this.#securityEvents.record({
      event: 'sign_in.limited',
      actor: 'somebody',
      accountId,
      network,
      details: { limit: answer.limit, retry_after_seconds: answer.retryAfterSeconds },
    });
  }
}
