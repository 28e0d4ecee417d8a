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
import { createSpawner } from '../spawn';

/** Gives the console away; calls `onEnded` when it is ours again. */
export function giveConsoleAway(onEnded: () => void): void {
  const spawner = createSpawner(createLogPipes());
  let shellPid: number | undefined;
  const sweep = (): void => {
    for (let reaped = reapOne(); reaped !== undefined; reaped = reapOne()) {
      if (reaped.pid !== shellPid) continue;
      process.off('SIGCHLD', sweep);
      onEnded();
      return;
    }
  };
  const start = (): void => {
    const shell = emergencyShell();
    spawner.start(shell, 0, (outcome) => {
      if ('pid' in outcome) {
        shellPid = outcome.pid;
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
