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
  /** The nice level that it gets, cut off by the kernel; absent: ours. */
  readonly niceLevel?: number | undefined;
  /** Somebody goes on only when its outcome is known; else that may be told a little later. */
  readonly isAwaited?: boolean | undefined;
}

/** What a start can fail at. */
export type FailedCall = 'clone' | 'terminal' | 'standard-files' | 'change-directory' | 'execute';

export type NativeOutcome =
  /** `niceErrno`: why it has our nice level; 0 where nothing was refused. */
  | { readonly pid: number; readonly niceErrno: number }
  /** `failedCall` is absent where that is not known. */
  | { readonly errno: number; readonly failedCall?: FailedCall | undefined };

export type SpawnDone = (outcome: NativeOutcome) => void;
