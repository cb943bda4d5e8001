/** A key that signs ID tokens, logout tokens and JWT access tokens. */
export interface SigningKey {
  readonly kid: string;
  readonly alg: 'RS256' | 'ES256';
  /** RFC 7517. */
  readonly publicJwk: Readonly<Record<string, unknown>>;
  /** Undefined once retired: a retired key verifies, nothing else. */
  readonly privateJwk: Readonly<Record<string, unknown>> | undefined;
  readonly createdAt: Date;
  /** It is published before it signs, so that every relying party has it by then. */
  readonly activeFrom: Date;
  readonly retiredAt: Date | undefined;
  /** True when it may sign now, by the database's clock. */
  readonly active: boolean;
}

export interface SigningKeyStore {
  /** Oldest first; retired ones that are still published included. */
  list(): Promise<readonly SigningKey[]>;
  /** @param publishedSeconds how long it is published before it signs; 0 for the first key of an algorithm */
  insert(
    key: Pick<SigningKey, 'kid' | 'alg' | 'publicJwk'> & { privateJwk: object },
    publishedSeconds: number,
  ): Promise<void>;
  /**
   * Retires keys of the algorithm that a newer active one has replaced for `graceSeconds`, destroys their private part,
   * and drops retired ones after `retentionSeconds`.
   */
  tidy(graceSeconds: number, retentionSeconds: number): Promise<void>;
  /** Runs work while no other process rotates keys. */
  exclusively<T>(work: (keys: SigningKeyStore) => Promise<T>): Promise<T>;
}
