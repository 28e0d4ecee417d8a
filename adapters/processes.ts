/**
 * The port `Processes`: the one owner of all children. `node:child_process` must never be loaded
 * beside it: the waitpid(-1) here would take the statuses that libuv waits for.
 *
 * @module
 */
import { existsSync } from 'node:fs';
import { Subject } from 'rxjs';
import type { Occurrence, Processes } from '../effects/ports';
import type { ServiceName } from '../machines/definition';
import type { SpawnProcessParams } from '../machines/effects';
import type { ExitStatus, MinitEvent, SpawnStage } from '../machines/events';
import { createChildren, type Children } from './children';
import { emergencyShell, shellFailed } from './emergency-shell';
import { errnos, libcError } from './libc/errors';
import type { Pipe } from './libc/pipe';
import { killProcess } from './libc/process';
import { isChild } from './libc/wait';
import { createLogPipes, type PipeKeeper } from './log-pipes';
import { createReaper, type Reaper } from './reaper';
import { createSpawner, type PidMemory, type SpawnOutcome, type Spawner } from './spawn';
import type { SpawnProblem } from './spawn-failure';
import { createWatches, type Watches } from './watches';

export interface ProcessesOptions {
  /** CLOCK_BOOTTIME, µs. */
  readonly now: () => number;
  readonly pidMemory?: PidMemory;
  readonly pipeKeeper?: PipeKeeper;
  /** For a minit that was executed anew: what the program before has left. */
  readonly resumed?: ResumedProcesses;
}

export interface ResumedProcesses {
  /** On record: children, or watched. Some may have gone meanwhile. */
  readonly pids: readonly number[];
  /** The event to which their ends are traced. */
  readonly cause: number;
  readonly logPipes: ReadonlyMap<ServiceName, Pipe>;
  /** Processes whose start is not on record yet, by service; the empty name is the emergency shell. */
  readonly startedPids: ReadonlyMap<ServiceName, number>;
}

/** What becomes of a program that is run for minit itself, not for a service. */
export type ProgramEnd = { readonly status: ExitStatus } | SpawnProblem;

export interface RealProcesses extends Processes {
  /** Runs a program, without a terminal and unheard; its end is no event. */
  run(program: { path: string; argv: readonly string[] }, done: (end: ProgramEnd) => void): void;
  readonly areSpawnsUnderWay: () => boolean;
  /** Stops reaping and watching and closes the log pipes. The processes go on. */
  close(): void;
}

/** Returns the processes of this machine and begins to reap. Does not keep the program alive. */
export function createProcesses(options: ProcessesOptions): RealProcesses {
  const { now, resumed } = options;
  const occurrence$ = new Subject<Occurrence>();
  const emit = (event: MinitEvent, cause?: number): void => {
    occurrence$.next({ at: now(), ...(cause !== undefined && { cause }), event });
  };
  const children = createChildren();
  const logPipes = createLogPipes(options.pipeKeeper, resumed?.logPipes);
  const spawner = createSpawner(logPipes, options.pidMemory);
  const ownPrograms = new Map<number, (end: ProgramEnd) => void>();
  const watches = createWatches(
    (pid, cause) => {
      emit({ type: 'ProcessVanished', pid }, cause);
    },
    () => {
      reaper.sweep();
    },
  );
  const reaper = createReaper({
    children,
    dropWatch: watches.drop,
    areSpawnsUnderWay: spawner.areSpawnsUnderWay,
    onExited: (pid, status, cause) => {
      const done = ownPrograms.get(pid);
      ownPrograms.delete(pid);
      if (done !== undefined) done({ status });
      else emit({ type: 'ProcessExited', pid, status }, cause);
    },
  });
  const start = startWith({ spawner, reaper });
  if (resumed !== undefined) takeOver(resumed, children, watches);

  return {
    occurrence$,
    areSpawnsUnderWay: spawner.areSpawnsUnderWay,
    spawn(params, cause) {
      const { service } = params;
      const pid = takeStarted(resumed, service);
      if (pid !== undefined) {
        emit({ type: 'ProcessSpawned', service, pid }, cause);
        reaper.spawned(pid, cause);
        return;
      }
      start(params, cause, (outcome) => {
        if ('pid' in outcome) emit({ type: 'ProcessSpawned', service, pid: outcome.pid }, cause);
        else emit({ type: 'SpawnFailed', service, ...outcome }, cause);
      });
    },
    run({ path, argv }, done) {
      const silent = existsSync('/dev/null') ? { input: '/dev/null', output: '/dev/null' } : {};
      start({ service: '', path, argv, workingDirectory: '/', ...silent }, 0, (outcome) => {
        if ('pid' in outcome) ownPrograms.set(outcome.pid, done);
        else done(outcome);
      });
    },
    signal({ service, pid, signal }, cause) {
      const errno = children.has(pid)
        ? killProcess(pid, signal)
        : (watches.signal(pid, signal, cause) ?? errnos.ESRCH);
      if (errno !== 0) {
        emit({ type: 'SignalFailed', service, pid, signal, error: libcError(errno) }, cause);
      } else if (children.has(pid)) {
        children.signalled(pid, cause);
      }
    },
    watch({ pid }, cause) {
      watches.add(pid, cause);
    },
    probe({ request, pid }, cause) {
      // EPERM: there is such a process, it is only not ours to signal (kill(2)).
      const alive = pid > 0 && killProcess(pid, 0) !== errnos.ESRCH;
      emit({ type: 'ProcessProbed', request, pid, alive }, cause);
    },
    closeLogPipe({ service }) {
      logPipes.close(service);
    },
    startEmergencyShell(cause) {
      const shell = emergencyShell();
      const pid = takeStarted(resumed, shell.service);
      if (pid !== undefined) {
        emit({ type: 'EmergencyShellStarted', pid }, cause);
        reaper.spawned(pid, cause);
        return;
      }
      start(shell, cause, (outcome) => {
        if ('pid' in outcome) emit({ type: 'EmergencyShellStarted', pid: outcome.pid }, cause);
        else emit(shellFailed(shell.path, outcome), cause);
      });
    },
    close() {
      reaper.close();
      watches.close();
      logPipes.closeAll();
    },
  };
}

interface Parts {
  readonly spawner: Spawner;
  readonly reaper: Reaper;
}

/** Returns what starts a process, reports the outcome and keeps its PID, in this order: spawned, exited. */
function startWith({ spawner, reaper }: Parts) {
  return (
    params: SpawnProcessParams,
    cause: number,
    report: (outcome: SpawnOutcome) => void,
  ): void => {
    spawner.start(params, cause, (outcome) => {
      if ('pid' in outcome) {
        report(outcome);
        reaper.spawned(outcome.pid, cause);
      } else {
        if (isAfterFork(outcome.stage)) reaper.spawnFailed();
        report(outcome);
      }
      reaper.spawnEnded();
    });
  };
}

const isAfterFork = (stage: SpawnStage): boolean =>
  stage === 'change-directory' || stage === 'execute';

/** Whoever is not a child is watched; one that has gone is told of at once. */
function takeOver({ pids, cause }: ResumedProcesses, children: Children, watches: Watches): void {
  for (const pid of pids) {
    if (isChild(pid)) children.spawned(pid, cause);
    else watches.add(pid, cause);
  }
}

/** A process that the program before has started and told nobody of. */
function takeStarted(resumed: ResumedProcesses | undefined, service: string): number | undefined {
  const pid = resumed?.startedPids.get(service);
  return pid !== undefined && isChild(pid) ? pid : undefined;
}
