/**
 * What an account allows a client, as it stands now: for a trusted client all that it may ask for, for any other what
 * the person consented to. It is read at each use, so a withdrawn consent counts at once.
 */
export interface Grant {
  readonly id: string;
  readonly accountId: string;
  readonly clientId: string;
  /** Undefined for a grant that outlives the session (`offline_access`). */
  readonly sessionUid: string | undefined;
  /** Scopes, separated by single spaces. */
  readonly scope: string;
  /** Per API (resource indicator, RFC 8707) the scopes there, separated by single spaces. */
  readonly resourceScopes: Readonly<Record<string, string>>;
  readonly createdAt: Date;
}

export interface GrantStore {
  /** Undefined when revoked, or when the client or account is disabled, or the session over. */
  find(id: string): Promise<Grant | undefined>;
  /** The scopes that a grant of this account to this client would have now; undefined without any consent. */
  granted(accountId: string, clientId: string): Promise<Pick<Grant, 'scope' | 'resourceScopes'> | undefined>;
  /** Ends the grant with all its codes and tokens. */
  revoke(id: string): Promise<void>;
}
