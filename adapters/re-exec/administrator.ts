/**
 * minit has failed too often in a row: the console belongs to an administrator until the emergency shell
 * ends. Meanwhile children are reaped, or their PIDs would run out, and their ends are told: the program that
 * goes on afterwards must not take for a service what has its PID by then.
 *
 * @module
 */
import { emergencyRetryDelayMs } from '../../machines/limits';
import { emergencyShell } from '../emergency-shell';
import { say } from '../last-words';
import { reapOne, type Reaped } from '../libc/wait';
import { createLogPipes } from '../log-pipes';
import { createSpawner } from '../spawn';

export interface Administration {
  /** A child has ended. */
  readonly onReaped: (reaped: Reaped) => void;
  /** The console is ours again. */
  readonly onEnded: () => void;
}

/** Gives the console away. */
export function giveConsoleAway({ onReaped, onEnded }: Administration): void {
  const spawner = createSpawner(createLogPipes());
  let shellPid: number | undefined;
  /** A shell may have ended before the thread that started it tells its PID. */
  const endedPids = new Set<number>();
  const goOnWhenEnded = (): void => {
    if (shellPid === undefined || !endedPids.has(shellPid)) return;
    process.off('SIGCHLD', sweep);
    onEnded();
  };
  const sweep = (): void => {
    for (let reaped = reapOne(); reaped !== undefined; reaped = reapOne()) {
      onReaped(reaped);
      if (shellPid === undefined || reaped.pid === shellPid) endedPids.add(reaped.pid);
    }
    goOnWhenEnded();
  };
  const start = (): void => {
    endedPids.clear();
    const shell = emergencyShell();
    spawner.start(shell, 0, (outcome) => {
      if ('pid' in outcome) {
        shellPid = outcome.pid;
        goOnWhenEnded();
        return;
      }
      const reason = outcome.hint ?? outcome.error.code;
      say(`error: no emergency shell, ${shell.path}: ${reason}; trying again`);
      setTimeout(start, emergencyRetryDelayMs);
    });
  };
  process.on('SIGCHLD', sweep);
  start();
}
