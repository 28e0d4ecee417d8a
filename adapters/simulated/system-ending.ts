/**
 * The port `SystemEnding` of a simulated world: its processes are ended for real, its file systems
 * are only let go of, and then the world stands still, unless its kernel refuses.
 *
 * @module
 */
import type { EventLog, SystemEnding } from '../../effects/ports';
import type { SystemEnd } from '../../machines/events';
import { killWaitMs } from '../../machines/limits';
import { signals } from '../../machines/service-context';
import { simulatedError } from './behaviours';
import { createEmitter } from './ports';
import type { ProcessTable } from './process-table';
import type { Schedule } from './schedule';

export interface SimulatedSystemEndingOptions {
  readonly schedule: Schedule;
  readonly table: ProcessTable;
  readonly log: Pick<EventLog, 'release'>;
  /** Does reboot(2) refuse? */
  readonly refuses: () => boolean;
  readonly ended: (how: SystemEnd) => void;
}

const microsecondsPerMillisecond = 1_000;
const lookAgainUs = 10_000;
const unmountUs = 100_000;

export function createSimulatedSystemEnding(options: SimulatedSystemEndingOptions): SystemEnding {
  const { schedule, table, log, refuses, ended } = options;
  const { occurrence$, emit } = createEmitter(schedule);
  const killAll = (signal: number): void => {
    for (const { pid } of [...table.all()]) table.kill(pid, signal);
  };
  const areLeft = (): boolean => [...table.all()].length > 0;
  /** Calls back when nobody is left, or when `limitMs` have passed. */
  const waitForEnds = (limitMs: number, done: (haveEnded: boolean) => void): void => {
    const untilUs = schedule.now() + limitMs * microsecondsPerMillisecond;
    const look = (): void => {
      if (areLeft() && schedule.now() < untilUs) schedule.after(lookAgainUs, look);
      else done(!areLeft());
    };
    schedule.after(0, look);
  };
  return {
    occurrence$,
    endProcesses({ graceMs }, cause) {
      killAll(signals.SIGTERM);
      killAll(signals.SIGCONT);
      waitForEnds(graceMs, (haveEnded) => {
        if (haveEnded) {
          emit({ type: 'ProcessesEnded', by: 'TERM' }, cause);
          return;
        }
        killAll(signals.SIGKILL);
        waitForEnds(killWaitMs, (areKilled) => {
          emit({ type: 'ProcessesEnded', by: areKilled ? 'KILL' : 'left' }, cause);
        });
      });
    },
    endSystem({ how }, cause) {
      log.release();
      schedule.after(unmountUs, () => {
        if (refuses())
          emit({ type: 'SystemEndFailed', how, error: simulatedError('EPERM') }, cause);
        else ended(how);
      });
    },
  };
}
