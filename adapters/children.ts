/**
 * Which PIDs are ours: spawned and not yet reaped. Only these may be signalled, because the kernel
 * gives a PID to nobody else before it is reaped.
 *
 * A child may be reaped before the thread that spawned it reports its PID. So while spawns are under
 * way, an unknown PID that was reaped is held back until it is known whose it was. It may also be
 * the child of a spawn that fails, which libc reaps if we do not get it first.
 *
 * @module
 */
import type { Reaped } from './libc/wait';

/** The children of minit; `cause` is the seq of the event to which an end would be traced. */
export interface Children {
  /** Takes note of a new child; returns how it has ended if it was reaped before. */
  spawned(pid: number, cause: number): SpawnedChild;
  has(pid: number): boolean;
  signalled(pid: number, cause: number): void;
  /** Forgets a child; returns its cause, if it was one. */
  reaped(pid: number): number | undefined;
  /** Holds back the end of a process that may turn out to be a child. */
  holdBack(reaped: Reaped): void;
  /** A spawn has failed after the fork. Its child may be among those held back: never to be reported. */
  readonly spawnFailed: () => void;
  /** Ends the holding back, if it lasts; the PID stays known as ended while spawns are under way. */
  giveUp(reaped: Reaped): boolean;
  /** No spawn is under way any more: returns the strangers that are still held back. */
  settle(): readonly Reaped[];
}

/** `ended`: it has been reaped, and that has not been reported yet. */
export type SpawnedChild = { readonly ended?: Reaped };

/** How the child of posix_spawn(3) exits when it cannot execute the program, in glibc and in musl. */
const spawnFailedCode = 127;

const mayBeFailedSpawn = ({ status }: Reaped): boolean =>
  'code' in status && status.code === spawnFailedCode;

/** Returns an empty set of children. */
export function createChildren(): Children {
  const causeByPid = new Map<number, number>();
  const heldBackByPid = new Map<number, Reaped>();
  const reportedPids = new Set<number>();
  let failedSpawns = 0;
  return {
    spawned(pid, cause) {
      const ended = heldBackByPid.get(pid);
      heldBackByPid.delete(pid);
      if (ended !== undefined) return { ended };
      if (!reportedPids.delete(pid)) causeByPid.set(pid, cause);
      return {};
    },
    has: (pid) => causeByPid.has(pid),
    signalled(pid, cause) {
      causeByPid.set(pid, cause);
    },
    reaped(pid) {
      const cause = causeByPid.get(pid);
      causeByPid.delete(pid);
      return cause;
    },
    holdBack(reaped) {
      heldBackByPid.set(reaped.pid, reaped);
    },
    giveUp(reaped) {
      const { pid } = reaped;
      if (heldBackByPid.get(pid) !== reaped || mayBeFailedSpawn(reaped)) return false;
      heldBackByPid.delete(pid);
      reportedPids.add(pid);
      return true;
    },
    spawnFailed() {
      failedSpawns += 1;
    },
    settle() {
      const strangers = [...heldBackByPid.values()].filter((reaped) => {
        if (!mayBeFailedSpawn(reaped) || failedSpawns === 0) return true;
        failedSpawns -= 1;
        return false;
      });
      heldBackByPid.clear();
      reportedPids.clear();
      failedSpawns = 0;
      return strangers;
    },
  };
}
