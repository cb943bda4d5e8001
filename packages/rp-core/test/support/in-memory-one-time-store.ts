import type { OneTimeStore } from '../../src/one-time-store.ts';

/** Forgets nothing. */
export class InMemoryOneTimeStore implements OneTimeStore {
  readonly #claimed = new Map<string, Date>();

  async claim(key: string, keepUntil: Date): Promise<boolean> {
    if (this.#claimed.has(key)) return false;
    this.#claimed.set(key, keepUntil);
    return true;
  }

  async isClaimed(key: string): Promise<boolean> {
    return this.#claimed.has(key);
  }

  /** What is noted, with how long it was to be kept. */
  entries(): [key: string, keepUntil: Date][] {
    return [...this.#claimed];
  }
}
