/** What a person allowed a client that is not trusted. One record per account and client; it grows with each consent. */
export interface Consent {
  readonly accountId: string;
  readonly clientId: string;
  /** Scopes, separated by single spaces. */
  readonly scope: string;
  /** Per API the scopes there, separated by single spaces. */
  readonly resourceScopes: Readonly<Record<string, string>>;
}

export interface ConsentStore {
  find(accountId: string, clientId: string): Promise<Consent | undefined>;
  /** Adds to what was allowed before. False: there is no such client (any more). */
  allow(consent: Consent): Promise<boolean>;
}
