/**
 * Which PIDs are ours: spawned and not yet reaped. Only these may be signalled, because the kernel
 * gives a PID to nobody else before it is reaped.
 *
 * A child may be reaped before the thread that spawned it reports its PID. So while spawns are under
 * way, an unknown PID that was reaped is held back until it is known whose it was.
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
  /** Returns what is held back, once; the PIDs stay known as ended while spawns are under way. */
  takeHeldBack(): readonly Reaped[];
  /** No spawn is under way any more: returns what is still held back, all of it strangers. */
  settle(): readonly Reaped[];
}

/** `ended`: it has been reaped, and that has not been reported yet. */
export type SpawnedChild = { readonly ended?: Reaped };

/** Returns an empty set of children. */
export function createChildren(): Children {
  const causeByPid = new Map<number, number>();
  const heldBackByPid = new Map<number, Reaped>();
  const reportedPids = new Set<number>();
  const take = (): readonly Reaped[] => {
    const all = [...heldBackByPid.values()];
    heldBackByPid.clear();
    return all;
  };
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
    takeHeldBack() {
      const all = take();
      for (const { pid } of all) reportedPids.add(pid);
      return all;
    },
    settle() {
      reportedPids.clear();
      return take();
    },
  };
}
