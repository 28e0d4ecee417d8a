/**
 * CLOCK_MONOTONIC for programs that ask one thing and end: `performance` would load node:perf_hooks, 2 ms.
 *
 * @module
 */
const nsPerMs = 1e6;

/** Milliseconds since some instant, which is the same for all that ask. */
export const nowMs = (): number => Number(process.hrtime.bigint()) / nsPerMs;
