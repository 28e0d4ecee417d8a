/**
 * minit has failed too often in a row: the console belongs to an administrator until the emergency shell
 * ends. Meanwhile children are reaped, and nothing is lost: the services run, and the program that goes
 * on afterwards finds out what has become of them.
 *
 * @module
 */
import { emergencyRetryDelayMs } from '../../machines/limits';
import { emergencyShell } from '../emergency-shell';
import { say } from '../last-words';
import { reapOne } from '../libc/wait';
import { createLogPipes } from '../log-pipes';
import { limitOpenFiles, openFilesOfServices } from '../open-files';
import { createSpawner } from '../spawn';

/** Gives the console away; calls `onEnded` when it is ours again. */
export function giveConsoleAway(onEnded: () => void): void {
  limitOpenFiles(openFilesOfServices());
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
