import type { Allowance, RateLimits, TakenPoint } from './rate-limits.ts';

export type SignInLimitName =
  | 'network'
  | 'name-and-network'
  | 'name-and-unknown-browsers'
  | 'name-and-unknown-browsers-daily'
  | 'known-browser'
  | 'known-browser-daily';

interface SignInLimit {
  readonly points: number;
  readonly windowSeconds: number;
}

const minute = 60;
const hour = 60 * minute;
const day = 24 * hour;

/**
 * How many wrong passwords are allowed, and in which time.
 *
 * NIST SP 800-63B-3, section 5.2.2, asks for at most 100 consecutive failures per account and then disables
 * the password. Disabling would let anybody lock out anybody, so the number is kept per day instead: an account
 * answers to two names (user name and e-mail address), 50 each.
 *
 * Names are counted as they are typed, not by the account behind them: if a user name's failures used up the
 * attempts of an e-mail address, a stranger could find out whose address it is. For the same reason a name that
 * nobody has is counted like any other.
 */
export const signInLimits: Readonly<Record<SignInLimitName, SignInLimit>> = {
  // A household or a school behind one address: many people, few mistakes each. Stops one network from trying one
  // password on many names, and from filling the tables.
  network: { points: 100, windowSeconds: 15 * minute },
  // Somebody who forgot which password it was needs fewer.
  'name-and-network': { points: 10, windowSeconds: 15 * minute },
  // Guesses that come from everywhere. Also what an attacker can do to the owner: a new browser has to wait.
  'name-and-unknown-browsers': { points: 30, windowSeconds: hour },
  'name-and-unknown-browsers-daily': { points: 50, windowSeconds: day },
  // The owner's own browser counts by itself and by nothing else, so nobody else can use up what it has.
  'known-browser': { points: 10, windowSeconds: 15 * minute },
  'known-browser-daily': { points: 50, windowSeconds: day },
};

const unknownBrowserLimits: readonly SignInLimitName[] = [
  'network',
  'name-and-network',
  'name-and-unknown-browsers',
  'name-and-unknown-browsers-daily',
];
const knownBrowserLimits: readonly SignInLimitName[] = ['known-browser', 'known-browser-daily'];

/** A right password makes these forget; of the others it only gets its own point back. */
const forgottenBySuccess: ReadonlySet<SignInLimitName> = new Set([
  'name-and-network',
  'known-browser',
  'known-browser-daily',
]);

/** Who tries, as far as the limits go. */
export interface LimitedAttempt {
  /** Normalised, whether or not an account has it. */
  readonly name: string;
  readonly network: string;
  /** Present when this browser signed in as the account before. */
  readonly knownBrowser: { readonly browserHash: Buffer; readonly accountId: string } | undefined;
}

/** An attempt that was let through and counted as a failure until it turns out otherwise. */
export interface CountedAttempt {
  readonly kind: 'counted';
  readonly points: ReadonlyMap<SignInLimitName, TakenPoint>;
}

export interface LimitedAnswer {
  readonly kind: 'limited';
  readonly limit: SignInLimitName;
  readonly retryAfterSeconds: number;
  /** The first refusal of this window: what is written down once, so that refusals cannot fill the disk. */
  readonly isFirst: boolean;
}

/** Counts attempts before the password is looked at, so that many at once are no way around a limit. */
export class SignInLimits {
  readonly #rateLimits: RateLimits;
  readonly #keyedHash: (text: string) => string;

  /**
   * @param keyedHash an HMAC under a key that is not in the database, at most 128 characters of text: the counters
   *   then show neither the names that were tried nor the networks
   */
  constructor(rateLimits: RateLimits, keyedHash: (text: string) => string) {
    this.#rateLimits = rateLimits;
    this.#keyedHash = keyedHash;
  }

  /** Counts the attempt as a failure, unless a limit is reached: then it counts nowhere. */
  async count(attempt: LimitedAttempt): Promise<CountedAttempt | LimitedAnswer> {
    const names = attempt.knownBrowser === undefined ? unknownBrowserLimits : knownBrowserLimits;
    const allowances = new Map<string, { readonly name: SignInLimitName; readonly allowance: Allowance }>();
    for (const name of names) {
      const key = this.#key(name, attempt);
      allowances.set(key, { name, allowance: { key, ...signInLimits[name] } });
    }
    const taking = await this.#rateLimits.take([...allowances.values()].map(({ allowance }) => allowance));
    if (taking.kind === 'used-up') {
      const [{ key, endsInSeconds }] = taking.usedUp;
      return {
        kind: 'limited',
        limit: allowances.get(key)?.name ?? 'network',
        retryAfterSeconds: endsInSeconds,
        isFirst: await this.#isFirstRefusal(key, endsInSeconds),
      };
    }
    const points = new Map<SignInLimitName, TakenPoint>();
    for (const point of taking.points) {
      const entry = allowances.get(point.key);
      if (entry !== undefined) points.set(entry.name, point);
    }
    return { kind: 'counted', points };
  }

  /** The password was never looked at. */
  async uncount(attempt: CountedAttempt): Promise<void> {
    await this.#rateLimits.giveBack([...attempt.points.values()]);
  }

  /** The password was right. */
  async succeeded(attempt: CountedAttempt): Promise<void> {
    const entries = [...attempt.points];
    const forgotten = entries.filter(([name]) => forgottenBySuccess.has(name)).map(([, point]) => point);
    const others = entries.filter(([name]) => !forgottenBySuccess.has(name)).map(([, point]) => point);
    await this.#rateLimits.reset(forgotten);
    if (others.length > 0) await this.#rateLimits.giveBack(others);
  }

  async #isFirstRefusal(key: string, windowSeconds: number): Promise<boolean> {
    const { kind } = await this.#rateLimits.take([{ key: `${key}/refused`, points: 1, windowSeconds }]);
    return kind === 'taken';
  }

  #key(limit: SignInLimitName, { name, network, knownBrowser }: LimitedAttempt): string {
    const subject = {
      network: [network],
      'name-and-network': [name, network],
      'name-and-unknown-browsers': [name],
      'name-and-unknown-browsers-daily': [name],
      'known-browser': [knownBrowser?.browserHash.toString('hex'), knownBrowser?.accountId],
      'known-browser-daily': [knownBrowser?.browserHash.toString('hex'), knownBrowser?.accountId],
    }[limit];
    return `sign-in/${limit}/${this.#keyedHash(JSON.stringify([limit, ...subject]))}`;
  }
}
