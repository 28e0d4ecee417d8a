/**
 * Tells V8 what kind of program it runs. Of minit most code runs a few hundred times at boot and
 * hardly ever again (decision 0005); whoever folds a long log makes much garbage and keeps little.
 *
 * @module
 */
import type * as V8 from 'node:v8';

function setFlags(flags: readonly string[]): void {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- an import would be loaded at once
  const { setFlagsFromString } = require('node:v8') as typeof V8;
  flags.forEach(setFlagsFromString);
}

/**
 * Call it before the memory that it is about has grown, but not before the first service is on its way:
 * node:v8 loads Node's streams, which takes 2 ms, and V8 takes a code cache only with the flags that it was
 * made with (decision 0014).
 */
export function tuneV8(): void {
  setFlags([
    // A young generation that has grown is memory that is not given back: 10 MB after a big boot.
    '--semi-space-growth-factor=1',
    '--optimize-for-size',
    // Optimize what is hot in the long run, not what is hot at boot: that took a quarter of its CPU
    // time. Later versions count in other ways, and complain of a flag that they do not know.
    ...(process.versions.v8.startsWith('11.') ? ['--interrupt-budget=1000000'] : []),
  ]);
}

/**
 * Call it before a log is read. V8 would let the heap grow to four times what is kept: 420 MB for a million
 * events, of which 90 are checkpoints.
 */
export function tuneV8ForLogs(): void {
  setFlags(['--heap-growing-percent=40']);
}
