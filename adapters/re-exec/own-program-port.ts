/**
 * The port `OwnProgram`: executes minit anew because somebody asked for it. First the program that is to
 * go on must show that it starts at all: an init that does not start is a kernel panic.
 *
 * @module
 */
import { Subject } from 'rxjs';
import type { Occurrence, OwnProgram } from '../../effects/ports';
import type { SystemError } from '../../machines/events';
import { describeExit } from '../../machines/describe-process';
import { trialMsMax } from '../../machines/limits';
import type { RealProcesses } from '../processes';
import type { ProgramEnd } from '../starts';
import { systemError } from '../system-error';
import { exitOtherVersion, trialProgram } from './retrying-loader';

export interface OwnProgramOptions {
  readonly now: () => number;
  readonly processes: Pick<RealProcesses, 'run' | 'areSpawnsUnderWay'>;
  /** Executes minit anew; returns why that is not possible, if at all. */
  readonly execute: () => SystemError;
  /** For specs. */
  readonly trialMsMax?: number;
}

/** A spawn that is under way has a PID that nobody knows yet; one that hangs is not waited for. */
const spawnWaitMs = 10;
const spawnWaitsMax = 200;

export function createOwnProgram(options: OwnProgramOptions): OwnProgram {
  const { now, processes, execute, trialMsMax: limitMs = trialMsMax } = options;
  const occurrence$ = new Subject<Occurrence>();
  const fail = (cause: number, error: SystemError, hint?: string): void => {
    const event = { type: 'UpdateFailed', error, ...(hint !== undefined && { hint }) } as const;
    occurrence$.next({ at: now(), cause, event });
  };
  const executeSoon = (cause: number, waits = 0): void => {
    if (processes.areSpawnsUnderWay() && waits < spawnWaitsMax)
      setTimeout(executeSoon, spawnWaitMs, cause, waits + 1);
    else fail(cause, execute());
  };
  return {
    occurrence$,
    update(cause) {
      const program = trialProgram();
      if (program === undefined) {
        fail(cause, systemError('ENOENT'), 'the path of Node itself is not known');
        return;
      }
      processes.run({ ...program, limitMs }, (end) => {
        const problem = problemOf(end, limitMs);
        if (problem === undefined) executeSoon(cause);
        else fail(cause, systemError('ENOEXEC'), problem);
      });
    },
  };
}

function problemOf(end: ProgramEnd, limitMs: number): string | undefined {
  if ('isLate' in end) return notStarted(`killed, it hung for ${String(limitMs / 1_000)} s`);
  if ('stage' in end) return notStarted(end.hint ?? end.error.code);
  const { status } = end;
  if (!('code' in status) || (status.code !== 0 && status.code !== exitOtherVersion))
    return notStarted(describeExit(status));
  if (status.code === 0) return undefined;
  return 'the new program cannot take over from this version: it will run after the next boot';
}

const notStarted = (why: string): string => `the new program does not start (${why})`;
