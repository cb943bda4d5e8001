import type { Provider } from 'oidc-provider';
import type { ClientStore } from '../../domain/client/client-store.ts';
import type { SecurityEvents } from '../../domain/security-event/security-event.ts';
import type { EndSessions } from '../../domain/session/end-sessions.ts';
import type { SignIn } from '../../domain/sign-in/sign-in.ts';
import type { ConsentStore } from '../../domain/token/consent-store.ts';
import type { CurrentSession } from '../current-session.ts';
import type { Pages } from '../pages.ts';

/** What the steps of an interaction (sign-in, choosing an account, consent) need. */
export interface InteractionParts {
  /** The engine of this moment; it is replaced when keys change. */
  readonly provider: () => Provider;
  readonly pages: Pages;
  readonly currentSession: CurrentSession;
  readonly signIn: SignIn;
  readonly endSessions: EndSessions;
  readonly clients: ClientStore;
  readonly consents: ConsentStore;
  readonly securityEvents: SecurityEvents;
}
