/**
 * Starting a process. fork(2) is impossible under V8, and an exec may hang (a dead file server), which must not stop PID 1.
 *
 * @module
 */
import { canClone, settleClones, spawnByClone } from './clone-spawn';
import type { NativeSpawn, SpawnDone } from './native-spawn';
import { markInheritedFds, spawnByLibc } from './posix-spawn';

export type { NativeOutcome, NativeSpawn } from './native-spawn';

/** Starts a process; `done` is called when its exec is through, or has failed: later, or at once where it could not be tried. */
export function spawnProcess(request: NativeSpawn, done: SpawnDone): void {
  if (!spawnByClone(request, done)) spawnByLibc(request, done);
}

/** Call it before the first start: a child gets no descriptors but its three. */
export function keepInheritedFdsFromChildren(): void {
  if (!canClone()) markInheritedFds();
}

/** Says whether each start holds a thread of libuv's pool until its exec is through. */
export const holdThreads = (): boolean => !canClone();

/** Says `done` of whatever is through by now, without waiting to be told. */
export const settleSpawns = settleClones;
