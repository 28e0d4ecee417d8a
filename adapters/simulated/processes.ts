/**
 * The port `Processes` of a simulated world: from an effect to the process table, and from there
 * back to events.
 *
 * @module
 */
import type { Processes } from '../../effects/ports';
import type { ServiceName } from '../../machines/definition';
import type { SpawnProcessParams } from '../../machines/effects';
import type { ExitStatus } from '../../machines/events';
import { goodPlan, simulatedError, type Plan } from './behaviours';
import { createEmitter } from './ports';
import { createProcessTable, type Process, type ProcessTable } from './process-table';
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

/** Returns the port, with no process yet. */
export function createSimulatedProcesses(options: SimulatedProcessesOptions): SimulatedProcesses {
  const { schedule, lastPid } = options;
  const { occurrence$, emit } = createEmitter(schedule);
  const watched = new Set<number>();
  /** To what an end is traced: the spawn, the watch, or the last signal. */
  const causeByPid = new Map<number, number>();
  let hanging: (() => void)[] = [];
  let shells = 0;

  const reaped = ({ pid, service }: Process, status: ExitStatus): void => {
    const cause = causeByPid.get(pid);
    causeByPid.delete(pid);
    if (service !== undefined) emit({ type: 'ProcessExited', pid, status }, cause);
    else if (watched.delete(pid)) emit({ type: 'ProcessVanished', pid }, cause);
  };
  const table = createProcessTable({ schedule, firstPid, lastPid, reaped });

  const execute = (params: SpawnProcessParams, first: Plan, cause: number): void => {
    const { service, readsLogOf, writesLogOf, path } = params;
    const plan = options.revise(first, service);
    const { failure, reportUs } = plan;
    if (failure !== undefined) {
      const { stage, code, errno } = failure;
      schedule.after(reportUs, () => {
        emit({ type: 'SpawnFailed', service, stage, error: { code, errno }, ...(stage === 'execute' && { path }) }, cause);
      });
      return;
    }
    const { pid } = table.fork({
      service,
      plan,
      ...(readsLogOf !== undefined && { readsLogOf }),
      ...(writesLogOf !== undefined && { writesLogOf }),
    });
    causeByPid.set(pid, cause);
    schedule.after(reportUs, () => {
      emit({ type: 'ProcessSpawned', service, pid }, cause);
    });
  };

  return {
    occurrence$,
    table,
    spawn(params, cause) {
      for (const logged of [params.readsLogOf, params.writesLogOf]) if (logged !== undefined) table.holdPipe(logged);
      const planned = options.revise(options.plan(params), params.service);
      const begin = (): void => {
        execute(params, planned, cause);
      };
      if (planned.hangs) hanging.push(begin);
      else schedule.after(planned.spawnUs, begin);
    },
    signal({ service, pid, signal }, cause) {
      const isKnown = table.get(pid)?.service !== undefined || watched.has(pid);
      if (isKnown && table.kill(pid, signal)) {
        causeByPid.set(pid, cause);
        return;
      }
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
    startEmergencyShell() {
      shells += 1;
    },
    startForeign: (foreign) => table.fork({ plan: { ...goodPlan, ...foreign } }).pid,
    endOrphan() {
      const { pid } = table.fork({ plan: { ...goodPlan, livesUs: 0 } });
      schedule.after(1, () => {
        emit({ type: 'ProcessExited', pid, status: { code: 0 } });
      });
    },
    shells: () => shells,
    unblock() {
      const ready = hanging;
      hanging = [];
      for (const begin of ready) schedule.after(0, begin);
      table.unblock();
    },
  };
}
