/**
 * Reaps whatever ends. SIGCHLD says that something has and, where that can be learnt, what: that one is
 * asked for alone, since the kernel looks at all children when it is asked for any. Several ends may come
 * as one signal, and those from before the handler was there come with none: so any child is asked for
 * all the same, a moment later and at the start.
 *
 * @module
 */
import type { ExitStatus } from '../machines/events';
import type { Children } from './children';
import { noteChildSignals } from './libc/child-signals';
import { reapOne, type Reaped } from './libc/wait';
import { feedWatchdog } from './libc/watchdog';
import type { Watches } from './watches';

/** A spawn that hangs must not hold back the end of a stranger for long. */
const holdBackDelayMs = 50;
/** Who ended at the same moment as another, so that only one signal came, is found by then. */
const sweepDelayMs = 10;

export interface ReaperOptions {
  readonly children: Children;
  readonly dropWatch: Watches['drop'];
  /** Says whether a child may exist whose PID is not known yet. */
  readonly areSpawnsUnderWay: () => boolean;
  /** Has what is known of them by now told. */
  readonly settleSpawns: () => void;
  readonly onExited: (pid: number, status: ExitStatus, cause: number | undefined) => void;
  /** For specs. */
  readonly noteSignals?: typeof noteChildSignals;
}

export interface Reaper {
  sweep(): void;
  /** Returns the number of a spawn that begins. */
  spawnBegun(): number;
  /** Takes note of a new child, and of its end if that was noticed before. */
  spawned(pid: number, cause: number, spawn: number): void;
  /** Takes note of a child that could not execute its program. */
  spawnFailed(): void;
  /** To be called last, when a spawn has come to its end either way. */
  spawnEnded(): void;
  close(): void;
}

/** Begins to reap, first in a later turn. */
export function createReaper(options: ReaperOptions): Reaper {
  const { children, dropWatch, areSpawnsUnderWay, settleSpawns, onExited } = options;
  const { noteSignals = noteChildSignals } = options;
  const holdBack = (reaped: Reaped): void => {
    children.holdBack(reaped);
    setTimeout(() => {
      if (children.giveUp(reaped)) onExited(reaped.pid, reaped.status, undefined);
    }, holdBackDelayMs).unref();
  };
  const report = (reaped: Reaped): void => {
    const { pid, status } = reaped;
    const ownCause = children.reaped(pid);
    const watchCause = dropWatch(pid);
    const cause = ownCause ?? watchCause;
    if (cause === undefined && areSpawnsUnderWay()) holdBack(reaped);
    else onExited(pid, status, cause);
  };
  let later: NodeJS.Timeout | undefined;
  const sweep = (): void => {
    settleSpawns();
    feedWatchdog();
    clearTimeout(later);
    later = undefined;
    for (let reaped = reapOne(); reaped !== undefined; reaped = reapOne()) report(reaped);
  };
  const reapTold = (): void => {
    const pids = told?.take();
    if (pids === undefined) {
      sweep();
      return;
    }
    settleSpawns();
    // A child that was stopped or went on comes here as well, and nothing follows.
    feedWatchdog();
    for (const pid of pids) {
      const reaped = reapOne(pid);
      if (reaped !== undefined) report(reaped);
    }
    later ??= setTimeout(sweep, sweepDelayMs).unref();
  };
  process.on('SIGCHLD', reapTold);
  const told = noteSignals();
  const first = setImmediate(sweep);
  return {
    sweep,
    spawnBegun: children.spawnBegun,
    spawned(pid, cause, spawn) {
      const { ended } = children.spawned(pid, cause, spawn);
      if (ended !== undefined) onExited(pid, ended.status, cause);
    },
    spawnFailed: children.spawnFailed,
    spawnEnded() {
      if (areSpawnsUnderWay()) return;
      for (const { pid, status } of children.settle()) onExited(pid, status, undefined);
    },
    close() {
      clearImmediate(first);
      clearTimeout(later);
      process.off('SIGCHLD', reapTold);
    },
  };
}
