/** Which browsers signed in as an account before. Somebody else's guesses do not use up their attempts. */
export interface KnownBrowsers {
  isKnown(browserHash: Buffer, accountId: string): Promise<boolean>;
  /** The account that this browser signed in as the last time; undefined when it never did. */
  latestAccount(browserHash: Buffer): Promise<string | undefined>;
  /**
   * Again and again is fine. Does nothing for an account that is gone, or whose sessions all ended since the proof
   * (`AccountCredentials.proofGeneration`): a browser that was forgotten meanwhile does not come back.
   */
  remember(browserHash: Buffer, accountId: string, proofGeneration: number): Promise<void>;
  /** Each browser of the account is unknown again: who knew the old password may be behind any of them. */
  forgetAll(accountId: string): Promise<void>;
}
