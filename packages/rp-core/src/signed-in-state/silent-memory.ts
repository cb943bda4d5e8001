import type { Sealer } from '../secrets/sealer.ts';
import { tokenHash } from '../secrets/token-hash.ts';
import { mostSilentTrips, type SignedInStateLimits } from './decide-signed-in-state.ts';

/** What one browser's silent trips came to, kept in a sealed cookie. Moments in seconds since 1970. */
export interface SilentMemory {
  /** Hints that cause no trip before `until`, the newest first. */
  readonly tried: readonly { readonly hint: string; readonly until: number }[];
  /** When trips began, the newest first. */
  readonly departures: readonly number[];
  /** Hints that were there when the person signed out here, the newest first: they cause no trip. */
  readonly signedOut: readonly { readonly hint: string; readonly until: number }[];
  /** What the person signed out of here, the newest first: no trip signs in there again, whatever hint caused it. */
  readonly signedOutOf: readonly { readonly name: string; readonly until: number }[];
  /** When the person last signed out here; a trip that began before signs nobody in. */
  readonly signedOutAt: number | undefined;
  /** The person signed out here alone, as far as anybody knows, and has not signed in since: only a click begins anew. */
  readonly onlyByClick: boolean;
}

/** Whose session at the issuer it is, as ID tokens tell it. */
export interface IssuerSession {
  readonly sub: string;
  readonly sid: string | undefined;
}

export const emptySilentMemory: SilentMemory = {
  tried: [],
  departures: [],
  signedOut: [],
  signedOutOf: [],
  signedOutAt: undefined,
  onlyByClick: false,
};

const mostHints = 10;
/** Hints that others forge cannot push a sign-out off: each list has room of its own. */
const mostSignedOut = 10;
const mostSignedOutOf = 5;
/** A sign-out here stays as long as a browser keeps a cookie: until another session at the issuer, or a click. */
const staysSeconds = 400 * 24 * 3600;
const mostDepartures = 2 * mostSilentTrips;
const context = 'silent memory';

/** Notes hints as tried; one that is there already gets the later end. */
export const withTried = (memory: SilentMemory, hints: readonly string[], until: number): SilentMemory => {
  const endOf = (hint: string) => Math.max(until, ...memory.tried.filter((t) => t.hint === hint).map((t) => t.until));
  const others = memory.tried.filter(({ hint }) => !hints.includes(hint));
  return {
    ...memory,
    tried: [...hints.map((hint) => ({ hint, until: endOf(hint) })), ...others].slice(0, mostHints),
  };
};

/**
 * The person signed out under these hints.
 * @param session what they signed out of, where that is still known
 * @param onlyByClick whether the issuer was not told, so that its session may live
 */
export const withSignedOut = (
  memory: SilentMemory,
  {
    hints,
    session,
    onlyByClick,
  }: { readonly hints: readonly string[]; readonly session: IssuerSession | undefined; readonly onlyByClick: boolean },
  now: number,
): SilentMemory => {
  const until = now + staysSeconds;
  const name = session === undefined ? unknownSession : nameOf(session);
  return {
    ...memory,
    signedOut: [
      ...hints.map((hint) => ({ hint, until })),
      ...memory.signedOut.filter(({ hint }) => !hints.includes(hint)),
    ].slice(0, mostSignedOut),
    signedOutOf: [{ name, until }, ...memory.signedOutOf.filter((entry) => entry.name !== name)].slice(
      0,
      mostSignedOutOf,
    ),
    signedOutAt: now,
    onlyByClick,
  };
};

/** The person signed in again: what they signed out of before no longer counts, but for trips that are older. */
export const withSignedIn = (memory: SilentMemory, hint: string | undefined): SilentMemory => ({
  ...memory,
  tried: memory.tried.filter((entry) => entry.hint !== hint),
  signedOut: [],
  signedOutOf: [],
  onlyByClick: false,
});

/** The name of none. */
const unknownSession = '';

/** In short, since it travels with every request. An issuer that names no session has one for each person. */
const nameOf = ({ sub, sid }: IssuerSession): string =>
  tokenHash(sid === undefined ? `sub ${sub}` : `sid ${sid}`).slice(0, 16);

/** Hints that cause no trip. */
export const quietHints = ({ tried, signedOut }: SilentMemory): SilentMemory['tried'] => [...signedOut, ...tried];

/** Whether a silent answer would undo a sign-out here: it is about a session that the person signed out of, or older. */
export const undoesSignOut = (
  { signedOut, signedOutOf, signedOutAt }: SilentMemory,
  trip: IssuerSession & { readonly begunAt: number; readonly hint: string | undefined },
): boolean =>
  (signedOutAt !== undefined && trip.begunAt <= signedOutAt) ||
  signedOut.some(({ hint }) => hint === trip.hint) ||
  signedOutOf.some(({ name }) => name === nameOf(trip));

/** Counts a trip at its departure, so that one which never comes back counts too. */
export const withDeparture = (memory: SilentMemory, now: number): SilentMemory => ({
  ...memory,
  departures: [now, ...memory.departures].slice(0, mostDepartures),
});

/** Uses up the trips, so that none begins before `until`, whatever the hints: the last one ended in a fault. */
export const withRest = (
  memory: SilentMemory,
  { silentTrips, silentTripsSeconds }: SignedInStateLimits,
  until: number,
): SilentMemory => ({
  ...memory,
  departures: [...Array.from({ length: silentTrips }, () => until - silentTripsSeconds), ...memory.departures].slice(
    0,
    mostDepartures,
  ),
});

/** Lists of a hint or name, and until when. */
type Pairs = readonly (readonly [string, number])[];
type Sealed = readonly [Pairs, readonly number[], Pairs, Pairs, number | null, boolean];

export const sealSilentMemory = (sealer: Sealer, memory: SilentMemory): string => {
  const { tried, departures, signedOut, signedOutOf, signedOutAt, onlyByClick } = memory;
  const hints = (entries: SilentMemory['tried']): Pairs => entries.map(({ hint, until }) => [hint, until]);
  const names: Pairs = signedOutOf.map(({ name, until }) => [name, until]);
  const sealed: Sealed = [hints(tried), departures, hints(signedOut), names, signedOutAt ?? null, onlyByClick];
  return sealer.seal(JSON.stringify(sealed), context);
};

/** @returns an empty memory where the cookie is absent or not ours, and without what has passed */
export const openSilentMemory = (sealer: Sealer, cookie: string | undefined, now: number): SilentMemory => {
  const text = cookie === undefined ? undefined : sealer.open(cookie, context);
  if (text === undefined) return emptySilentMemory;
  const [tried, departures, signedOut, signedOutOf, signedOutAt, onlyByClick] = JSON.parse(text) as Sealed; // sealed by us
  const lasting = (pairs: Pairs): Pairs => pairs.filter(([, until]) => now < until);
  const hints = (pairs: Pairs) => lasting(pairs).map(([hint, until]) => ({ hint, until }));
  return {
    tried: hints(tried),
    departures: departures.filter((departure) => departure <= now),
    signedOut: hints(signedOut),
    signedOutOf: lasting(signedOutOf).map(([name, until]) => ({ name, until })),
    signedOutAt: signedOutAt ?? undefined,
    onlyByClick,
  };
};
