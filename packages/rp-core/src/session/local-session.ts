/** A browser's session at the application, kept on its server. */
export interface LocalSession {
  /** SHA-256 of the cookie's value, base64url; the value itself is kept nowhere. */
  readonly idHash: string;
  readonly issuer: string;
  /** The person at the issuer (OpenID Connect Core 1.0, section 2). */
  readonly sub: string;
  /** The name of the issuer's session; undefined where the issuer tells none. */
  readonly sid: string | undefined;
  /** The person here, as `LocalUsers` knows them. */
  readonly localUserId: string;
  /** The hint that this session answers for (claim `latchkey_hint`); undefined where the browser shows none here. */
  readonly hint: string | undefined;
  /** Hints that turned out not to be the issuer's: they cause no more silent trips. At most ten, the newest first. */
  readonly foreignHints: readonly string[];
  /** Access token and ID token, sealed with the application's key: a copy of the store is of no use. */
  readonly sealedTokens: string;
  /** From then on the access token is of no use; undefined: as long as the session. */
  readonly accessTokenExpiresAt: Date | undefined;
  /** Of the last profile answer, for `If-None-Match`. */
  readonly profileEtag: string | undefined;
  /** `iat` of the ID token, so on the issuer's clock and in whole seconds; compared with `toe` of a logout token. */
  readonly begunAt: Date;
  /** When the issuer last said that its session lives. */
  readonly provedAt: Date;
  /** Something about the person changed: the next use is proved first, however young the proof. */
  readonly distrusted: boolean;
  /** The session's absolute end (claim `session_expires_at`, or the application's own limit where that is sooner). */
  readonly expiresAt: Date;
}

/** What changes in a session while it lives. */
export type LocalSessionChange = Partial<
  Pick<
    LocalSession,
    | 'hint'
    | 'foreignHints'
    | 'sealedTokens'
    | 'accessTokenExpiresAt'
    | 'profileEtag'
    | 'provedAt'
    | 'distrusted'
    | 'expiresAt'
  >
>;
