import type { CookieNames, CookieWriter } from '../cookies/cookies.ts';
import type { IssuerConnection } from '../issuer/issuer-connection.ts';
import type { Linker } from '../linking/linker.ts';
import type { ProveAdoption } from '../linking/prove-adoption.ts';
import type { OneTimeStore } from '../one-time-store.ts';
import type { RelyingPartyLog } from '../relying-party-log.ts';
import type { FormTokens } from '../secrets/form-token.ts';
import type { Heartbeat } from '../session/heartbeat.ts';
import type { LocalSessions } from '../session/local-sessions.ts';
import type { ResolvedSettings } from '../settings.ts';
import type { AttemptCookies } from '../sign-in/attempt-cookies.ts';
import type { Departure } from '../sign-in/departure.ts';
import type { Sealer } from '../secrets/sealer.ts';
import type { LocalSessionStore } from '../session/local-session-store.ts';
import type { ShowPage } from '../answers.ts';
import type { Visits } from '../signed-in-state/visits.ts';

/** Who is signed in, as a page shows it. */
export interface SignedInPerson {
  readonly name: string;
  readonly username: string;
}

/** Everything that the addresses of the sign-in work with. */
export interface EndpointParts {
  readonly settings: ResolvedSettings;
  readonly names: CookieNames;
  readonly cookies: CookieWriter;
  readonly issuer: IssuerConnection;
  readonly attempts: AttemptCookies;
  readonly departure: Departure;
  readonly sessions: LocalSessions;
  readonly store: LocalSessionStore;
  readonly heartbeat: Heartbeat;
  readonly visits: Visits;
  readonly linker: Linker;
  /** Undefined where the application adopts nobody by proof. */
  readonly proveAdoption: ProveAdoption | undefined;
  readonly oneTime: OneTimeStore;
  readonly pendingSealer: Sealer;
  readonly formTokens: FormTokens;
  readonly showPage: ShowPage;
  readonly log: RelyingPartyLog;
  readonly now: () => Date;
  /** @returns undefined when the application has no such person any more */
  readonly findPerson: (localUserId: string) => Promise<SignedInPerson | undefined>;
}
