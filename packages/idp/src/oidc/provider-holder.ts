import type { Provider } from 'oidc-provider';
import type { SigningKey } from '../domain/key/signing-key.ts';

/**
 * Holds the engine that answers now. The engine's keys cannot change, so a change of keys means a new engine, which
 * takes over between two requests.
 */
export class ProviderHolder {
  readonly #build: (keys: readonly SigningKey[]) => Provider;
  #current: Provider;
  #fingerprint: string;

  constructor(build: (keys: readonly SigningKey[]) => Provider, keys: readonly SigningKey[]) {
    this.#build = build;
    this.#current = build(keys);
    this.#fingerprint = fingerprint(keys);
  }

  current(): Provider {
    return this.#current;
  }

  /** Builds a new engine if the keys, their order or their state changed. */
  useKeys(keys: readonly SigningKey[]): void {
    const next = fingerprint(keys);
    if (next === this.#fingerprint) return;
    this.#current = this.#build(keys);
    this.#fingerprint = next;
  }
}

const fingerprint = (keys: readonly SigningKey[]): string =>
  JSON.stringify(keys.map((key) => [key.kid, key.active, key.retiredAt !== undefined]));
