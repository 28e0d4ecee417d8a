/**
 * Durations and instants as the page shows them.
 *
 * @module
 */

/** Microseconds as seconds, with as many digits as tell something. */
export const secondsText = (us: number): string =>
  (us / 1_000_000).toFixed(us < 10_000_000 ? 3 : us < 1_000_000_000 ? 2 : 0);

/** Microseconds since the start as `--at` takes them: the end of the millisecond in which the event lies. */
export const instantText = (us: number): string => (Math.ceil(us / 1_000) / 1_000).toFixed(3);
