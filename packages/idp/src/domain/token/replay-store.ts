/** Remembers what may be shown only once: `jti` of client assertions (RFC 7523) and DPoP proofs (RFC 9449). */
export interface ReplayStore {
  /** True the first time. */
  remember(idHash: Buffer, ttlSeconds: number): Promise<boolean>;
}
