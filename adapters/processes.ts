/**
 * The port `Processes`: the one owner of all children. `node:child_process` must never be loaded
 * beside it: the waitpid(-1) here would take the statuses that libuv waits for.
 *
 * @module
 */
import { Subject } from 'rxjs';
import type { Occurrence, Processes } from '../effects/ports';
import type { ServiceName } from '../machines/definition';
import type { ExitStatus, MinitEvent } from '../machines/events';
import { createChildren, type Children } from './children';
import { errnos } from './errnos';
import { libcError } from './libc/errors';
import type { Pipe } from './libc/pipe';
import { killProcess } from './libc/process';
import { settleSpawns } from './libc/spawn';
import { isChild } from './libc/wait';
import { createLogPipes, type PipeKeeper } from './log-pipes';
import type { MissingMeans } from './missing-means';
import { createReaper } from './reaper';
import { createSpawner, type PidMemory } from './spawn';
import { createStarts, type ProgramEnd, type Starts } from './starts';
import { createWatches, type Watches } from './watches';

export interface ProcessesOptions {
  /** CLOCK_BOOTTIME, µs. */
  readonly now: () => number;
  readonly pidMemory?: PidMemory;
  readonly pipeKeeper?: PipeKeeper;
  /** For a minit that was executed anew: what the program before has left. */
  readonly resumed?: ResumedProcesses;
  /** What the kernel refuses. */
  readonly onMissing?: MissingMeans['note'];
}

export interface ResumedProcesses {
  /** On record: children, or watched. Some may have gone meanwhile. */
  readonly pids: readonly number[];
  /** Those that were reaped already, among others. */
  readonly ended: ReadonlyMap<number, ExitStatus>;
  /** The event to which their ends are traced. */
  readonly cause: number;
  readonly logPipes: ReadonlyMap<ServiceName, Pipe>;
  /** Processes whose start is not on record yet, by service; the empty name is the emergency shell. */
  readonly startedPids: ReadonlyMap<ServiceName, number>;
}

export interface RealProcesses extends Processes, Pick<Starts, 'run'> {
  readonly areSpawnsUnderWay: () => boolean;
  /** Stops reaping and watching and closes the log pipes. The processes go on. */
  close(): void;
}

/** Returns the processes of this machine and begins to reap. Does not keep the program alive. */
export function createProcesses(options: ProcessesOptions): RealProcesses {
  const { now, resumed, onMissing } = options;
  const occurrence$ = new Subject<Occurrence>();
  const emit = (event: MinitEvent, cause?: number): void => {
    occurrence$.next(cause === undefined ? { at: now(), event } : { at: now(), cause, event });
  };
  const children = createChildren();
  const logPipes = createLogPipes(options.pipeKeeper, resumed?.logPipes);
  const spawner = createSpawner(logPipes, options);
  const ownPrograms = new Map<number, (end: ProgramEnd) => void>();
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
    settleSpawns,
    onExited: (pid, status, cause) => {
      const done = ownPrograms.get(pid);
      ownPrograms.delete(pid);
      if (done !== undefined) done({ status });
      else emit({ type: 'ProcessExited', pid, status }, cause);
    },
  });
  if (resumed !== undefined) takeOver(resumed, { children, watches, emit });

  return {
    occurrence$,
    areSpawnsUnderWay: spawner.areSpawnsUnderWay,
    ...createStarts({
      spawner,
      reaper,
      emit,
      ownPrograms,
      startedPids: new Map(resumed?.startedPids),
      isOurs: (pid) => resumed?.ended.has(pid) === true || isChild(pid),
    }),
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
    close() {
      reaper.close();
      watches.close();
      logPipes.closeAll();
    },
  };
}

interface Heirs {
  readonly children: Children;
  readonly watches: Watches;
  readonly emit: (event: MinitEvent, cause: number) => void;
}

/**
 * Whoever is not a child is watched; one that has gone is told of at once. What has been reaped is nobody's
 * any more, whoever has its PID now.
 */
function takeOver(
  { pids, ended, startedPids, cause }: ResumedProcesses,
  { children, watches, emit }: Heirs,
): void {
  for (const pid of pids) {
    const status = ended.get(pid);
    // In the first turn, which the journal takes as one.
    if (status !== undefined) setImmediate(emit, { type: 'ProcessExited', pid, status }, cause);
    else if (isChild(pid)) children.spawned(pid, cause, 0);
    else watches.add(pid, cause);
  }
  for (const pid of startedPids.values()) {
    const status = ended.get(pid);
    if (status !== undefined) children.holdBack({ pid, status });
  }
}
