/**
 * Remembers that something was used: a callback's state, the `jti` of a token, the `txn` of a delivery. All processes of
 * an application share one, or a token refused here is taken there.
 */
export interface OneTimeStore {
  /**
   * Notes a key as used. Of any number of callers at the same moment exactly one gets true.
   * @param key at most 200 printable ASCII characters
   * @param keepUntil when the key may be forgotten
   * @returns false when the key was noted before and not yet forgotten
   */
  claim(key: string, keepUntil: Date): Promise<boolean>;
  /** Whether the key is noted. */
  isClaimed(key: string): Promise<boolean>;
}
