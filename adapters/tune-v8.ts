/**
 * Tells V8 what kind of program it runs. Of minit most code runs a few hundred times at boot and
 * hardly ever again (decision 0005); whoever folds a long log makes much garbage and keeps little.
 *
 * @module
 */
import type * as V8 from 'node:v8';

export type SetV8Flags = (flags: readonly string[]) => void;

/** As Node has it: node:v8 loads Node's streams, which takes 3 ms. */
export const setFlagsByNode: SetV8Flags = (flags) => {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- an import would be loaded at once
  const { setFlagsFromString } = require('node:v8') as typeof V8;
  flags.forEach(setFlagsFromString);
};

/**
 * For the boot. Call it before anything is hot, but not before the program is compiled: V8 takes a code cache only
 * with the flags that it was made with (decision 0014), and so with those of Node's own modules that are loaded later.
 */
export function tuneV8(setFlags: SetV8Flags): void {
  setFlags([
    // TurboFan is 4 MB of Node's program that nothing else brings into memory, for a boot that is over before it
    // has helped. Maglev, where there is one, is not meant by this.
    '--no-opt',
    // A young generation that has grown is memory that is not given back: 7 MB after a big boot.
    '--semi-space-growth-factor=1',
  ]);
}

/** Takes {@link tuneV8} back, for whoever makes a code cache: it is for a Node as it begins. */
export function untuneV8(setFlags: SetV8Flags, v8Version = process.versions.v8): void {
  setFlags([
    '--opt',
    '--semi-space-growth-factor=2',
    // Node 22: V8 has concluded its contrary from --no-opt, and does not take that back with it.
    ...(majorOf(v8Version) === 12 ? ['--osr-from-maglev'] : []),
  ]);
}

const majorOf = (version: string): number => Number.parseInt(version, 10);

/**
 * From here on Maglev, V8's quick optimizer, is on by itself: a boot of hundreds has it already, and the slow one
 * that {@link tuneV8} has put off brings nothing more (decision 0023).
 */
const firstV8WithMaglev = 13;

/** For a big boot or a long life: call it when so much has happened that more of the same is to be expected. */
export function letV8Optimize(setFlags: SetV8Flags, v8Version = process.versions.v8): void {
  const version = majorOf(v8Version);
  if (version >= firstV8WithMaglev) return;
  setFlags([
    '--opt',
    // What is hot in the long run. Later versions count in other ways, and complain of a flag that they do not know.
    ...(version === 11 ? ['--interrupt-budget=1000000'] : []),
  ]);
}

/** From here on the young generation may grow to 64 MB, which was 32 before. */
const firstV8WithWideYouth = 13;

/**
 * Call it before a log is read. V8 would let the heap grow to four times what is kept: 420 MB for a million
 * events, of which 90 are checkpoints. A young generation that does not grow costs older versions a tenth of their
 * speed; later ones it costs nothing, and without it they take 350 MB (decision 0026).
 */
export function tuneV8ForLogs(
  setFlags: SetV8Flags = setFlagsByNode,
  v8Version = process.versions.v8,
): void {
  const isWide = majorOf(v8Version) >= firstV8WithWideYouth;
  setFlags(['--heap-growing-percent=40', ...(isWide ? ['--semi-space-growth-factor=1'] : [])]);
}
