import type { AccountStore } from './account/account-store.ts';
import type { ClientStore } from './client/client-store.ts';
import type { SecurityEvents } from './security-event/security-event.ts';
import type { SessionStore } from './session/session-store.ts';
import type { KnownBrowsers } from './sign-in/known-browsers.ts';

/** Every store that a use case may need, all on the same connection. */
export interface Stores {
  readonly accounts: AccountStore;
  readonly clients: ClientStore;
  readonly sessions: SessionStore;
  readonly knownBrowsers: KnownBrowsers;
  readonly securityEvents: SecurityEvents;
}

/**
 * Runs work so that all of it is committed or none. Inside, use only the stores that are handed in (the embedded
 * database has one connection) and await nothing but them.
 */
export interface Transactions {
  run<T>(work: (stores: Stores) => Promise<T>): Promise<T>;
}
