/**
 * Shuffles so that the same seed gives the same order on every machine: tests that lean on each other's leavings show
 * themselves, and a failure can be repeated.
 * @param seed any whole number from 0 to 4294967295
 */
export function shuffle<T>(items: readonly T[], seed: number): T[] {
  const next = mulberry32(seed);
  // A random key for each, drawn in the given order; Fisher-Yates would do as well.
  return items
    .map((item) => ({ item, key: next() }))
    .toSorted((a, b) => a.key - b.key)
    .map(({ item }) => item);
}

/** The generator mulberry32: 32 bits of state, even enough to order files. Never for secrets. */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
}
