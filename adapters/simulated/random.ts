/**
 * The only chance in a simulated world: numbers that follow from a seed. Each purpose draws from a
 * generator of its own, so that a draw more for one changes nothing for the others.
 *
 * @module
 */

/** Numbers that look random and are the same for the same seed. */
export interface Random {
  /** In [0, 1). */
  next(): number;
  /** Both ends are included. */
  integer(min: number, max: number): number;
  chance(probability: number): boolean;
  /** Returns another generator, which follows from the seed and `purpose` alone. */
  fork(purpose: string): Random;
}

/** Mulberry32: 32 bits of state, a full period, and enough for choosing among a few things. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  return {
    next,
    integer: (min, max) => min + Math.floor(next() * (max - min + 1)),
    chance: (probability) => next() < probability,
    fork: (purpose) => createRandom(mixText(seed, purpose)),
  };
}

/** FNV-1a, begun with the seed. */
function mixText(seed: number, text: string): number {
  let hash = (seed ^ 0x811c9dc5) >>> 0;
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}
