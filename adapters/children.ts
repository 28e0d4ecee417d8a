/**
 * Which PIDs are ours: spawned and not yet reaped. Only these may be signalled, because the kernel
 * gives a PID to nobody else before it is reaped.
 *
 * A child may be reaped before its start is told. So while spawns are under way, an unknown PID that was
 * reaped is held back until it is known whose it was. It may also be the child of a spawn that fails,
 * which libc reaps if we do not get it first. An exec can hang for days,
 * and by then the kernel gives the PID of a stranger again: what was reaped before a spawn began is not its child.
 *
 * @module
 */
import type { Reaped } from './libc/wait';

/** The children of minit; `cause` is the seq of the event to which an end would be traced. */
export interface Children {
  /** A spawn begins: returns its number, from 1 on. */
  spawnBegun(): number;
  /** Takes note of a new child; returns how it has ended if it was reaped before. `spawn`: its number; 0 for an older one. */
  spawned(pid: number, cause: number, spawn: number): SpawnedChild;
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

/** `begun`: the number of the last spawn that had begun by then. */
interface HeldBack {
  readonly reaped: Reaped;
  readonly begun: number;
}

/** How a child exits that cannot execute the program: of glibc's posix_spawn(3), of musl's, and ours. */
const spawnFailedCode = 127;

const mayBeFailedSpawn = ({ status }: Reaped): boolean =>
  'code' in status && status.code === spawnFailedCode;

/** Returns an empty set of children. */
export function createChildren(): Children {
  const causeByPid = new Map<number, number>();
  const heldBackByPid = new Map<number, HeldBack>();
  /** With the number of the last spawn that had begun by the time they were reaped. */
  const reportedPids = new Map<number, number>();
  let begun = 0;
  let failedSpawns = 0;
  return {
    spawnBegun() {
      begun += 1;
      return begun;
    },
    spawned(pid, cause, spawn) {
      const heldBack = heldBackByPid.get(pid);
      const reported = reportedPids.get(pid) ?? -1;
      // What is left of a stranger must not be taken for the child's.
      heldBackByPid.delete(pid);
      reportedPids.delete(pid);
      if (heldBack !== undefined && heldBack.begun >= spawn) return { ended: heldBack.reaped };
      if (reported < spawn) causeByPid.set(pid, cause);
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
      heldBackByPid.set(reaped.pid, { reaped, begun });
    },
    giveUp(reaped) {
      const { pid } = reaped;
      const heldBack = heldBackByPid.get(pid);
      if (heldBack?.reaped !== reaped || mayBeFailedSpawn(reaped)) return false;
      heldBackByPid.delete(pid);
      reportedPids.set(pid, heldBack.begun);
      return true;
    },
    spawnFailed() {
      failedSpawns += 1;
    },
    settle() {
      const held = [...heldBackByPid.values()].map(({ reaped }) => reaped);
      const strangers = held.filter((reaped) => {
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
