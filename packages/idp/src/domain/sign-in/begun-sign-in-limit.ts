import type { RateLimits } from './rate-limits.ts';

/** Each begun sign-in is a row for an hour, whoever asks: a large office begins some hundred, a script thousands. */
export const begunSignInLimit = { points: 600, windowSeconds: 600 } as const;

/** Limits what strangers can fill the database with by beginning sign-ins that they never finish. */
export class BegunSignInLimit {
  readonly #rateLimits: RateLimits;
  readonly #keyedHash: (text: string) => string;

  constructor(rateLimits: RateLimits, keyedHash: (text: string) => string) {
    this.#rateLimits = rateLimits;
    this.#keyedHash = keyedHash;
  }

  /** Undefined when one more may begin; else the seconds until the next one may. */
  async retryAfterSeconds(network: string): Promise<number | undefined> {
    const key = `sign-in/begun/${this.#keyedHash(JSON.stringify(['begun', network]))}`;
    const taking = await this.#rateLimits.take([{ key, ...begunSignInLimit }]);
    return taking.kind === 'taken' ? undefined : taking.usedUp[0].endsInSeconds;
  }
}
