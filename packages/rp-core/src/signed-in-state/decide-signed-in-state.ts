/** What a request and its browser show; moments in seconds since 1970. */
export interface SignedInStateFacts {
  readonly now: number;
  /** The issuer's hints that the browser sent, each once. */
  readonly hints: readonly string[];
  readonly session?: {
    readonly hint?: string | undefined;
    readonly foreignHints: readonly string[];
    readonly provedAt: number;
    readonly expiresAt: number;
    readonly accessTokenExpiresAt?: number | undefined;
    /** Something about the person changed since the last proof. */
    readonly distrusted?: boolean;
  };
  /** Hints for which the issuer had no answer, or under which the person signed out here. */
  readonly tried: readonly { readonly hint: string; readonly until: number }[];
  /** When this browser was sent off silently by this application. */
  readonly departures: readonly number[];
  /** Whether the request may be answered by a redirect (`mayBeRedirected`) and its answer is kept by no shared cache. */
  readonly redirectable: boolean;
  /** Whether the application's server reached the issuer lately. */
  readonly issuerReachable: boolean;
}

export interface SignedInStateLimits {
  /** For so long a proof is good without asking again. */
  readonly proofSeconds: number;
  /** A session lives so long without proof while the issuer does not answer. */
  readonly unprovedSeconds: number;
  /** At most so many silent trips, 0 to 10… */
  readonly silentTrips: number;
  /** …within so many seconds, 60 to 600, for each browser and application. */
  readonly silentTripsSeconds: number;
}

/** More than these a browser does not keep in mind. */
export const mostSilentTrips = 10;

export const defaultSignedInStateLimits: SignedInStateLimits = {
  proofSeconds: 5 * 60,
  unprovedSeconds: 12 * 3600,
  silentTrips: 6,
  silentTripsSeconds: 10 * 60,
};

/**
 * - `keep`: the session is used as it is.
 * - `heartbeat`: the session is used only after the issuer said, server to server, that it lives.
 * - `silent`: the browser goes through the issuer once, without being asked anything (`prompt=none`).
 * - `anonymous`: nobody is signed in here.
 */
export type SignedInState = 'keep' | 'heartbeat' | 'silent' | 'anonymous';

/**
 * What to do with one request. The heartbeat is what keeps sessions right; hints, which anybody under the domain can
 * forge, only make it quick. Without session and hint nothing ever happens, so crawlers, programs and anonymous visitors
 * see no redirect.
 * @see docs/signed-in-state.md
 */
export const decideSignedInState = (
  facts: SignedInStateFacts,
  limits: SignedInStateLimits = defaultSignedInStateLimits,
): SignedInState => {
  const { now, hints, redirectable, issuerReachable } = facts;
  const session = facts.session !== undefined && now < facts.session.expiresAt ? facts.session : undefined;
  const recent = facts.departures.filter((departure) => departure > now - limits.silentTripsSeconds);
  const maySendOff = redirectable && issuerReachable && recent.length < limits.silentTrips;

  if (session === undefined) {
    const tried = new Set(facts.tried.filter(({ until }) => now < until).map(({ hint }) => hint));
    return maySendOff && hints.some((hint) => !tried.has(hint)) ? 'silent' : 'anonymous';
  }

  const own = session.hint;
  const others = hints.filter((hint) => hint !== own);
  if (maySendOff && others.some((hint) => !session.foreignHints.includes(hint))) return 'silent';

  // A page may be shown beside a hint that turned out to be somebody's forgery; what changes something is proved first.
  const undisturbed = redirectable ? others.every((hint) => session.foreignHints.includes(hint)) : others.length === 0;
  const trusted = undisturbed && session.distrusted !== true;
  const spentAt = session.accessTokenExpiresAt ?? Infinity;
  if (now >= spentAt) {
    // A heartbeat needs a bearer, and a new one comes by a silent trip only.
    if (maySendOff) return 'silent';
    const stands =
      now - session.provedAt < limits.unprovedSeconds &&
      (!issuerReachable || (trusted && now - spentAt < limits.proofSeconds));
    return stands ? 'keep' : 'anonymous';
  }

  const young = now - session.provedAt < limits.proofSeconds;
  const hintFits = own === undefined || hints.includes(own);
  return young && hintFits && trusted ? 'keep' : 'heartbeat';
};
