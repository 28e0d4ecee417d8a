/**
 * Starts processes, a few at a time. An exec may hang (a dead file server): where each holds a thread of libuv's pool for
 * as long as that, so many can hold up all others; else it does not count any more when it is seen to hang.
 *
 * @module
 */
import { access } from 'node:fs';
import type { SpawnProcessParams } from '../machines/effects';
import { spawnsInFlightMax, spawnThreadsMax } from '../machines/limits';
import { signals } from '../machines/service-context';
import type { LogPipes } from './log-pipes';
import { ownNice, withBlockedSignal } from './libc/process';
import {
  holdThreads,
  keepInheritedFdsFromChildren,
  settleSpawns,
  spawnProcess,
  type NativeOutcome,
  type NativeSpawn,
} from './libc/spawn';
import { captureEnvironment } from './libc/vectors';
import type { MissingMeans } from './missing-means';
import { nowMs } from './monotonic';
import { explainSpawnFailure, type SpawnProblem } from './spawn-failure';
import { openStandardFiles, type StandardFiles } from './standard-files';

export type SpawnOutcome = { readonly pid: number } | SpawnProblem;

/** `hadChild`: there was one, which could not execute the program. */
export type StartDone = (outcome: SpawnOutcome, hadChild: boolean) => void;

export interface StartWish {
  readonly params: SpawnProcessParams;
  /** The seq of the event that asks for it. */
  readonly cause: number;
  /** Somebody goes on only when its outcome is known. */
  readonly isAwaited: boolean;
}

export interface Spawner {
  /** Starts a process when its turn has come; `done` may be called before this returns. */
  start(wish: StartWish, done: StartDone): void;
  /** Says whether a child may exist whose PID is not known yet. */
  readonly areSpawnsUnderWay: () => boolean;
}

/** Memory for the PIDs of processes that are about to be started, where a later program looks for them. */
export interface PidMemory {
  /** For the process that `service` gets because of the event `cause`. */
  slotFor(service: string, cause: number): Int32Array;
  /** That spawn is over, and its PID has been read. */
  release(slot: Int32Array): void;
}

export interface SpawnerOptions {
  readonly pidMemory?: PidMemory;
  /** What the kernel refuses. */
  readonly onMissing?: MissingMeans['note'];
}

/** A process that is not there by then was made long ago, and hangs in its exec. */
const hangsAfterMs = 1_000;

interface Job {
  readonly wish: StartWish;
  readonly done: StartDone;
}

/** Returns a spawner. Children get the environment of this moment. */
export function createSpawner(
  logPipes: LogPipes,
  { pidMemory, onMissing }: SpawnerOptions = {},
): Spawner {
  const envp = captureEnvironment();
  const nice = ownNice();
  startThreadPool();
  keepInheritedFdsFromChildren();
  const waiting: Job[] = [];
  const underWay = new UnderWay();

  const begin = (job: Job): void => {
    const { params, cause, isAwaited } = job.wish;
    const files = openStandardFiles(params, logPipes);
    if ('stage' in files) {
      job.done(files, false);
      return;
    }
    underWay.begin(job);
    const slot = pidMemory?.slotFor(params.service, cause);
    const request = nativeSpawn(params, files, { envp, nice, pidMemory: slot, isAwaited });
    spawnProcess(request, (outcome) => {
      underWay.end(job);
      if (slot !== undefined) pidMemory?.release(slot);
      files.release();
      if ('pid' in outcome && outcome.niceErrno !== 0) onMissing?.('nice', outcome.niceErrno);
      tell(job, outcome);
      beginWaiting();
    });
  };
  let later: NodeJS.Timeout | undefined;
  const makeRoom = (): void => {
    clearTimeout(later);
    later = undefined;
    logPipes.makeRoom();
  };
  let retry: NodeJS.Timeout | undefined;
  const beginWaiting = notNested(() => {
    while (waiting.length > 0) {
      if (underWay.isFull) settleSpawns();
      if (underWay.isFull) {
        retry ??= setTimeout(() => {
          retry = undefined;
          beginWaiting();
        }, hangsAfterMs).unref();
        return;
      }
      if (logPipes.isCrowded()) {
        if (underWay.size > 0) {
          // A child that is being made would get the limit of then; one whose exec hangs has its own already.
          later ??= setTimeout(() => {
            makeRoom();
            beginWaiting();
          }, hangsAfterMs);
          return;
        }
        makeRoom();
      }
      const job = waiting.shift();
      if (job === undefined) return;
      begin(job);
    }
  });
  return {
    start(wish, done) {
      waiting.push({ wish, done });
      beginWaiting();
    },
    areSpawnsUnderWay: () => underWay.size > 0,
  };
}

/**
 * Returns `task`, which does nothing when it comes to be called by itself. A start that fails at once makes room for the next
 * one: thousands of them, each from within the one before, do not fit on the stack.
 */
function notNested(task: () => void): () => void {
  let isUnderWay = false;
  return () => {
    if (isUnderWay) return;
    isUnderWay = true;
    try {
      task();
    } finally {
      isUnderWay = false;
    }
  };
}

function tell({ wish: { params }, done }: Job, outcome: NativeOutcome): void {
  if ('pid' in outcome) {
    done({ pid: outcome.pid }, false);
    return;
  }
  const problem = explainSpawnFailure(outcome, params);
  done(problem, problem.stage !== 'fork');
}

/** The spawns under way. */
class UnderWay {
  /** When each was begun, ms. */
  private readonly begunAt = new Map<Job, number>();

  get size(): number {
    return this.begunAt.size;
  }

  /** As many as there may be; of those that hold no thread only the ones that do not hang count. */
  get isFull(): boolean {
    if (holdThreads()) return this.size >= spawnThreadsMax;
    if (this.size < spawnsInFlightMax) return false;
    const hangingSince = nowMs() - hangsAfterMs;
    const young = [...this.begunAt.values()].filter((at) => at > hangingSince);
    return young.length >= spawnsInFlightMax;
  }

  begin(job: Job): void {
    this.begunAt.set(job, nowMs());
  }

  end(job: Job): void {
    this.begunAt.delete(job);
  }
}

interface OfMinit {
  readonly envp: Buffer;
  readonly nice: number;
  readonly pidMemory: Int32Array | undefined;
  readonly isAwaited: boolean;
}

/** Field by field, since each start of a boot makes one. */
const nativeSpawn = (
  { path, argv, argvEncoding, workingDirectory, nice = 0 }: SpawnProcessParams,
  { inputFd, outputFd, errorFd, terminal }: StandardFiles,
  { envp, nice: ownLevel, pidMemory, isAwaited }: OfMinit,
): NativeSpawn => ({
  path,
  argv,
  argvEncoding: argvEncoding ?? 'utf8',
  workingDirectory,
  envp,
  inputFd,
  outputFd,
  errorFd,
  terminal,
  pidMemory,
  niceLevel: nice === 0 ? undefined : ownLevel + nice,
  isAwaited,
});

/** One waits for an exec to come to its end; one for what else there may be. */
const threadsBesideSpawns = 2;

/**
 * Starts libuv's pool, with a thread for each spawn that may be in flight where each needs one. At once: where no thread can
 * be made libuv ends the program, and that must not happen to a minit that has services to look after.
 * The variable is read once, and taken away again, so that a minit that executes itself anew does not
 * hand it on to its services.
 */
function startThreadPool(): void {
  const size = process.env['UV_THREADPOOL_SIZE'];
  const wanted = holdThreads() ? spawnThreadsMax : threadsBesideSpawns;
  if (size === undefined || (holdThreads() && !(Number(size) >= wanted)))
    process.env['UV_THREADPOOL_SIZE'] = String(wanted);
  // A child's end is told to the thread that made it: it would only wake that one, to wake ours.
  withBlockedSignal(signals.SIGCHLD, () => {
    access('/', () => undefined);
  });
  if (size === undefined) delete process.env['UV_THREADPOOL_SIZE'];
  else process.env['UV_THREADPOOL_SIZE'] = size;
}
