/**
 * Starts of processes, from the wish to the outcome: of services, of the emergency shell, and of
 * programs that minit runs for itself.
 *
 * @module
 */
import { existsSync } from 'node:fs';
import type { Processes } from '../effects/ports';
import type { ExitStatus, MinitEvent } from '../machines/events';
import { emergencyShell, shellFailed } from './emergency-shell';
import { signals } from '../machines/service-context';
import { killProcess } from './libc/process';
import type { Reaper } from './reaper';
import type { SpawnOutcome, Spawner, StartWish } from './spawn';
import type { SpawnProblem } from './spawn-failure';

/** What becomes of a program that is run for minit itself, not for a service. */
export type ProgramEnd =
  | { readonly status: ExitStatus }
  | SpawnProblem
  /** It has not ended within its limit, and is killed. */
  | { readonly isLate: true };

export interface OwnProgramRun {
  readonly path: string;
  readonly argv: readonly string[];
  readonly limitMs: number;
}

export interface Starts extends Pick<Processes, 'spawn' | 'startEmergencyShell'> {
  /** Runs a program, without a terminal and unheard; its end is no event. */
  run(program: OwnProgramRun, done: (end: ProgramEnd) => void): void;
}

export interface StartParts {
  readonly spawner: Spawner;
  readonly reaper: Reaper;
  readonly emit: (event: MinitEvent, cause?: number) => void;
  /** By PID: who waits for the end of a program that minit runs for itself. */
  readonly ownPrograms: Map<number, (end: ProgramEnd) => void>;
  /** Processes that a program before this one has started and told nobody of, by service. */
  readonly startedPids: Map<string, number>;
  /** Says of one of these whether it is there, or its end is on record. */
  readonly isOurs: (pid: number) => boolean;
}

/** Tells the outcome first, then takes note of the child: so a start is on record before its end. */
export function createStarts(parts: StartParts): Starts {
  const { spawner, reaper, emit, ownPrograms } = parts;
  const start = (wish: StartWish, tell: (outcome: SpawnOutcome) => void): void => {
    const { params, cause } = wish;
    const pid = parts.startedPids.get(params.service);
    parts.startedPids.delete(params.service);
    if (pid !== undefined && parts.isOurs(pid)) {
      tell({ pid });
      reaper.spawned(pid, cause, 0);
      return;
    }
    const spawn = reaper.spawnBegun();
    spawner.start(wish, (outcome, hadChild) => {
      if (hadChild) reaper.spawnFailed();
      tell(outcome);
      if ('pid' in outcome) reaper.spawned(outcome.pid, cause, spawn);
      reaper.spawnEnded();
    });
  };
  return {
    spawn(params, cause, isAwaited = false) {
      const { service } = params;
      start({ params, cause, isAwaited }, (outcome) => {
        if ('pid' in outcome) emit({ type: 'ProcessSpawned', service, pid: outcome.pid }, cause);
        else emit({ type: 'SpawnFailed', service, ...outcome }, cause);
      });
    },
    startEmergencyShell(cause) {
      const shell = emergencyShell();
      start({ params: shell, cause, isAwaited: false }, (outcome) => {
        if ('pid' in outcome) emit({ type: 'EmergencyShellStarted', pid: outcome.pid }, cause);
        else emit(shellFailed(shell.path, outcome), cause);
      });
    },
    run({ path, argv, limitMs }, done) {
      let pid: number | undefined;
      let isLate = false;
      const end = (what: ProgramEnd): void => {
        clearTimeout(limit);
        pid = undefined;
        if (!isLate) done(what);
      };
      // What not even SIGKILL ends (a dead file server), nor lets its exec come to an end, is not waited for.
      const limit = setTimeout(() => {
        if (pid !== undefined) killProcess(pid, signals.SIGKILL);
        isLate = true;
        done({ isLate });
      }, limitMs);
      const silent = existsSync('/dev/null') ? { input: '/dev/null', output: '/dev/null' } : {};
      const params = { service: ownName, path, argv, workingDirectory: '/', ...silent };
      start({ params, cause: 0, isAwaited: false }, (outcome) => {
        if (!('pid' in outcome)) {
          end(outcome);
          return;
        }
        pid = outcome.pid;
        ownPrograms.set(pid, end);
        if (isLate) killProcess(pid, signals.SIGKILL);
      });
    },
  };
}

/** In place of a service's name; the emergency shell has the empty one. */
const ownName = '/';
