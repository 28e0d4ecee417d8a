/**
 * Durations as the page shows them.
 *
 * @module
 */

/** Microseconds as seconds, with as many digits as tell something. */
export const secondsText = (us: number): string =>
  (us / 1_000_000).toFixed(us < 10_000_000 ? 3 : us < 1_000_000_000 ? 2 : 0);
