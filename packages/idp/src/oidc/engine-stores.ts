import type { AccountStore } from '../domain/account/account-store.ts';
import type { ClientStore } from '../domain/client/client-store.ts';
import type { SecurityEvents } from '../domain/security-event/security-event.ts';
import type { SessionStore } from '../domain/session/session-store.ts';
import type { AccessTokenStore } from '../domain/token/access-token-store.ts';
import type { AuthorizationCodeStore } from '../domain/token/authorization-code-store.ts';
import type { GrantStore } from '../domain/token/grant-store.ts';
import type { InteractionStore } from '../domain/token/interaction-store.ts';
import type { PushedRequestStore } from '../domain/token/pushed-request-store.ts';
import type { RefreshTokenStore } from '../domain/token/refresh-token-store.ts';
import type { ReplayStore } from '../domain/token/replay-store.ts';

/** Everything that the engine keeps goes through these. */
export interface EngineStores {
  readonly accounts: AccountStore;
  readonly clients: ClientStore;
  readonly sessions: SessionStore;
  readonly grants: GrantStore;
  readonly authorizationCodes: AuthorizationCodeStore;
  readonly accessTokens: AccessTokenStore;
  readonly refreshTokens: RefreshTokenStore;
  readonly interactions: InteractionStore;
  readonly pushedRequests: PushedRequestStore;
  readonly replays: ReplayStore;
  readonly securityEvents: SecurityEvents;
}
