/** Which browsers signed in as an account before. Somebody else's guesses do not use up their attempts. */
export interface KnownBrowsers {
  isKnown(browserHash: Buffer, accountId: string): Promise<boolean>;
  /** Again and again is fine; for an account that is gone it does nothing. */
  remember(browserHash: Buffer, accountId: string): Promise<void>;
}
