import type { SealedRecord } from './sealed-record.ts';

export interface NewAuthorizationCode {
  readonly idHash: Buffer;
  /** The session it is issued in. Without that session nothing is stored. */
  readonly sessionUid: string;
  readonly accountId: string;
  readonly clientId: string;
  readonly grantId: string;
  /** True when the grant outlives the session (`offline_access`). */
  readonly offline: boolean;
  readonly sealedPayload: Buffer;
  readonly ttlSeconds: number;
}

export interface AuthorizationCodeStore {
  /** Stores the code, its grant and that the session has this client now, in one statement. False: the session ended. */
  issue(code: NewAuthorizationCode): Promise<boolean>;
  /** Used and expired ones too. */
  find(idHash: Buffer): Promise<(SealedRecord & { readonly consumed: boolean }) | undefined>;
  /** One conditional statement (RFC 9700, section 4.5). False: somebody else was first. */
  consume(idHash: Buffer): Promise<boolean>;
  /**
   * Revokes what came of this code and nothing else, also what is being issued at this moment. True the first time: who
   * tries again and again must not fill the security events.
   */
  revokeDescendants(idHash: Buffer): Promise<boolean>;
}
