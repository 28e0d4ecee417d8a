/**
 * Processes that are no children of ours, held by a pidfd, so that a PID used again is never taken
 * for the one that was meant. Kernels before 5.3, and sandboxes without the call, are asked by PID
 * once a second instead, which excludes nothing, and is said.
 *
 * @module
 */
import { closeSync } from 'node:fs';
import { errnos } from './errnos';
import { openPidfd, signalPidfd } from './libc/pidfd';
import { killProcess } from './libc/process';
import { watchReadable } from './libc/readiness';
import { feedWatchdog } from './libc/watchdog';
import type { MissingMeans } from './missing-means';
import { isInTheWay, outOfTheWay } from './open-files';

const askDelayMs = 1_000;

interface Watch {
  cause: number;
  /** Returns the errno, 0 for success. */
  readonly signal: (signal: number) => number;
  readonly stop: () => void;
}

export interface Watches {
  /** Begins to watch; `onVanished` in time gets the PID and the cause of its end. Never calls back at once. */
  add(pid: number, cause: number): void;
  /** Signals a watched process; `undefined` when it is not watched, otherwise the errno or 0. */
  signal(pid: number, signal: number, cause: number): number | undefined;
  /** Stops watching; returns the cause, if it was watched. */
  readonly drop: (pid: number) => number | undefined;
  close(): void;
}

/**
 * Returns an empty set of watches. `beforeVanished` is called first and may drop the watch: a
 * process that has become our child is reaped, and then its exit status is known.
 */
export function createWatches(
  onVanished: (pid: number, cause: number) => void,
  beforeVanished: () => void,
  onMissing?: MissingMeans['note'],
): Watches {
  const watchByPid = new Map<number, Watch>();
  const drop = (pid: number): number | undefined => {
    const watch = watchByPid.get(pid);
    watch?.stop();
    watchByPid.delete(pid);
    return watch?.cause;
  };
  const vanished = (pid: number): void => {
    beforeVanished();
    const cause = drop(pid);
    if (cause !== undefined) onVanished(pid, cause);
  };
  return {
    add(pid, cause) {
      drop(pid);
      watchByPid.set(pid, { cause, ...begin(pid, vanished, onMissing) });
    },
    signal(pid, signal, cause) {
      const watch = watchByPid.get(pid);
      if (watch === undefined) return undefined;
      const errno = watch.signal(signal);
      if (errno === 0) watch.cause = cause;
      return errno;
    },
    drop,
    close() {
      for (const pid of [...watchByPid.keys()]) drop(pid);
    },
  };
}

type Begun = Omit<Watch, 'cause'>;

function begin(
  pid: number,
  vanished: (pid: number) => void,
  onMissing?: MissingMeans['note'],
): Begun {
  const opened = openPidfd(pid);
  const [pidfd = opened] = opened >= 0 && isInTheWay(opened) ? outOfTheWay([opened]) : [];
  if (pidfd >= 0) {
    const stopWatching = watchReadable(pidfd, () => {
      vanished(pid);
    });
    return {
      signal: (signal) => signalPidfd(pidfd, signal),
      stop: () => {
        stopWatching();
        closeSync(pidfd);
      },
    };
  }
  const isGone = pidfd === -errnos.ESRCH || killProcess(pid, 0) === errnos.ESRCH;
  if (isGone) return gone(pid, vanished);
  onMissing?.('process-watch', -pidfd);
  return askByPid(pid, vanished);
}

function gone(pid: number, vanished: (pid: number) => void): Begun {
  const soon = setImmediate(vanished, pid);
  return {
    signal: () => errnos.ESRCH,
    stop: () => {
      clearImmediate(soon);
    },
  };
}

function askByPid(pid: number, vanished: (pid: number) => void): Begun {
  const timer = setInterval(() => {
    feedWatchdog();
    if (killProcess(pid, 0) === errnos.ESRCH) vanished(pid);
  }, askDelayMs);
  return {
    signal: (signal) => killProcess(pid, signal),
    stop: () => {
      clearInterval(timer);
    },
  };
}
