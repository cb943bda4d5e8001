import type { SealedRecord } from './sealed-record.ts';

export interface NewAccessToken {
  readonly idHash: Buffer;
  readonly grantId: string;
  /** The session that it lives and dies with; undefined for one that came of `offline_access`. */
  readonly sessionUid: string | undefined;
  /** The authorization code that it came of. */
  readonly codeHash: Buffer | undefined;
  readonly sealedPayload: Buffer;
  readonly ttlSeconds: number;
}

export interface AccessTokenStore {
  /** False when its grant or session ended meanwhile. */
  insert(token: NewAccessToken): Promise<boolean>;
  /** Undefined too when its session is over, or its code was used twice. */
  find(idHash: Buffer): Promise<SealedRecord | undefined>;
  destroy(idHash: Buffer): Promise<void>;
}
