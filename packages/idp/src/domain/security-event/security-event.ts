/** What happened. Names are past tense and never change their meaning once released. */
export type SecurityEventName =
  | 'account.added'
  | 'account.updated'
  | 'account.disabled'
  | 'account.enabled'
  | 'account.removed'
  | 'account.password_changed'
  | 'client.added'
  | 'client.updated'
  | 'client.secret_rotated'
  | 'client.disabled'
  | 'client.enabled'
  | 'client.removed'
  | 'consent.granted'
  | 'consent.denied'
  | 'code.reused'
  | 'refresh_token.reused'
  | 'keys.rotated'
  | 'session.begun'
  | 'session.reauthenticated'
  | 'session.ended'
  | 'sign_in.failed'
  | 'sign_in.limited';

export interface SecurityEvent {
  readonly event: SecurityEventName;
  /** Who did it: `account:ID`, `command-line`, `client:ID`, `somebody` (not signed in) or `latchkey` itself. */
  readonly actor: string;
  readonly accountId?: string | undefined;
  readonly clientId?: string | undefined;
  /** The network it came from (see `networkOf`), never the full address. */
  readonly network?: string | undefined;
  /** More in words that hold no secret, token, e-mail address or network address. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/** Append-only. */
export interface SecurityEvents {
  record(event: SecurityEvent): Promise<void>;
}
