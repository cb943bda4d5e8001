import type { OneTimeStore } from '../one-time-store.ts';
import type { LocalSessionStore } from '../session/local-session-store.ts';
import type { TokenExpectations } from './read-signed-token.ts';

/** How long a delivery is remembered as applied: an issuer gives up well before. */
export const appliedSeconds = 2 * 24 * 3600;

/** What both receivers need. */
export interface ReceiverParts {
  readonly expectations: TokenExpectations;
  readonly sessions: LocalSessionStore;
  readonly used: OneTimeStore;
  readonly now: () => Date;
  /** Told of what went wrong here (a store, the issuer's keys), not of tokens that were refused. */
  readonly onFault: (error: unknown) => void;
}
