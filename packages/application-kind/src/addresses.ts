export interface AddressOptions {
  /**
   * The web server passes addresses that name no file to the application. Where it does not, the addresses go through the
   * application's front controller by name.
   */
  readonly rewriting: boolean;
}

/** Absolute URLs, as they are registered: compared character by character. */
export interface ApplicationAddresses {
  /** Redirect URI. */
  readonly callback: string;
  /** Post-logout redirect URI. */
  readonly signedOut: string;
  /** Receives logout tokens (OpenID Connect Back-Channel Logout 1.0). */
  readonly backchannel: string;
  /** Receives Security Event Tokens (RFC 8935). */
  readonly events: string;
  /** Says to everybody how the application is connected; holds no secret. */
  readonly check: string;
}
