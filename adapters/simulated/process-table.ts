/**
 * The kernel's part of the world: processes that live, are signalled, end and wait to be reaped.
 *
 * A logger reads its pipe until nobody can write to it any more, minit included; that is how it
 * knows that it is done.
 *
 * @module
 */
import type { ServiceName } from '../../machines/definition';
import type { ExitStatus } from '../../machines/events';
import { signals } from '../../machines/service-context';
import type { Plan } from './behaviours';
import type { Schedule } from './schedule';

export interface ProcessSpec {
  /** None for a process that minit has not spawned. */
  readonly service?: ServiceName | undefined;
  readonly plan: Plan;
  readonly readsLogOf?: ServiceName | undefined;
  readonly writesLogOf?: ServiceName | undefined;
}

export interface Process extends ProcessSpec {
  readonly pid: number;
  isZombie: boolean;
  isPaused: boolean;
  /** An end that waits: it is paused, or was sent a KILL that it cannot heed yet. */
  pending: ExitStatus | undefined;
  isUnkillable: boolean;
}

export interface ProcessTable {
  fork(spec: ProcessSpec): Process;
  get(pid: number): Process | undefined;
  all(): Iterable<Process>;
  /** kill(2): returns false for a process that is not there, or has been reaped. */
  kill(pid: number, signal: number): boolean;
  /** minit opens (or has) its ends of the log pipe of `service`. */
  holdPipe(service: ServiceName): void;
  releasePipe(service: ServiceName): void;
  /** Ends `process` no later than `delayUs` from now. */
  limitLife(process: Process, delayUs: number): void;
  /** Lets processes that could not be killed die of what they were sent. */
  unblock(): void;
}

export interface ProcessTableOptions {
  readonly schedule: Schedule;
  readonly firstPid: number;
  /** The PID after this one is `firstPid` again, where that is free. */
  readonly lastPid: number;
  /** `pid` can be waited for. It has left the table when this is called. */
  readonly reaped: (process: Process, status: ExitStatus) => void;
}

interface Kernel extends ProcessTableOptions {
  readonly processes: Map<number, Process>;
  /** Pipes of which minit has its ends open. */
  readonly heldPipes: Set<ServiceName>;
}

/** Returns an empty table. */
export function createProcessTable(options: ProcessTableOptions): ProcessTable {
  const kernel: Kernel = { ...options, processes: new Map(), heldPipes: new Set() };
  const { processes, heldPipes } = kernel;
  let lastPid = options.firstPid - 1;

  const freePid = (): number => {
    do lastPid = lastPid >= options.lastPid ? options.firstPid : lastPid + 1;
    while (processes.has(lastPid));
    return lastPid;
  };

  return {
    fork(spec) {
      const { plan, service, readsLogOf, writesLogOf } = spec;
      const { isUnkillable } = plan;
      const state = { isZombie: false, isPaused: false, pending: undefined, isUnkillable };
      const process: Process = { plan, service, readsLogOf, writesLogOf, ...state, pid: freePid() };
      processes.set(process.pid, process);
      endAfter(kernel, process, plan.livesUs);
      if (spec.readsLogOf !== undefined) endReaders(kernel, spec.readsLogOf);
      return process;
    },
    get: (pid) => processes.get(pid),
    all: () => processes.values(),
    kill(pid, signal) {
      const process = processes.get(pid);
      if (process !== undefined && !process.isZombie) deliver(kernel, process, signal);
      return process !== undefined;
    },
    holdPipe(service) {
      heldPipes.add(service);
    },
    releasePipe(service) {
      if (heldPipes.delete(service)) endReaders(kernel, service);
    },
    limitLife(process, delayUs) {
      endAfter(kernel, process, delayUs);
    },
    unblock() {
      for (const process of [...processes.values()]) {
        process.isUnkillable = false;
        if (!process.isZombie) resume(kernel, process);
      }
    },
  };
}

const ignoredSignals: ReadonlySet<number> = new Set([0, 17, 23, 28]);

function deliver(kernel: Kernel, process: Process, signal: number): void {
  if (signal === signals.SIGKILL) {
    if (process.isUnkillable) process.pending = { signal };
    else end(kernel, process, { signal });
  } else if (signal === signals.SIGSTOP) process.isPaused = true;
  else if (signal === signals.SIGCONT) resume(kernel, process);
  else if (!ignoredSignals.has(signal)) terminate(kernel, process, signal);
}

function terminate(kernel: Kernel, process: Process, signal: number): void {
  const { termUs } = process.plan;
  if (termUs === undefined) return;
  kernel.schedule.after(termUs, () => {
    endUnlessHeld(kernel, process, { signal });
  });
}

function resume(kernel: Kernel, process: Process): void {
  process.isPaused = false;
  if (process.pending !== undefined && !process.isUnkillable) end(kernel, process, process.pending);
}

function endAfter(kernel: Kernel, process: Process, delayUs: number): void {
  if (delayUs === Infinity) return;
  kernel.schedule.after(delayUs, () => {
    endUnlessHeld(kernel, process, process.plan.exit);
  });
}

function endUnlessHeld(kernel: Kernel, process: Process, status: ExitStatus): void {
  if (process.isPaused || process.isUnkillable) process.pending ??= status;
  else end(kernel, process, status);
}

function end(kernel: Kernel, process: Process, status: ExitStatus): void {
  if (process.isZombie) return;
  process.isZombie = true;
  if (process.writesLogOf !== undefined) endReaders(kernel, process.writesLogOf);
  kernel.schedule.after(process.plan.reapUs, () => {
    kernel.processes.delete(process.pid);
    kernel.reaped(process, status);
  });
}

/** Whoever reads a pipe that nobody can write to any more comes to its end. */
function endReaders(kernel: Kernel, service: ServiceName): void {
  const alive = [...kernel.processes.values()].filter(({ isZombie }) => !isZombie);
  if (kernel.heldPipes.has(service) || alive.some(({ writesLogOf }) => writesLogOf === service))
    return;
  for (const reader of alive) {
    if (reader.readsLogOf === service) endAfter(kernel, reader, reader.plan.drainUs);
  }
}
