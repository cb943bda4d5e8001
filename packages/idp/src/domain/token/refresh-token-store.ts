import type { NewAccessToken } from './access-token-store.ts';
import type { SealedRecord } from './sealed-record.ts';

export interface NewRefreshToken extends NewAccessToken {
  /** The token that this one replaces by rotation. */
  readonly predecessorHash: Buffer | undefined;
}

export interface StoredRefreshToken extends SealedRecord {
  readonly codeHash: Buffer | undefined;
  /**
   * False once it was replaced, except for 30 seconds after that as long as no successor was used: a client that lost
   * the answer may ask again (RFC 9700, section 4.14.2).
   */
  readonly usable: boolean;
}

export interface RefreshTokenStore {
  /** False when its grant or session ended meanwhile. */
  insert(token: NewRefreshToken): Promise<boolean>;
  find(idHash: Buffer): Promise<StoredRefreshToken | undefined>;
  /**
   * Marks the token as replaced; its own predecessor and that one's other successors are dead from now on.
   * One conditional statement. False: it is not usable any more.
   */
  consume(idHash: Buffer): Promise<boolean>;
  destroy(idHash: Buffer): Promise<void>;
}
