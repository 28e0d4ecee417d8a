/**
 * The port `Processes` of a simulated world: from an effect to the process table, and from there
 * back to events.
 *
 * @module
 */
import type { Processes } from '../../effects/ports';
import type { ServiceName } from '../../machines/definition';
import type { SpawnProcessParams } from '../../machines/effects';
import { goodPlan, simulatedError, type Plan } from './behaviours';
import { createEmitter, type Emitter } from './ports';
import { createProcessTable, type ProcessTable } from './process-table';
import type { Schedule } from './schedule';

export interface SimulatedProcesses extends Processes {
  readonly table: ProcessTable;
  /** A process that minit has not spawned: a daemon of somebody else, for `P` and pidfilehack. */
  startForeign(plan: Partial<Plan>): number;
  /** A child that nobody asked for ends: as PID 1 minit inherits it. */
  endOrphan(): void;
  shells(): number;
  /** Spawns that hang go on now. */
  unblock(): void;
}

export interface SimulatedProcessesOptions {
  readonly schedule: Schedule;
  /** What the next process of a service is going to do. */
  readonly plan: (params: SpawnProcessParams) => Plan;
  /** What has become of a plan: asked when it is made, and again when it is carried out. */
  readonly revise: (plan: Plan, service: ServiceName) => Plan;
  readonly lastPid: number;
}

const firstPid = 100;

interface Parts extends SimulatedProcessesOptions {
  readonly table: ProcessTable;
  readonly emit: Emitter['emit'];
  readonly watched: Set<number>;
  /** To what an end is traced: the spawn, the watch, or the last signal. */
  readonly causeByPid: Map<number, number>;
  /** Spawns that hang, to be carried out when they hang no more. */
  readonly hanging: (() => void)[];
}

/** Returns the port, with no process yet. */
export function createSimulatedProcesses(options: SimulatedProcessesOptions): SimulatedProcesses {
  const { schedule, lastPid } = options;
  const { occurrence$, emit } = createEmitter(schedule);
  const watched = new Set<number>();
  const causeByPid = new Map<number, number>();
  const table = createProcessTable({
    schedule,
    firstPid,
    lastPid,
    reaped({ pid, service }, status) {
      const cause = causeByPid.get(pid);
      causeByPid.delete(pid);
      if (service !== undefined) emit({ type: 'ProcessExited', pid, status }, cause);
      else if (watched.delete(pid)) emit({ type: 'ProcessVanished', pid }, cause);
    },
  });
  const parts: Parts = { ...options, table, emit, watched, causeByPid, hanging: [] };
  return { occurrence$, table, ...portOf(parts), ...outsideOf(parts) };
}

/** What minit asks of the port. */
function portOf(parts: Parts): Omit<Processes, 'occurrence$' | 'startEmergencyShell'> {
  const { schedule, table, emit, watched, causeByPid } = parts;
  return {
    spawn(params, cause) {
      for (const logged of [params.readsLogOf, params.writesLogOf])
        if (logged !== undefined) table.holdPipe(logged);
      const plan = parts.revise(parts.plan(params), params.service);
      const begin = (): void => {
        execute(parts, { params, plan, cause });
      };
      if (plan.hangs) parts.hanging.push(begin);
      else schedule.after(plan.spawnUs, begin);
    },
    signal({ service, pid, signal }, cause) {
      const isKnown = table.get(pid)?.service !== undefined || watched.has(pid);
      if (isKnown && table.kill(pid, signal)) causeByPid.set(pid, cause);
      else
        emit({ type: 'SignalFailed', service, pid, signal, error: simulatedError('ESRCH') }, cause);
    },
    watch({ pid }, cause) {
      const process = table.get(pid);
      if (process === undefined) {
        schedule.after(0, () => {
          emit({ type: 'ProcessVanished', pid }, cause);
        });
        // A child is reaped, and that says more.
      } else if (process.service === undefined) {
        watched.add(pid);
        causeByPid.set(pid, cause);
      }
    },
    probe({ request, pid }, cause) {
      emit({ type: 'ProcessProbed', request, pid, alive: table.get(pid) !== undefined }, cause);
    },
    closeLogPipe({ service }) {
      table.releasePipe(service);
    },
  };
}

/** What happens without minit, and what a spec wants to know. */
function outsideOf({ schedule, table, emit, hanging }: Parts) {
  let shells = 0;
  return {
    startEmergencyShell() {
      shells += 1;
    },
    shells: () => shells,
    startForeign: (foreign: Partial<Plan>) => table.fork({ plan: { ...goodPlan, ...foreign } }).pid,
    endOrphan() {
      const { pid } = table.fork({ plan: { ...goodPlan, livesUs: 0 } });
      schedule.after(1, () => {
        emit({ type: 'ProcessExited', pid, status: { code: 0 } });
      });
    },
    unblock() {
      for (const begin of hanging.splice(0)) schedule.after(0, begin);
      table.unblock();
    },
  };
}

interface Execution {
  readonly params: SpawnProcessParams;
  readonly plan: Plan;
  readonly cause: number;
}

function execute(parts: Parts, { params, plan: first, cause }: Execution): void {
  const { schedule, emit } = parts;
  const { service, readsLogOf, writesLogOf, path } = params;
  const plan = parts.revise(first, service);
  if (plan.failure !== undefined) {
    const { stage, code, errno } = plan.failure;
    schedule.after(plan.reportUs, () => {
      emit(
        {
          type: 'SpawnFailed',
          service,
          stage,
          error: { code, errno },
          ...(stage === 'execute' && { path }),
        },
        cause,
      );
    });
    return;
  }
  const { pid } = parts.table.fork({ service, plan, readsLogOf, writesLogOf });
  parts.causeByPid.set(pid, cause);
  schedule.after(plan.reportUs, () => {
    emit({ type: 'ProcessSpawned', service, pid }, cause);
  });
}
