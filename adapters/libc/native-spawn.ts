/**
 * What it takes to start a process, however that is done.
 *
 * @module
 */
import type { ProgramStrings } from './spawn-block';

/** Everything the child gets. The fds become its 0, 1 and 2; it has no others. The path is absolute. */
export interface NativeSpawn extends ProgramStrings {
  /** See vectors.ts. */
  readonly envp: Buffer;
  readonly inputFd: number;
  readonly outputFd: number;
  readonly errorFd: number;
  /** Path of a terminal that becomes the controlling one. */
  readonly terminal?: string | undefined;
  /** Where the PID is written as soon as it is known. */
  readonly pidMemory?: Int32Array | undefined;
}

/** Gets 0 and the PID, or the errno. */
export type SpawnDone = (errno: number, pid: number) => void;
