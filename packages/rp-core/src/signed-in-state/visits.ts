import { cookieValues } from '../cookies/cookie-header.ts';
import type { CookieNames } from '../cookies/cookies.ts';
import type { IssuerConnection } from '../issuer/issuer-connection.ts';
import { IssuerError } from '../issuer/issuer-error.ts';
import type { RelyingPartyLog } from '../relying-party-log.ts';
import type { Heartbeat } from '../session/heartbeat.ts';
import { markerOf, type LocalSessions } from '../session/local-sessions.ts';
import type { LocalSession } from '../session/local-session.ts';
import type { Departure } from '../sign-in/departure.ts';
import {
  decideSignedInState,
  type SignedInState,
  type SignedInStateFacts,
  type SignedInStateLimits,
} from './decide-signed-in-state.ts';
import { browserState, readHints } from './hints.ts';
import { quietHints } from './silent-memory.ts';

/** Who a request is from. */
export type Visit =
  | {
      readonly kind: 'signed-in';
      readonly session: LocalSession;
      /** Whether a silent trip would be worth it where this request may not be sent off. */
      readonly ask: boolean;
      readonly state: string;
      readonly setCookies: readonly string[];
    }
  | {
      readonly kind: 'anonymous';
      readonly ask: boolean;
      /** The browser brings a hint, or the person signed out here: signing in by itself would undo something. */
      readonly onlyByClick: boolean;
      readonly state: string;
      readonly setCookies: readonly string[];
    }
  | { readonly kind: 'sent-off'; readonly response: Response };

export interface VisitsParts {
  readonly names: CookieNames;
  readonly sessions: LocalSessions;
  readonly heartbeat: Heartbeat;
  readonly departure: Departure;
  readonly issuer: Pick<IssuerConnection, 'reachability'>;
  readonly limits: SignedInStateLimits;
  readonly log: RelyingPartyLog;
  readonly now: () => Date;
}

/** How a request may be sent off, if it may. */
export interface SendOff {
  readonly kind: 'silent' | 'frame';
  readonly returnPath: string;
}

/** Tells who a request is from, by the rules of `decideSignedInState`. */
export class Visits {
  readonly #parts: VisitsParts;

  constructor(parts: VisitsParts) {
    this.#parts = parts;
  }

  /** @param sendOff undefined: this request is not answered by a redirect */
  async recognise(request: Request, sendOff: SendOff | undefined): Promise<Visit> {
    const { names, sessions, departure, issuer, limits, now } = this.#parts;
    const cookieHeader = request.headers.get('cookie');
    const found = await sessions.find(cookieHeader);
    const hints = readHints(cookieHeader, names.hint);
    const session = found.kind === 'session' ? found.session : undefined;
    const left =
      found.kind === 'gone' || (found.kind === 'none' && cookieValues(cookieHeader, names.marker).length > 0);
    const gone = left ? sessions.clearCookies() : [];
    const memory = departure.memory(request);
    const anonymous = (setCookies: readonly string[], ask: boolean): Visit => ({
      kind: 'anonymous',
      ask,
      onlyByClick: hints.length > 0 || memory.onlyByClick,
      state: browserState(cookieHeader, names.hint, ''),
      setCookies,
    });
    if (session === undefined && hints.length === 0) return anonymous(gone, false);

    const facts: SignedInStateFacts = {
      now: now().getTime() / 1000,
      hints,
      ...(session === undefined ? {} : { session: sessionFacts(session) }),
      tried: quietHints(memory),
      departures: memory.departures,
      redirectable: sendOff !== undefined,
      issuerReachable: true,
    };
    const decide = (change: Partial<SignedInStateFacts> = {}): SignedInState =>
      decideSignedInState({ ...facts, ...change }, limits);

    let state = decide();
    if (state === 'silent' && !departure.hasRoom(request)) state = decide({ redirectable: false });
    // Only where it makes a difference does a page wait for the word whether the issuer is there.
    const matters = state === 'silent' || (state === 'anonymous' && session !== undefined);
    if (matters && !(await issuer.reachability.isReachable())) state = decide({ issuerReachable: false });
    if (state === 'silent' && sendOff !== undefined) {
      const response = await this.#sendOff(request, sendOff);
      if (response !== undefined) return { kind: 'sent-off', response };
      state = decide({ issuerReachable: false });
    }
    const ask = decide({ redirectable: true }) === 'silent';
    if (session === undefined) return anonymous(gone, ask);
    // Unproved, it is of no use to this request; the next page visit may prove it.
    if (state === 'anonymous') return anonymous([], ask);
    if (state === 'heartbeat') {
      if (!(await this.#parts.heartbeat.prove(session))) {
        return anonymous(sessions.clearCookies(), ask);
      }
    }
    const stateText = browserState(cookieHeader, names.hint, markerOf(session));
    return { kind: 'signed-in', session, ask, state: stateText, setCookies: [] };
  }

  /** A page must not become unreadable because the way to the issuer is closed. */
  async #sendOff(request: Request, sendOff: SendOff): Promise<Response | undefined> {
    try {
      return await this.#parts.departure.begin(request, sendOff);
    } catch (error) {
      if (!(error instanceof IssuerError)) throw error;
      this.#parts.log('silent.not-begun', { code: error.code });
      return undefined;
    }
  }
}

const sessionFacts = (session: LocalSession): NonNullable<SignedInStateFacts['session']> => ({
  hint: session.hint,
  foreignHints: session.foreignHints,
  provedAt: session.provedAt.getTime() / 1000,
  distrusted: session.distrusted,
  expiresAt: session.expiresAt.getTime() / 1000,
  accessTokenExpiresAt:
    session.accessTokenExpiresAt === undefined ? undefined : session.accessTokenExpiresAt.getTime() / 1000,
});
