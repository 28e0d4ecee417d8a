/**
 * A whole simulated world: all ports on one seed and virtual time, and what is done to it from
 * outside. The same seed and the same calls give the same log, byte for byte.
 *
 * @module
 */
import type { LogRecord, Ports } from '../../effects/ports';
import type { ReportParams } from '../../machines/effects';
import type { SignalName, SystemEnd } from '../../machines/events';
import type { Transition } from '../../machines/fold';
import { healPlan, planOf, spoil, type Behaviours, type Faults, type Plan } from './behaviours';
import { createSimulatedEventLog, type SimulatedEventLog } from './event-log';
import {
  createEmitter,
  createSimulatedClock,
  createSimulatedControl,
  createSimulatedDirectories,
  createSimulatedProgram,
  createSimulatedTimers,
  type Exchange,
  type SimulatedClock,
  type SimulatedControl,
} from './ports';
import { createSimulatedProcesses, type SimulatedProcesses } from './processes';
import { createRandom } from './random';
import { createSchedule, type Schedule } from './schedule';
import { createSimulatedSystemEnding } from './system-ending';
import type { Tree } from './tree';

export interface WorldOptions {
  readonly seed: number;
  readonly tree: Tree;
  readonly behaviours?: Behaviours;
  readonly faults?: Faults;
  /** The highest PID; the next one after it is the lowest that is free. */
  readonly lastPid?: number;
}

/** Why {@link World.run} came back. `limit`: something is still to come, but not in the time allowed. */
export type RunEnd = 'idle' | 'exited' | 'limit';

export interface World {
  readonly ports: Ports;
  readonly schedule: Schedule;
  readonly processes: SimulatedProcesses;
  readonly log: SimulatedEventLog;
  readonly records: readonly LogRecord[];
  readonly transitions: readonly Transition[];
  readonly reports: readonly ReportParams[];
  readonly exchanges: readonly Exchange[];
  exitCode(): number | undefined;
  /** How the machine has ended, if it has. */
  systemEnd(): SystemEnd | undefined;
  /** Does one thing after the other until nothing is left to do, minit has ended, or `limitUs` have passed. */
  run(limitUs?: number): RunEnd;
  /** Runs for just so long. */
  advance(byUs: number): RunEnd;
  request(text: string): Exchange;
  signal(signal: SignalName): void;
  /** Somebody else signals the process of a service. Returns whether there was one. */
  kill(service: string, signal: number): boolean;
  startForeign(plan?: Partial<Plan>): number;
  stepClock(byUs: number): void;
  fillDisk(isFull: boolean): void;
  /** From now on nothing fails; what hangs goes on, what is not wanted for ever comes to its end. */
  heal(): void;
}

const startUs = 1_000_000;
const runLimitUsDefault = 3_600_000_000;
const soonUs = 1_000_000;
const faultyUs = 60_000_000;
const linuxPidMax = 32_768;

interface Collected {
  readonly transitions: Transition[];
  readonly reports: ReportParams[];
  exitCode: number | undefined;
  systemEnd: SystemEnd | undefined;
}

interface Weather {
  readonly faults: Faults;
  readonly clock: SimulatedClock;
  readonly schedule: Schedule;
}

/** Returns a world in which nothing has happened yet; see the module's head. */
export function createWorld(options: WorldOptions): World {
  const { tree, seed, faults = {} } = options;
  const random = createRandom(seed);
  const schedule = createSchedule(
    startUs,
    faults.reorders === true ? random.fork('order') : undefined,
  );
  const health = { isHealed: false };
  const ends = { exitCode: undefined, systemEnd: undefined };
  const collected: Collected = { transitions: [], reports: [], ...ends };
  const clock = createSimulatedClock(schedule);
  const control = createSimulatedControl(schedule, faults.controlFailures ?? 0);
  const processes = createSimulatedProcesses({
    schedule,
    lastPid: options.lastPid ?? linuxPidMax,
    plan: planner(options),
    revise: (plan, service) =>
      health.isHealed ? healPlan(plan, tree.get(service)?.mode ?? 'oneshot') : plan,
  });
  const [disk, reads] = [random.fork('disk'), random.fork('reads')];
  const log = createSimulatedEventLog({
    schedule,
    changes: () => !health.isHealed && disk.chance(faults.logFull ?? 0),
    appended: ({ seq, event }) => {
      if (event.type === 'RequestReceived') control.numbered(seq);
    },
  });
  const directories = createSimulatedDirectories({
    schedule,
    tree,
    latencyUs: () =>
      !health.isHealed && reads.chance(faults.slowRead ?? 0) ? reads.integer(1, 50) * 1_000 : 0,
  });
  const [signals, means] = [createEmitter(schedule), createEmitter(schedule)];
  const timers = createSimulatedTimers(schedule);
  const systemEnding = createSimulatedSystemEnding({
    schedule,
    table: processes.table,
    log,
    refuses: () => !health.isHealed && faults.rebootFails === true,
    ended: (how) => void (collected.systemEnd = how),
  });
  const ports: Ports = {
    ...{ clock, timers, processes, directories, control, signals, log, systemEnding, means },
    // Nobody looks at the journal of a world that does not end without its programs.
    journal: { append: () => undefined, performed: () => undefined },
    program: createSimulatedProgram(schedule),
    console: {
      transitions: (transitions) => void collected.transitions.push(...transitions),
      report: (report) => void collected.reports.push(report),
    },
    turns: { schedule: schedule.immediately },
    exit(code) {
      collected.exitCode ??= code;
    },
    fail: rethrow,
  };
  scheduleClockSteps({ faults, clock, schedule }, seed);
  const parts: Parts = { ports, schedule, processes, control, log, clock, collected };
  return {
    ...worldOf(parts),
    signal: (signal) => {
      signals.emit({ type: 'SignalReceived', signal });
    },
    heal() {
      health.isHealed = true;
      heal(parts, tree);
    },
  };
}

function rethrow(error: unknown): never {
  throw error;
}

/** What the n-th process of a service does, with the faults of the world. */
function planner({ seed, tree, behaviours = {}, faults = {} }: WorldOptions) {
  const random = createRandom(seed);
  const spawnCounts = new Map<string, number>();
  return ({ service }: { readonly service: string }): Plan => {
    const count = spawnCounts.get(service) ?? 0;
    spawnCounts.set(service, count + 1);
    const mode = tree.get(service)?.mode ?? 'oneshot';
    const listed = Object.hasOwn(behaviours, service) ? (behaviours[service] ?? []) : [];
    const plan = planOf(listed[Math.min(count, listed.length - 1)] ?? {}, mode);
    return spoil(plan, faults, random.fork(`${service} ${String(count)}`));
  };
}

function scheduleClockSteps({ faults, clock, schedule }: Weather, seed: number): void {
  const random = createRandom(seed).fork('clock');
  for (let step = 0; step < (faults.clockSteps ?? 0); step += 1) {
    const byUs = random.integer(-3_600, 3_600) * 1_000_000;
    schedule.after(random.integer(0, faultyUs), () => {
      clock.step(byUs);
    });
  }
}

interface Parts {
  readonly ports: Ports;
  readonly schedule: Schedule;
  readonly processes: SimulatedProcesses;
  readonly control: SimulatedControl;
  readonly log: SimulatedEventLog;
  readonly clock: SimulatedClock;
  readonly collected: Collected;
}

function worldOf(parts: Parts): Omit<World, 'signal' | 'heal'> {
  const { ports, schedule, processes, control, log, clock, collected } = parts;
  const runUntil = (untilUs: number): RunEnd => {
    while (collected.exitCode === undefined && collected.systemEnd === undefined) {
      if (!schedule.step(untilUs)) return schedule.isEmpty() ? 'idle' : 'limit';
    }
    return 'exited';
  };
  return {
    ...{ ports, schedule, processes, log },
    records: log.records,
    transitions: collected.transitions,
    reports: collected.reports,
    exchanges: control.exchanges,
    exitCode: () => collected.exitCode,
    systemEnd: () => collected.systemEnd,
    run: (limitUs = runLimitUsDefault) => runUntil(schedule.now() + limitUs),
    advance(byUs) {
      const untilUs = schedule.now() + byUs;
      const end = runUntil(untilUs);
      if (end !== 'exited') schedule.jumpTo(untilUs);
      return end;
    },
    request: control.send,
    kill(service, signal) {
      const found = [...processes.table.all()].find(
        (process) => process.service === service && !process.isZombie,
      );
      return found !== undefined && processes.table.kill(found.pid, signal);
    },
    startForeign: (plan = {}) => processes.startForeign(plan),
    stepClock: clock.step,
    fillDisk: log.setFull,
  };
}

function heal({ schedule, control, log, processes }: Parts, tree: Tree): void {
  schedule.stopReordering();
  control.heal();
  log.setFull(false);
  processes.unblock();
  for (const process of processes.table.all()) {
    const isForEver =
      process.service !== undefined && tree.get(process.service)?.mode === 'respawn';
    if (!isForEver) processes.table.limitLife(process, soonUs);
  }
}
