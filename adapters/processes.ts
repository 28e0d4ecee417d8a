/**
 * The port `Processes`: the one owner of all children. `node:child_process` must never be loaded
 * beside it: the waitpid(-1) here would take the statuses that libuv waits for.
 *
 * @module
 */
import { Subject } from 'rxjs';
import type { Occurrence, Processes } from '../effects/ports';
import type { SpawnProcessParams } from '../machines/effects';
import type { MinitEvent, SpawnStage } from '../machines/events';
import { createChildren } from './children';
import { errnos, libcError } from './libc/errors';
import { killProcess } from './libc/process';
import { createLogPipes } from './log-pipes';
import type { MissingMeans } from './missing-means';
import { createReaper, type Reaper } from './reaper';
import { createSpawner, type Spawner } from './spawn';
import { createWatches } from './watches';

export interface ProcessesOptions {
  /** CLOCK_BOOTTIME, µs. */
  readonly now: () => number;
  /** What the kernel refuses. */
  readonly onMissing?: MissingMeans['note'];
}

export interface RealProcesses extends Processes {
  /** Stops reaping and watching and closes the log pipes. The processes go on. */
  close(): void;
}

/** Asks for the password of root, then starts a shell: sulogin(8). */
const emergencyShellDefault = '/sbin/sulogin';

/** Returns the processes of this machine and begins to reap. Does not keep the program alive. */
export function createProcesses({ now, onMissing }: ProcessesOptions): RealProcesses {
  const occurrence$ = new Subject<Occurrence>();
  const emit = (event: MinitEvent, cause?: number): void => {
    occurrence$.next({ at: now(), ...(cause !== undefined && { cause }), event });
  };
  const children = createChildren();
  const logPipes = createLogPipes();
  const spawner = createSpawner(logPipes, onMissing);
  const watches = createWatches(
    (pid, cause) => {
      emit({ type: 'ProcessVanished', pid }, cause);
    },
    () => {
      reaper.sweep();
    },
    onMissing,
  );
  const reaper = createReaper({
    children,
    dropWatch: watches.drop,
    areSpawnsUnderWay: spawner.areSpawnsUnderWay,
    onExited: (pid, status, cause) => {
      emit({ type: 'ProcessExited', pid, status }, cause);
    },
  });
  const start = startWith({ spawner, reaper, emit });

  return {
    occurrence$,
    spawn(params, cause) {
      start(params, cause);
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
      const path = process.env['MINIT_EMERGENCY'] ?? emergencyShellDefault;
      start({ service: '', path, argv: [path], workingDirectory: '/' }, cause, () => undefined);
    },
    close() {
      reaper.close();
      watches.close();
      logPipes.closeAll();
    },
  };
}

type Emit = (event: MinitEvent, cause?: number) => void;

interface Parts {
  readonly spawner: Spawner;
  readonly reaper: Reaper;
  readonly emit: Emit;
}

/** Returns what starts a process, keeps its PID and reports the outcome, in this order: spawned, exited. */
function startWith({ spawner, reaper, emit }: Parts) {
  return (params: SpawnProcessParams, cause: number, report: Emit = emit): void => {
    const { service } = params;
    spawner.start(params, (outcome) => {
      if ('pid' in outcome) {
        report({ type: 'ProcessSpawned', service, pid: outcome.pid }, cause);
        reaper.spawned(outcome.pid, cause);
      } else {
        if (isAfterFork(outcome.stage)) reaper.spawnFailed();
        report({ type: 'SpawnFailed', service, ...outcome }, cause);
      }
      reaper.spawnEnded();
    });
  };
}

const isAfterFork = (stage: SpawnStage): boolean =>
  stage === 'change-directory' || stage === 'execute';
