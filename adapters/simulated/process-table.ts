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
  readonly service?: ServiceName;
  readonly plan: Plan;
  readonly readsLogOf?: ServiceName;
  readonly writesLogOf?: ServiceName;
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

const ignoredSignals: ReadonlySet<number> = new Set([0, 17, 23, 28]);

/** Returns an empty table. */
export function createProcessTable(options: ProcessTableOptions): ProcessTable {
  const { schedule } = options;
  const processes = new Map<number, Process>();
  const heldPipes = new Set<ServiceName>();
  let lastPid = options.firstPid - 1;

  const freePid = (): number => {
    do lastPid = lastPid >= options.lastPid ? options.firstPid : lastPid + 1;
    while (processes.has(lastPid));
    return lastPid;
  };

  const isPipeOpen = (service: ServiceName): boolean =>
    heldPipes.has(service) || [...processes.values()].some((p) => !p.isZombie && p.writesLogOf === service);

  const endReaders = (service: ServiceName): void => {
    if (isPipeOpen(service)) return;
    for (const reader of processes.values()) {
      if (reader.readsLogOf === service && !reader.isZombie) limitLife(reader, reader.plan.drainUs);
    }
  };

  const end = (process: Process, status: ExitStatus): void => {
    if (process.isZombie) return;
    process.isZombie = true;
    if (process.writesLogOf !== undefined) endReaders(process.writesLogOf);
    schedule.after(process.plan.reapUs, () => {
      processes.delete(process.pid);
      options.reaped(process, status);
    });
  };

  const endUnlessPaused = (process: Process, status: ExitStatus): void => {
    if (process.isPaused || process.isUnkillable) process.pending ??= status;
    else end(process, status);
  };

  const limitLife = (process: Process, delayUs: number): void => {
    if (delayUs !== Infinity) {
      schedule.after(delayUs, () => {
        endUnlessPaused(process, process.plan.exit);
      });
    }
  };

  const resume = (process: Process): void => {
    process.isPaused = false;
    if (process.pending !== undefined && !process.isUnkillable) end(process, process.pending);
  };

  const terminate = (process: Process, signal: number): void => {
    const { termUs } = process.plan;
    if (termUs === undefined) return;
    schedule.after(termUs, () => {
      endUnlessPaused(process, { signal });
    });
  };

  const deliver = (process: Process, signal: number): void => {
    if (signal === signals.SIGKILL) {
      if (process.isUnkillable) process.pending = { signal };
      else end(process, { signal });
    } else if (signal === signals.SIGSTOP) process.isPaused = true;
    else if (signal === signals.SIGCONT) resume(process);
    else if (!ignoredSignals.has(signal)) terminate(process, signal);
  };

  return {
    fork(spec) {
      const process: Process = {
        ...spec,
        pid: freePid(),
        isZombie: false,
        isPaused: false,
        pending: undefined,
        isUnkillable: spec.plan.isUnkillable,
      };
      processes.set(process.pid, process);
      limitLife(process, spec.plan.livesUs);
      if (spec.readsLogOf !== undefined) endReaders(spec.readsLogOf);
      return process;
    },
    get: (pid) => processes.get(pid),
    all: () => processes.values(),
    kill(pid, signal) {
      const process = processes.get(pid);
      if (process === undefined) return false;
      if (!process.isZombie) deliver(process, signal);
      return true;
    },
    holdPipe(service) {
      heldPipes.add(service);
    },
    releasePipe(service) {
      if (heldPipes.delete(service)) endReaders(service);
    },
    limitLife,
    unblock() {
      for (const process of [...processes.values()]) {
        process.isUnkillable = false;
        if (!process.isZombie) resume(process);
      }
    },
  };
}
