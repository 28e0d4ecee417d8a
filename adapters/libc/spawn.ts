/**
 * Starting a process. fork(2) is impossible under V8, and an exec may hang (a dead file server), which must not stop PID 1.
 *
 * @module
 */
import { canClone, settleClones, spawnByClone } from './clone-spawn';
import type { NativeSpawn, SpawnDone } from './native-spawn';
import { spawnByLibc } from './posix-spawn';

export type { NativeOutcome, NativeSpawn } from './native-spawn';
export { keepInheritedFdsFromChildren } from './posix-spawn';

/** Starts a process; `done` is called when its exec is through, or has failed: later, or at once where it could not be tried. */
export function spawnProcess(request: NativeSpawn, done: SpawnDone): void {
  if (!spawnByClone(request, done)) spawnByLibc(request, done);
}

/** Says whether each start holds a thread of libuv's pool until its exec is through. */
export const holdThreads = (): boolean => !canClone();

/** Says `done` of whatever is through by now, without waiting to be told. */
export const settleSpawns = settleClones;
