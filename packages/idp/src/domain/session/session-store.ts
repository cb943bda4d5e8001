/** A browser's session at the issuer. Rows exist only while somebody is signed in. */
export interface Session {
  /** Names the session inside Latchkey; never leaves it. */
  readonly uid: string;
  readonly accountId: string;
  readonly begunAt: Date;
  /** When the person last proved who they are (`auth_time`). */
  readonly authenticatedAt: Date;
  readonly amr: readonly string[] | undefined;
  readonly acr: string | undefined;
  readonly idleExpiresAt: Date;
  readonly absoluteExpiresAt: Date;
  readonly prolongedAt: Date;
}

/** What one session was to one client: whom to tell that it ended. */
export interface EndedSessionClient {
  readonly sessionUid: string;
  readonly accountId: string;
  readonly clientId: string;
}

/** Which sessions to end. */
export type SessionSelection =
  | { readonly uid: string }
  | {
      readonly accountId: string;
      readonly exceptUid?: string;
      /** True also ends what sign-out keeps (`offline_access`): disable, remove, password change. */
      readonly offlineAccessToo: boolean;
    }
  | { readonly expired: true; readonly limit: number };

export interface NewSession {
  readonly uid: string;
  readonly idHash: Buffer;
  readonly accountId: string;
  readonly authenticatedAt: Date;
  /** The account's when the person proved who they are (`AccountCredentials.proofGeneration`). */
  readonly proofGeneration: number;
  readonly amr: readonly string[] | undefined;
  readonly acr: string | undefined;
  readonly network: string | undefined;
  readonly userAgent: string | undefined;
  readonly idleTtlSeconds: number;
  readonly absoluteTtlSeconds: number;
}

export interface SessionStore {
  /** Undefined too when it is past its idle or absolute end, by the database's clock. */
  findByIdHash(idHash: Buffer): Promise<Session | undefined>;
  findByUid(uid: string): Promise<Session | undefined>;
  listByAccount(accountId: string): Promise<readonly (Session & { readonly clientIds: readonly string[] })[]>;
  /** Undefined when the account is disabled or gone, or all its sessions ended since the proof. */
  insert(session: NewSession): Promise<Session | undefined>;
  /**
   * Notes a new proof of identity and gives the session its new id, where the session still exists and is the same
   * account's. False: it ended, or all sessions of the account did since the proof.
   */
  reauthenticate(
    uid: string,
    proof: Pick<NewSession, 'idHash' | 'accountId' | 'authenticatedAt' | 'proofGeneration' | 'amr' | 'acr'>,
  ): Promise<boolean>;
  /** Moves the idle end, at most every 5 minutes. False: it ended. */
  prolong(uid: string, idleTtlSeconds: number): Promise<boolean>;
  /**
   * Ends sessions with everything they yielded. To end those of an account also voids every proof of identity that
   * was given for it and has not become a session yet. Answers what ended: the sessions and, per session,
   * the clients that were signed in through it.
   */
  end(which: SessionSelection): Promise<{
    readonly sessions: readonly { readonly uid: string; readonly accountId: string }[];
    readonly clients: readonly EndedSessionClient[];
  }>;
}
