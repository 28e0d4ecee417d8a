/**
 * minit has failed too often in a row: the console belongs to an administrator until the emergency shell
 * ends. Meanwhile children are reaped, or their PIDs would run out, and their ends are told: the program that
 * goes on afterwards must not take for a service what has its PID by then.
 *
 * @module
 */
import type { Role, SignalName } from '../../machines/events';
import { emergencyRetryDelayMs, emergencyShortLifeUs } from '../../machines/limits';
import { hearSignals } from '../early-signals';
import { emergencyShell } from '../emergency-shell';
import { say } from '../last-words';
import { reapOne, type Reaped } from '../libc/wait';
import { feedWatchdog } from '../libc/watchdog';
import { createLogPipes } from '../log-pipes';
import { nowMs } from '../monotonic';
import { limitOpenFiles, openFilesOfServices } from '../open-files';
import { createSpawner } from '../spawn';

export interface Administration {
  readonly role: Role;
  /** A child has ended. */
  readonly onReaped: (reaped: Reaped) => void;
  /** The console is ours again, or somebody wants something else of minit. */
  readonly onEnded: () => void;
  /** Before the shell is tried again, or minit goes on without, or after one that ended at once; for specs. */
  readonly pauseMs?: number;
}

const shortLifeMs = emergencyShortLifeUs / 1_000;

/** The orderly end, which only a minit that goes on can do. */
const endsWaiting: Readonly<Record<Role, readonly SignalName[]>> = {
  machine: ['SIGTERM', 'SIGUSR1', 'SIGUSR2'],
  container: ['SIGTERM', 'SIGPWR'],
  process: [],
};

/** Gives the console away. In a container there may be no shell at all: then nobody would ever end the waiting. */
export function giveConsoleAway(administration: Administration): void {
  const { role, onReaped, onEnded, pauseMs = emergencyRetryDelayMs } = administration;
  limitOpenFiles(openFilesOfServices());
  const spawner = createSpawner(createLogPipes());
  let shellPid: number | undefined;
  let isOver = false as boolean;
  let pause: NodeJS.Timeout | undefined;
  /** A shell may have ended before the thread that started it tells its PID. */
  const endedPids = new Set<number>();
  const goOn = (): void => {
    if (isOver) return;
    isOver = true;
    clearTimeout(pause);
    process.off('SIGCHLD', sweep);
    onEnded();
  };
  let begunAt = nowMs();
  /** After one that ended at once a minit that fails again would have no pause, and others no CPU. */
  const goOnWhenEnded = (): void => {
    if (pause !== undefined || shellPid === undefined || !endedPids.has(shellPid)) return;
    if (nowMs() - begunAt >= shortLifeMs) goOn();
    else pause = setTimeout(goOn, pauseMs);
  };
  const sweep = (): void => {
    feedWatchdog();
    for (let reaped = reapOne(); reaped !== undefined; reaped = reapOne()) {
      onReaped(reaped);
      if (shellPid === undefined || reaped.pid === shellPid) endedPids.add(reaped.pid);
    }
    goOnWhenEnded();
  };
  const start = (): void => {
    endedPids.clear();
    pause = undefined;
    begunAt = nowMs();
    const shell = emergencyShell();
    spawner.start({ params: shell, cause: 0, isAwaited: true }, (outcome) => {
      if ('pid' in outcome) {
        shellPid = outcome.pid;
        goOnWhenEnded();
        return;
      }
      const isLast = role === 'container';
      const then = isLast ? 'minit goes on without' : 'trying again';
      say(
        `error: no emergency shell, ${shell.path}: ${outcome.hint ?? outcome.error.code}; ${then}`,
      );
      pause = setTimeout(isLast ? goOn : start, pauseMs);
    });
  };
  process.on('SIGCHLD', sweep);
  hearSignals((signal) => {
    if (endsWaiting[role].includes(signal)) goOn();
  });
  if (!isOver) start();
}
