import type { Sealer } from '../secrets/sealer.ts';
import { mostSilentTrips, type SignedInStateLimits } from './decide-signed-in-state.ts';

/** What one browser's silent trips came to, kept in a sealed cookie. Moments in seconds since 1970. */
export interface SilentMemory {
  /** Hints that cause no trip before `until`, the newest first. */
  readonly tried: readonly { readonly hint: string; readonly until: number }[];
  /** When trips began, the newest first. */
  readonly departures: readonly number[];
}

export const emptySilentMemory: SilentMemory = { tried: [], departures: [] };

const mostHints = 10;
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

/** Takes a hint off the list: the person signed in by a click. */
export const withoutTried = (memory: SilentMemory, hint: string | undefined): SilentMemory => ({
  ...memory,
  tried: memory.tried.filter((entry) => entry.hint !== hint),
});

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

export const sealSilentMemory = (sealer: Sealer, memory: SilentMemory): string =>
  sealer.seal(JSON.stringify([memory.tried.map(({ hint, until }) => [hint, until]), memory.departures]), context);

/** @returns an empty memory where the cookie is absent or not ours, and without what has passed */
export const openSilentMemory = (sealer: Sealer, cookie: string | undefined, now: number): SilentMemory => {
  const text = cookie === undefined ? undefined : sealer.open(cookie, context);
  if (text === undefined) return emptySilentMemory;
  const [tried, departures] = JSON.parse(text) as [(readonly [string, number])[], number[]]; // sealed by us
  return {
    tried: tried.map(([hint, until]) => ({ hint, until })).filter(({ until }) => now < until),
    departures: departures.filter((departure) => departure <= now),
  };
};
