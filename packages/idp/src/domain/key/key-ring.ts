import type { SigningKey, SigningKeyStore } from './signing-key.ts';

export interface KeyRingTimes {
  /** How often every process rereads the keys, in seconds. */
  readonly rereadSeconds: number;
  /** A new key is published this long before it signs, in seconds: twice `rereadSeconds` at least. */
  readonly publishSeconds: number;
  /** A key signs this long before the next one is made, in seconds. */
  readonly rotationSeconds: number;
  /** A retired key verifies this long, in seconds: longer than any session, for `id_token_hint`. */
  readonly retentionSeconds: number;
}

export type GenerateSigningKey = (
  alg: SigningKey['alg'],
) => Promise<Pick<SigningKey, 'kid' | 'alg' | 'publicJwk'> & { readonly privateJwk: object }>;

const algorithms: readonly SigningKey['alg'][] = ['RS256', 'ES256'];

/** Makes, rotates and retires the signing keys. All processes share them through the store. */
export class KeyRing {
  readonly #store: SigningKeyStore;
  readonly #generate: GenerateSigningKey;
  readonly #times: KeyRingTimes;

  constructor(store: SigningKeyStore, generate: GenerateSigningKey, times: KeyRingTimes) {
    this.#store = store;
    this.#generate = generate;
    this.#times = times;
  }

  /** In the engine's order: per algorithm the key that signs first, then coming ones, then retired ones. */
  async current(): Promise<readonly SigningKey[]> {
    const keys = await this.#store.list();
    const rank = (key: SigningKey): number => (key.active ? 0 : key.retiredAt === undefined ? 1 : 2);
    return keys.toSorted(
      (left, right) => rank(left) - rank(right) || right.activeFrom.getTime() - left.activeFrom.getTime(),
    );
  }

  list(): Promise<readonly SigningKey[]> {
    return this.#store.list();
  }

  /**
   * Makes the first keys, the next ones when their time has come, and retires what has been replaced. Safe to call
   * from several processes at once.
   * @param now makes a new key of each algorithm whatever the schedule says, unless one is coming already
   */
  async maintain(now: 'on schedule' | 'rotate now' = 'on schedule'): Promise<readonly SigningKey[]> {
    // The keys are made before the lock is taken: an RSA key takes a while, and the database must not wait for it.
    const due = this.#due(await this.#store.list(), now);
    if (due.length > 0) {
      const made = await Promise.all(due.map((alg) => this.#generate(alg)));
      await this.#store.exclusively(async (store) => {
        const keys = await store.list();
        const stillDue = new Set(this.#due(keys, now));
        for (const key of made) {
          if (!stillDue.has(key.alg)) continue;
          const first = !keys.some((other) => other.alg === key.alg && other.active);
          await store.insert(key, first ? 0 : this.#times.publishSeconds);
        }
      });
    }
    await this.#store.tidy(this.#times.publishSeconds, this.#times.retentionSeconds);
    return this.current();
  }

  #due(keys: readonly SigningKey[], now: 'on schedule' | 'rotate now'): SigningKey['alg'][] {
    return algorithms.filter((alg) => {
      const usable = keys.filter((key) => key.alg === alg && key.retiredAt === undefined);
      if (usable.length === 0) return true;
      if (usable.some((key) => !key.active)) return false; // one is coming already
      if (now === 'rotate now') return true;
      const newest = Math.max(...usable.map((key) => key.activeFrom.getTime()));
      return Date.now() - newest >= this.#times.rotationSeconds * 1000;
    });
  }
}
