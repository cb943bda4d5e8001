import type { KnownBrowsers } from './known-browsers.ts';
import type { Allowance, RateLimits } from './rate-limits.ts';

const windowSeconds = 600;

/** Each is a row that is kept for a while, whoever asks for it. */
export const strangerLimits = {
  /** By network: a large office begins some hundred, a script thousands. */
  begunSignIns: { points: 600, windowSeconds },
  /** By account, for browsers that signed in as it before: nobody else in their network can use it up. */
  begunSignInsOfKnownBrowsers: { points: 120, windowSeconds },
  /** By network, for public clients: anybody can call himself one. */
  pushedRequests: { points: 600, windowSeconds },
  /** By client, for those that prove who they are: one server asks for all visitors of an application. */
  pushedRequestsOfClient: { points: 6000, windowSeconds },
} as const;

/** Who pushes an authorization request, as far as it is proved. */
export type PushedBy = { readonly clientId: string } | { readonly network: string };

/** Limits what strangers can fill the database with by beginning what they never finish. */
export class StrangerLimits {
  readonly #rateLimits: RateLimits;
  readonly #knownBrowsers: Pick<KnownBrowsers, 'latestAccount'>;
  readonly #keyedHash: (text: string) => string;

  /** @param keyedHash as for `SignInLimits` */
  constructor(
    rateLimits: RateLimits,
    knownBrowsers: Pick<KnownBrowsers, 'latestAccount'>,
    keyedHash: (text: string) => string,
  ) {
    this.#rateLimits = rateLimits;
    this.#knownBrowsers = knownBrowsers;
    this.#keyedHash = keyedHash;
  }

  /** Undefined when one more sign-in may begin; else the seconds until the next one may. */
  async beginSignIn(browserHash: Buffer, network: string): Promise<number | undefined> {
    const accountId = await this.#knownBrowsers.latestAccount(browserHash);
    if (accountId !== undefined) {
      const known = this.#allowance('sign-in/begun-known', accountId, strangerLimits.begunSignInsOfKnownBrowsers);
      if ((await this.#retryAfterSeconds(known)) === undefined) return undefined;
    }
    return this.#retryAfterSeconds(this.#allowance('sign-in/begun', network, strangerLimits.begunSignIns));
  }

  /** Undefined when one more request may be pushed (RFC 9126); else the seconds until the next one may. */
  async pushRequest(by: PushedBy): Promise<number | undefined> {
    return this.#retryAfterSeconds(
      'clientId' in by
        ? this.#allowance('pushed-request/client', by.clientId, strangerLimits.pushedRequestsOfClient)
        : this.#allowance('pushed-request/network', by.network, strangerLimits.pushedRequests),
    );
  }

  #allowance(kind: string, subject: string, limit: Omit<Allowance, 'key'>): Allowance {
    return { key: `${kind}/${this.#keyedHash(JSON.stringify([kind, subject]))}`, ...limit };
  }

  async #retryAfterSeconds(allowance: Allowance): Promise<number | undefined> {
    const taking = await this.#rateLimits.take([allowance]);
    return taking.kind === 'taken' ? undefined : taking.usedUp[0].endsInSeconds;
  }
}
