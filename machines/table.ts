/**
 * The service machine as a table: each state × each event → the next state and the effects, the
 * ignored cells too, because XState drops in silence what a state does not know.
 *
 * Nothing here is written by hand but the ways into the states: each cell is one step of the real
 * machine. A spec pins the table, a diagram shows it. Pure.
 *
 * @module
 */
import type { ServiceDefinition, ServiceMode } from './definition';
import type { Effect } from './effects';
import { PersistentMap } from './persistent-map';
import { signals, type ServiceEvent, type ServiceEventType, type Want } from './service-context';
import { innerState, serviceStepper, stateName, type Service } from './state';

/** What one event does in one state; `undefined` where a table has it: nothing at all. */
export interface Cell {
  readonly next: string;
  readonly want: Want;
  readonly effects: readonly string[];
}

/** The outcome of one event in each variant of a state. */
export interface EventRow {
  readonly event: string;
  readonly cells: readonly (Cell | undefined)[];
}

export interface StateTable {
  readonly state: string;
  /** What differs among services in this state, as far as it makes a difference: `up`, `once`, `sync`, … */
  readonly variants: readonly { readonly name: string; readonly want: Want }[];
  readonly rows: readonly EventRow[];
}
export type ServiceTable = readonly StateTable[];

/** Long enough after all that led into a state; a process that was there by then lived for 0.1 s. */
const startedAt = 10_000_000;
const soonAt = startedAt + 100_000;
const lateAt = startedAt + 5_000_000;

const plain: ServiceDefinition = {
  directory: '/etc/minit/web',
  mode: 'oneshot',
  run: { path: '/bin/web', argv0: 'web' },
  params: [],
  depends: [],
  workingDirectory: '/etc/minit/web',
  problems: [],
};
const { run: _, ...bundle } = plain;
const unusable: ServiceDefinition = {
  ...plain,
  problems: [
    { severity: 'error', code: 'bad-params', file: 'params', line: 1, text: 'a NUL byte' },
  ],
};

type Eventless<K extends ServiceEventType> = Omit<
  Extract<ServiceEvent, { type: K }>,
  'type' | 'at'
> & {
  readonly at?: number;
};

/** For each type of event the variants that matter; the mapped type makes a missing one a compile error. */
type EventVariants = { readonly [K in ServiceEventType]: Readonly<Record<string, Eventless<K>>> };

const nothing = PersistentMap.empty<true>();
const waitingForDb = PersistentMap.of<true>([['db', true]]);
const failure = (code: string, errno: number) =>
  ({ failure: { stage: 'execute', error: { code, errno }, path: '/bin/web' } }) as const;
const graceMs = 3_000;

const eventVariants: EventVariants = {
  StartRequested: { '': {} },
  DefinitionRead: {
    'nothing to wait for': { definition: plain, needs: [], waitingFor: nothing },
    'must wait': { definition: plain, needs: ['db'], waitingFor: waitingForDb },
    'no run': { definition: bundle, needs: [], waitingFor: nothing },
    'bad params': { definition: unusable, needs: [], waitingFor: nothing },
  },
  DefinitionMissing: { transient: failure('EMFILE', 24), permanent: failure('ENOENT', 2) },
  DependencySettled: { 'the last one': { dependency: 'db' } },
  DependencyDropped: { 'the last one': { dependency: 'db' } },
  ProcessSpawned: { '': { pid: 200 } },
  SpawnFailed: { transient: failure('EAGAIN', 11), permanent: failure('ENOENT', 2) },
  ProcessExited: {
    'after 0.1 s': { status: { code: 1 } },
    'after 5 s': { status: { code: 0 }, at: lateAt },
  },
  RespawnTimerFired: { '': {} },
  StopTimerFired: { '': {} },
  RespawnEnabled: { '': {} },
  RespawnDisabled: { '': {} },
  SignalRequested: {
    STOP: { signal: signals.SIGSTOP },
    CONT: { signal: signals.SIGCONT },
    HUP: { signal: signals.SIGHUP },
  },
  PidSet: { '': { pid: 300 }, 'that of run': { pid: 200 } },
  PidExpected: { '': {} },
  PidTimerFired: { '': {} },
  StopRequested: { '': {} },
  ShutdownRequested: { '': { graceMs } },
  DrainRequested: { '': { graceMs } },
  KillRequested: { '': { graceMs } },
};

interface LabelledEvent {
  readonly label: string;
  readonly event: ServiceEvent;
}

/** All events of the table, in the order of {@link ServiceEvent}. */
function labelledEvents(mode: ServiceMode): LabelledEvent[] {
  return Object.entries(eventVariants).flatMap(([type, variants]) =>
    Object.entries(variants).map(([variant, fields]) => ({
      label: variant === '' ? type : `${type} (${variant})`,
      event: withMode({ type, at: soonAt, ...fields } as ServiceEvent, mode),
    })),
  );
}

/** A directory that is read keeps its mode. */
function withMode(event: ServiceEvent, mode: ServiceMode): ServiceEvent {
  return event.type === 'DefinitionRead'
    ? { ...event, definition: { ...event.definition, mode } }
    : event;
}

type Step = readonly [ServiceEventType, variant?: string];

/** The ways into the states, each built on another one. */
const asked: Step[] = [['StartRequested']];
const waiting: Step[] = [...asked, ['DefinitionRead', 'must wait']];
const spawning: Step[] = [...asked, ['DefinitionRead', 'nothing to wait for']];
const running: Step[] = [...spawning, ['ProcessSpawned']];
const paused: Step[] = [...running, ['SignalRequested', 'STOP']];
const expecting: Step[] = [...running, ['PidExpected']];
const background: Step[] = [...expecting, ['ProcessExited', 'after 5 s']];
const reading: Step[] = [...running, ['ProcessExited', 'after 5 s']];
const stoppingSpawn: Step[] = [...spawning, ['ShutdownRequested']];
const terminating: Step[] = [...running, ['StopRequested']];
const draining: Step[] = [...running, ['DrainRequested']];
const killing: Step[] = [...running, ['KillRequested']];
const again: Step = ['StartRequested'];

interface Variant {
  readonly mode: ServiceMode;
  readonly way: readonly Step[];
}
type Variants = Readonly<Record<string, Variant>>;

const inEachMode = (way: readonly Step[]): Variants => ({
  up: { mode: 'respawn', way },
  once: { mode: 'oneshot', way },
  sync: { mode: 'sync', way },
});
const stopped = (way: readonly Step[]): Variants => ({
  down: { mode: 'respawn', way },
  'up again': { mode: 'respawn', way: [...way, again] },
  'once again': { mode: 'oneshot', way: [...way, again] },
});

const variantsByState: Readonly<Record<string, Variants>> = {
  down: { respawn: { mode: 'respawn', way: [] }, oneshot: { mode: 'oneshot', way: [] } },
  'waiting-deps': {
    'up, unread': { mode: 'respawn', way: asked },
    'once, unread': { mode: 'oneshot', way: asked },
    'sync, unread': { mode: 'sync', way: asked },
    ...inEachMode(waiting),
  },
  'starting.reading': {
    up: { mode: 'respawn', way: reading },
    once: { mode: 'respawn', way: [...reading, ['RespawnDisabled']] },
  },
  'starting.spawning': inEachMode(spawning),
  'running.ready': {
    ...inEachMode(running),
    'up, expects a PID': { mode: 'respawn', way: expecting },
  },
  'running.paused': inEachMode(paused),
  'running.backgrounded': inEachMode(background),
  'stopping.spawning': stopped(stoppingSpawn),
  'stopping.draining': stopped(draining),
  'stopping.terminating': {
    ...stopped(terminating),
    'down, expects a PID': { mode: 'respawn', way: [...expecting, ['StopRequested']] },
  },
  'stopping.killing': {
    ...stopped(killing),
    'down, expects a PID': { mode: 'respawn', way: [...expecting, ['KillRequested']] },
  },
  'stopping.stuck': {
    down: { mode: 'respawn', way: [...killing, ['StopTimerFired']] },
    'down, no process': { mode: 'respawn', way: [...stoppingSpawn, ['StopTimerFired']] },
    'up again, no process': {
      mode: 'respawn',
      way: [...stoppingSpawn, ['StopTimerFired'], again],
    },
    'once again, no process': {
      mode: 'oneshot',
      way: [...stoppingSpawn, ['StopTimerFired'], again],
    },
  },
  respawning: {
    up: { mode: 'respawn', way: [...running, ['ProcessExited', 'after 0.1 s']] },
    once: { mode: 'oneshot', way: [...spawning, ['SpawnFailed', 'transient']] },
  },
  'sync-done': { sync: { mode: 'sync', way: [...running, ['ProcessExited', 'after 5 s']] } },
  finished: {
    once: { mode: 'oneshot', way: [...running, ['ProcessExited', 'after 5 s']] },
    'down, respawn': { mode: 'respawn', way: [...terminating, ['ProcessExited', 'after 5 s']] },
    bundle: { mode: 'oneshot', way: [...asked, ['DefinitionRead', 'no run']] },
  },
  failed: { once: { mode: 'oneshot', way: [...spawning, ['SpawnFailed', 'permanent']] } },
};

/** `running.ready`, `finished`. */
const fullState = (service: Service): string =>
  [stateName(service), innerState(service)].filter((part) => part !== undefined).join('.');

/** Returns a service that has gone `way` from the beginning. */
function walk({ mode, way }: Variant): Service {
  const input = { name: 'web', order: 1, definition: { ...plain, mode }, at: 0 };
  return way.reduce((service, [type, variant]) => {
    const fields = (eventVariants[type] as Readonly<Record<string, object>>)[variant ?? ''];
    const event = { type, at: startedAt, ...fields } as ServiceEvent;
    return serviceStepper.next(service, withMode(event, mode), []);
  }, serviceStepper.initial(input));
}

const signalNames = new Map<number, string>(
  Object.entries(signals).map(([name, number]) => [number, name]),
);

function effectText({ type, params }: Effect): string {
  if (type === 'SendSignal') return `${type} ${signalNames.get(params.signal) ?? '?'}`;
  if (type === 'StartTimer') return `${type} ${params.timer} ${String(params.delayMs)} ms`;
  if (type === 'CancelTimer') return `${type} ${params.timer}`;
  if (type === 'WatchProcess') return `${type} ${String(params.pid)}`;
  if (type === 'Report') return `${type} ${params.code}`;
  return type;
}

function cellOf(service: Service, event: ServiceEvent): Cell | undefined {
  const effects: Effect[] = [];
  const next = serviceStepper.next(service, event, effects);
  // XState gives the same snapshot back where a transition only acts, and does not change anything.
  if (next === service && effects.length === 0) return undefined;
  return { next: fullState(next), want: next.context.want, effects: effects.map(effectText) };
}

/** Returns the whole table. The ways into the states are checked by its spec. Pure. */
export function serviceTable(): ServiceTable {
  return Object.entries(variantsByState).map(([state, variants]) => {
    const columns = Object.entries(variants).map(([name, variant]) => ({
      name,
      mode: variant.mode,
      service: walk(variant),
    }));
    return {
      state,
      variants: columns.map(({ name, service }) => ({ name, want: service.context.want })),
      rows: labelledEvents('oneshot').map(({ label }, index) => ({
        event: label,
        cells: columns.map(({ mode, service }) => {
          const event = labelledEvents(mode)[index]?.event;
          return event && cellOf(service, event);
        }),
      })),
    };
  });
}

/** Returns where each way of the table leads in truth: the same state, unless a way is out of date. */
export function serviceTableWays(): {
  readonly state: string;
  readonly variant: string;
  readonly reached: string;
}[] {
  return Object.entries(variantsByState).flatMap(([state, variants]) =>
    Object.entries(variants).map(([name, way]) => ({
      state,
      variant: name,
      reached: fullState(walk(way)),
    })),
  );
}
