/**
 * The whole state of the supervisor: one immutable value. Everything in it is persistent, so
 * that an event costs what it touches, and keeping an old state costs next to nothing.
 *
 * @module
 */
import type { StateValueFrom } from 'xstate';
import { createStepper, type Position } from './chart-stepper';
import type { ServiceName } from './definition';
import type { ExitStatus, Role, ShutdownGoal } from './events';
import {
  initChart,
  initImplementation,
  type InitContext,
  type InitEvent,
  type InitInput,
} from './init';
import { InvariantViolation } from './invariant-violation';
import type { PersistentMap } from './persistent-map';
import { serviceChart, serviceImplementation } from './service';
import type { ServiceContext, ServiceEvent, ServiceInput } from './service-context';
import { copyContext } from './service-notes';
import type { initMachine, serviceMachine } from './xstate-machines';

/** One service: where its machine is, and what it knows. */
export type Service = Position<StateValueFrom<typeof serviceMachine>, ServiceContext>;
export type Init = Position<StateValueFrom<typeof initMachine>, InitContext>;

export const stateNames = [
  'down',
  'waiting-deps',
  'starting',
  'running',
  'sync-done',
  'respawning',
  'stopping',
  'finished',
  'failed',
] as const;
export type StateName = (typeof stateNames)[number];

/** Returns the state of a service without its inner state. */
export function stateName({ value }: Service): StateName {
  if (typeof value === 'string') return value;
  // No array of keys is made for the one that there is: this is asked several times an event.
  for (const outer in value) return outer as StateName;
  throw new InvariantViolation('a service is in no state');
}

/** Returns the inner state (`ready`, `paused`, `draining`, …), or `undefined` where there is none. */
export function innerState({ value }: Service): string | undefined {
  if (typeof value === 'string') return undefined;
  for (const outer in value) return (value as Readonly<Record<string, string>>)[outer];
  return undefined;
}

/** What is still to be done to work out which services to start: a depth-first walk, as data. */
export type AgendaItem =
  | {
      readonly kind: 'start';
      readonly service: ServiceName;
      /** The event that asked. */
      readonly cause: number;
      readonly asker: Asker;
    }
  /** All dependencies of `service` have been walked. */
  | { readonly kind: 'close'; readonly service: ServiceName }
  /** All words of the command line have been walked. */
  | { readonly kind: 'words-done' };

/** On whose behalf a service is to be started. */
export type Asker =
  | { readonly kind: 'dependent'; readonly name: ServiceName; readonly line: number }
  | { readonly kind: 'word' }
  | { readonly kind: 'default' }
  | { readonly kind: 'key'; readonly signal: string }
  | {
      readonly kind: 'operator';
      readonly respawn: boolean | undefined;
      readonly reply: PendingReply;
    };

/** A request that is answered later. */
export interface PendingReply {
  readonly request: number;
  /** In our own client's JSON, or the original's bytes. */
  readonly isJson: boolean;
}

/** A stack, newest first, that shares its tail. */
export interface Agenda {
  readonly item: AgendaItem;
  readonly rest: Agenda | undefined;
}

/** The probe of a PID that a request depends on. */
export interface PendingProbe {
  readonly service: ServiceName;
  readonly pid: number;
  readonly purpose: 'set' | 'clear';
  readonly reply: PendingReply;
}

/** The order of an orderly end: each service stops when nothing that needs it is left. */
export interface StopPlan {
  /** CLOCK_BOOTTIME in µs. */
  readonly begunAt: number;
  /** Living dependents of each service that still has any. */
  readonly blockers: PersistentMap<number>;
  /** What each service needs, edges that close a cycle left out. */
  readonly below: PersistentMap<readonly ServiceName[]>;
}

/** What somebody wants who has the services taken down. */
export interface Shutdown {
  readonly goal: ShutdownGoal;
  /** Dependents first; otherwise all at once. */
  readonly isOrdered: boolean;
  /** Between TERM and KILL; `undefined`: as minit was started with. */
  readonly graceMs: number | undefined;
  /** CLOCK_BOOTTIME in µs. */
  readonly begunAt: number;
  /** The service whose `depends` says what goes down first, while its directory is being read. */
  readonly reading: ServiceName | undefined;
}

/** An exit of nobody that is known. */
export interface UnclaimedExit {
  readonly at: number;
  /** Of its event; none in snapshots of older minits. */
  readonly seq?: number;
  readonly status: ExitStatus;
}

export interface SupervisorState {
  /** Of the last event that was folded; 0 before the first. */
  readonly seq: number;
  readonly at: number;
  readonly pid: number;
  readonly role: Role;
  readonly root: string;
  readonly init: Init;
  readonly services: PersistentMap<Service>;
  /** By decimal PID. */
  readonly serviceByPid: PersistentMap<ServiceName>;
  /** Services in `waiting-deps`, by the dependency that they wait for. */
  readonly waiters: PersistentMap<PersistentMap<true>>;
  readonly agenda: Agenda | undefined;
  /** Start requests that wait until the walk under way is through. */
  readonly requested: readonly AgendaItem[];
  /** The item whose directory is being read. */
  readonly reading:
    (AgendaItem & { readonly kind: 'start'; readonly failures?: number }) | undefined;
  /** Services whose dependencies are being walked: meeting one again closes a cycle. */
  readonly open: PersistentMap<true>;
  readonly blackList: readonly ServiceName[];
  /** Who asked last for each service as its dependency; none for what was started by no service. */
  readonly askers: PersistentMap<ServiceName>;
  /** A word of the command line, or `default`, named a service that could be read. */
  readonly hasStarted: boolean;
  /** Newest first. */
  readonly history: readonly ServiceName[];
  /** Exits that came before the outcome of their spawn, by PID. */
  readonly unclaimed: PersistentMap<UnclaimedExit>;
  /** `SpawnProcess` effects without an outcome yet. */
  readonly spawning: number;
  /** Services on their way up; services not at rest; services that would not die. */
  readonly rising: number;
  readonly active: number;
  readonly stuck: number;
  /** Of the last request: one client asks at a time, so whoever asked before has gone. */
  readonly newestRequest: number;
  readonly pendingStarts: PersistentMap<readonly PendingReply[]>;
  readonly pendingProbes: PersistentMap<PendingProbe>;
  readonly stopPlan: StopPlan | undefined;
  /** The request that an update is to be answered for. */
  readonly pendingUpdate: PendingReply | undefined;
  /** Of the emergency shell, and since when it runs (CLOCK_BOOTTIME, µs). */
  readonly emergencyShell: { readonly pid: number; readonly startedAt: number } | undefined;
  /** How often minit has been executed anew in this boot. */
  readonly resumes: number | undefined;
  /** There is one before its plan, and in logs of older minits a plan without it. */
  readonly shutdown: Shutdown | undefined;
  readonly isLogOpen: boolean | undefined;
  /** The segment that was being written when the log was opened last. */
  readonly logPath: string | undefined;
  readonly isControlOpen: boolean | undefined;
}

export const serviceStepper = createStepper<ServiceInput, Service, ServiceEvent>(
  serviceChart,
  serviceImplementation,
  copyContext,
);
export const initStepper = createStepper<InitInput, Init, InitEvent>(
  initChart,
  initImplementation,
  (context) => ({ ...context }),
);

const restingStates: ReadonlySet<StateName> = new Set(['down', 'sync-done', 'finished', 'failed']);
const risingStates: ReadonlySet<StateName> = new Set(['waiting-deps', 'starting']);

export const isStuck = (service: Service): boolean => innerState(service) === 'stuck';
/** At rest: has no process, no timer and no wish to change. */
export const isAtRest = (service: Service): boolean => restingStates.has(stateName(service));
export const isRising = (service: Service): boolean => risingStates.has(stateName(service));
export const isActive = (service: Service): boolean => !isAtRest(service) && !isStuck(service);

/** A shutdown took it down, and the machine went on: whoever needs it needs it started. */
export const isTakenDown = (service: Service): boolean =>
  service.context.takenDown === true && isAtRest(service);

/** Its dependents wait for its end. Who respawns never terminates for them, also when `msvc -u` switched that on. */
const mustTerminate = ({ context: { definition, respawns } }: Service): boolean =>
  definition.mode === 'sync' && !respawns;

/** Done with, as far as its dependents are concerned: terminated for `sync`, once started for the others. */
export function isSettled(service: Service): boolean {
  const state = stateName(service);
  if (restingStates.has(state)) return state !== 'down' && service.context.takenDown !== true;
  if (mustTerminate(service)) return false;
  return state === 'running' || state === 'stopping' || state === 'respawning';
}

/** Says whether somebody goes on when the start of a service has succeeded: who depends on it, or has asked for it. */
export function isStartAwaited(
  { services, waiters, pendingStarts }: SupervisorState,
  name: ServiceName,
): boolean {
  if (pendingStarts.has(name)) return true;
  const service = services.get(name);
  return service !== undefined && waiters.has(name) && !mustTerminate(service);
}

/** All services in the order of first mention. Costs their number: not for the fold of an event. */
export function servicesInOrder({ services }: SupervisorState): Service[] {
  const values = services.values();
  // Each has a place of its own, from 1 on: no two of a thousand have to be compared.
  const places: (Service | undefined)[] = values.map(() => undefined);
  for (const service of values) places[service.context.order - 1] = service;
  const isEachInPlace = places.length === values.length && !places.includes(undefined);
  return isEachInPlace
    ? (places as Service[])
    : values.sort((a, b) => a.context.order - b.context.order);
}

export function contextOf(state: SupervisorState, name: ServiceName): ServiceContext | undefined {
  return state.services.get(name)?.context;
}
