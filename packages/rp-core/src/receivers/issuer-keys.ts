import { createRemoteJWKSet, type CryptoKey, customFetch, errors, type FetchImplementation } from 'jose';
import { IssuerKeysError } from './issuer-keys-error.ts';
import { readText } from './read-text.ts';

/** Known keys are read again after so long. */
const cacheMs = 10 * 60_000;
/** A key that is not known makes the set be read again, once in so long. */
const refreshPauseMs = 60_000;
/** Without any keys, the issuer is asked again so long after it did not answer. */
const failurePauseMs = 5_000;
const mostBytes = 64 * 1024;

export interface IssuerKeysOptions {
  /**
   * Where the issuer publishes its keys (OpenID Connect Discovery 1.0, section 3), as discovery over TLS told it. It may
   * fail while discovery does; then it is asked again.
   */
  readonly jwksUri: () => Promise<URL>;
  readonly fetch: typeof globalThis.fetch;
  /** How long the issuer has to answer; 5 seconds unless told. */
  readonly timeoutMs?: number;
}

/** What of a token's header selects a key; whatever else it says (`jwk`, `jku`, `x5u`, `x5c`) is never looked at. */
export interface KeySelection {
  readonly alg: string;
  readonly kid: string | undefined;
}

type KeySet = ReturnType<typeof createRemoteJWKSet>;

/**
 * The keys with which the issuer signs, read when first needed and kept for ten minutes. Strangers can send tokens that
 * name any key, so an unknown one costs the issuer one request a minute at most, whether that succeeds or not.
 */
export class IssuerKeys {
  readonly #jwksUri: () => Promise<URL>;
  readonly #fetch: typeof globalThis.fetch;
  readonly #timeoutMs: number;
  #known: { readonly href: string; readonly keys: KeySet } | undefined;
  #locating: Promise<KeySet> | undefined;
  #pausedUntilMs = 0;

  constructor(options: IssuerKeysOptions) {
    this.#jwksUri = options.jwksUri;
    this.#fetch = options.fetch;
    this.#timeoutMs = options.timeoutMs ?? 5_000;
  }

  /**
   * The one key for signatures that fits. A key fits when its type does, when its `alg`, if told, is the token's, when its
   * `use`, if told, is `sig`, and when its `kid` is the token's, if the token names one. Of several that fit none is
   * taken: then the token has to name one (OpenID Connect Core 1.0, section 10.1).
   * @throws {IssuerKeysError}
   */
  async find({ alg, kid }: KeySelection): Promise<CryptoKey> {
    const keys = await this.#keys();
    const mayNotAsk = keys.coolingDown;
    try {
      return await keys(kid === undefined ? { alg } : { alg, kid });
    } catch (error) {
      if (error instanceof IssuerKeysError) throw error;
      // Perhaps a new key of the issuer's, which a stranger's token keeps from being looked up: the sender shall try again.
      if (mayNotAsk && error instanceof errors.JWKSNoMatchingKey) throw unavailable(error);
      throw new IssuerKeysError('ERR_ISSUER_KEY_UNKNOWN', 'the issuer has no such key', { cause: error });
    }
  }

  async #keys(): Promise<KeySet> {
    if (this.#known?.keys.fresh === true) return this.#known.keys;
    this.#locating ??= this.#locate().finally(() => {
      this.#locating = undefined;
    });
    return this.#locating;
  }

  async #locate(): Promise<KeySet> {
    const uri = await this.#ask(() => this.#jwksUri());
    if (this.#known?.href !== uri.href) {
      const keys = createRemoteJWKSet(uri, {
        [customFetch]: this.#read,
        timeoutDuration: this.#timeoutMs,
        cacheMaxAge: cacheMs,
        cooldownDuration: refreshPauseMs,
      });
      this.#known = { href: uri.href, keys };
    }
    return this.#known.keys;
  }

  readonly #read: FetchImplementation = (url, init) =>
    this.#ask(async () => {
      // Redirects are not followed (`init.redirect`): the keys are where discovery says, or nowhere.
      const response = await this.#fetch(url, init);
      if (response.status !== 200) {
        await response.body?.cancel();
        throw new Error(`the issuer answered ${response.status} when asked for its keys`);
      }
      const text = await readText(response.body, mostBytes);
      if (!isKeySet(JSON.parse(text))) throw new Error('the issuer answered something else than a set of keys');
      return new Response(text);
    });

  /** Asks the issuer, unless it just failed to answer: a flood of tokens must not become one of requests. */
  async #ask<T>(question: () => Promise<T>): Promise<T> {
    if (Date.now() < this.#pausedUntilMs) throw unavailable();
    try {
      return await question();
    } catch (error) {
      this.#pausedUntilMs = Date.now() + (this.#known?.keys.fresh === true ? refreshPauseMs : failurePauseMs);
      throw unavailable(error);
    }
  }
}

const unavailable = (cause?: unknown): IssuerKeysError =>
  new IssuerKeysError('ERR_ISSUER_KEYS_UNAVAILABLE', 'the keys of the issuer cannot be read at the moment', { cause });

const isKeySet = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  'keys' in value &&
  Array.isArray(value.keys) &&
  value.keys.every((key) => typeof key === 'object' && key !== null && !Array.isArray(key));
