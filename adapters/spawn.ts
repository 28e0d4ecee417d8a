/**
 * Starts processes, a few at a time: one spawn at once is slower than a loop in C, and each one
 * under way holds a thread of libuv's pool, for as long as its exec hangs.
 *
 * @module
 */
import { access } from 'node:fs';
import type { SpawnProcessParams } from '../machines/effects';
import { spawnsInFlightMax } from '../machines/limits';
import { signals } from '../machines/service-context';
import type { LogPipes } from './log-pipes';
import { errnos } from './errnos';
import { ownNice, setNice, withBlockedSignal } from './libc/process';
import { keepInheritedFdsFromChildren, spawnProcess, type NativeSpawn } from './libc/spawn';
import { captureEnvironment } from './libc/vectors';
import type { MissingMeans } from './missing-means';
import { explainSpawnFailure, type SpawnProblem } from './spawn-failure';
import { openStandardFiles, type StandardFiles } from './standard-files';

export type SpawnOutcome = { readonly pid: number } | SpawnProblem;

export interface Spawner {
  /**
   * Starts a process, because of the event `cause`, when its turn has come; `done` may be called before
   * this returns.
   */
  start(params: SpawnProcessParams, cause: number, done: (outcome: SpawnOutcome) => void): void;
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
  readonly params: SpawnProcessParams;
  readonly cause: number;
  readonly done: (outcome: SpawnOutcome) => void;
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
  let inFlight = 0;

  const begin = (job: Job): void => {
    const files = openStandardFiles(job.params, logPipes);
    if ('stage' in files) {
      job.done(files);
      return;
    }
    inFlight += 1;
    const slot = pidMemory?.slotFor(job.params.service, job.cause);
    spawnProcess(nativeSpawn(job.params, files, { envp, pidMemory: slot }), (errno, pid) => {
      inFlight -= 1;
      if (slot !== undefined) pidMemory?.release(slot);
      files.release();
      if (errno === 0) {
        const refused = adjustNice(pid, nice, job.params.nice);
        // ESRCH: the program has ended already.
        if (refused !== 0 && refused !== errnos.ESRCH) onMissing?.('nice', refused);
      }
      job.done(errno === 0 ? { pid } : explainSpawnFailure(errno, job.params));
      beginWaiting();
    });
  };
  let later: NodeJS.Timeout | undefined;
  const makeRoom = (): void => {
    clearTimeout(later);
    later = undefined;
    logPipes.makeRoom();
  };
  const beginWaiting = (): void => {
    while (waiting.length > 0 && inFlight < spawnsInFlightMax) {
      if (logPipes.isCrowded()) {
        if (inFlight > 0) {
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
  };
  return {
    start(params, cause, done) {
      waiting.push({ params, cause, done });
      beginWaiting();
    },
    areSpawnsUnderWay: () => inFlight > 0,
  };
}

/** Field by field, since each start of a boot makes one. */
const nativeSpawn = (
  { path, argv, argvEncoding, workingDirectory }: SpawnProcessParams,
  { inputFd, outputFd, errorFd, terminal }: StandardFiles,
  { envp, pidMemory }: { readonly envp: Buffer; readonly pidMemory: Int32Array | undefined },
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
});

/**
 * Straight after the exec: posix_spawn(3) cannot do it, so the program's first moments run with our
 * own level, and so does what it forks in them. A refusal (a negative level without privilege)
 * does not stop a service. Returns the errno, 0 for success.
 */
function adjustNice(pid: number, base: number, nice: number | undefined): number {
  return nice === undefined || nice === 0 ? 0 : setNice(pid, base + nice);
}

/**
 * Starts libuv's pool with a thread for each spawn that may be in flight. At once: where no thread can
 * be made libuv ends the program, and that must not happen to a minit that has services to look after.
 * The variable is read once, and taken away again, so that a minit that executes itself anew does not
 * hand it on to its services.
 */
function startThreadPool(): void {
  const size = process.env['UV_THREADPOOL_SIZE'];
  if (!(Number(size ?? 0) >= spawnsInFlightMax))
    process.env['UV_THREADPOOL_SIZE'] = String(spawnsInFlightMax);
  // A child's end is told to the thread that made it: it would only wake that one, to wake ours.
  withBlockedSignal(signals.SIGCHLD, () => {
    access('/', () => undefined);
  });
  if (size === undefined) delete process.env['UV_THREADPOOL_SIZE'];
  else process.env['UV_THREADPOOL_SIZE'] = size;
}
