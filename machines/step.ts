/**
 * One fold in progress: a shallow draft of the state, the effects and transitions so far, and a
 * queue of what single services are still to be told. The draft never leaves the fold. Pure:
 * the same state and event give the same result, and the old state stays as it was.
 *
 * @module
 */
import { effect, type Effect, type EffectParams, type EffectType } from './effects';
import type { RecordedEvent } from './events';
import type { ServiceName } from './definition';
import { InvariantViolation } from './invariant-violation';
import { PersistentMap } from './persistent-map';
import type { InitEvent } from './init';
import type { ServiceEvent } from './service-context';
import {
  initStepper,
  innerState,
  isActive,
  isAtRest,
  isRising,
  isSettled,
  isStuck,
  serviceStepper,
  stateName,
  type Service,
  type SupervisorState,
} from './state';

/** A change of a service's state, for people and for tests. */
export interface Transition {
  readonly seq: number;
  readonly at: number;
  readonly before: Service | undefined;
  readonly after: Service;
  readonly event: ServiceEvent;
}

type Draft = { -readonly [K in keyof SupervisorState]: SupervisorState[K] };

export interface Step {
  readonly draft: Draft;
  readonly seq: number;
  readonly at: number;
  /** The event whose effect led to this one, if one did. */
  readonly cause: number | undefined;
  readonly effects: Effect[];
  readonly transitions: Transition[];
  /** Place in `transitions` of each service's last one. */
  readonly lastTransition: Map<ServiceName, number>;
  /** What is to be told to services, in order; {@link settle} empties it. */
  queue: { readonly name: ServiceName; readonly event: ServiceEvent }[];
  /** Services that have changed in this step, some more than once, for the plans that wait for that. */
  readonly touched: ServiceName[];
  /** During a shutdown: services whose last dependent has gone. */
  readonly freed: ServiceName[];
}

/** Written out, since each event makes one: a spread of so many fields costs a tenth of a simulated run. */
const draftOf = (state: SupervisorState, { seq, at }: { seq: number; at: number }): Draft => ({
  seq,
  at,
  pid: state.pid,
  role: state.role,
  root: state.root,
  init: state.init,
  services: state.services,
  serviceByPid: state.serviceByPid,
  waiters: state.waiters,
  agenda: state.agenda,
  requested: state.requested,
  reading: state.reading,
  open: state.open,
  blackList: state.blackList,
  askers: state.askers,
  hasStarted: state.hasStarted,
  history: state.history,
  unclaimed: state.unclaimed,
  spawning: state.spawning,
  rising: state.rising,
  active: state.active,
  stuck: state.stuck,
  newestRequest: state.newestRequest,
  pendingStarts: state.pendingStarts,
  pendingProbes: state.pendingProbes,
  stopPlan: state.stopPlan,
  pendingUpdate: state.pendingUpdate,
  emergencyShell: state.emergencyShell,
  resumes: state.resumes,
  shutdown: state.shutdown,
  isLogOpen: state.isLogOpen,
  logPath: state.logPath,
  isControlOpen: state.isControlOpen,
});

export function beginStep(state: SupervisorState, { seq, at, cause }: RecordedEvent): Step {
  return {
    draft: draftOf(state, { seq, at }),
    seq,
    at,
    cause,
    effects: [],
    transitions: [],
    lastTransition: new Map(),
    queue: [],
    touched: [],
    freed: [],
  };
}

export function emit<K extends EffectType>(step: Step, type: K, params: EffectParams<K>): void {
  step.effects.push(effect(type, params));
}

export function tell(step: Step, name: ServiceName, event: ServiceEvent): void {
  step.queue.push({ name, event });
}

export function tellInit(step: Step, event: InitEvent): void {
  step.draft.init = initStepper.next(step.draft.init, event, step.effects);
}

/** Adds a service that was just read for the first time. */
export function addService(step: Step, service: Service): void {
  step.draft.services = step.draft.services.set(service.context.name, service);
}

/** Tells every queued event to its service, and what follows from it, until nothing is left to tell. */
export function settle(step: Step): void {
  // The queue grows while it is read; a service never hears two events at once.
  for (let index = 0; index < step.queue.length; index += 1) {
    const told = step.queue[index];
    if (told !== undefined) deliver(step, told.name, told.event);
  }
  if (step.queue.length > 0) step.queue = [];
}

function deliver(step: Step, name: ServiceName, event: ServiceEvent): void {
  const { draft } = step;
  const before = draft.services.get(name);
  if (before === undefined)
    throw new InvariantViolation(`${event.type} for the unknown service ${name}`);
  const effectsBefore = step.effects.length;
  const after = serviceStepper.next(before, event, step.effects);
  if (after === before) return;
  draft.services = draft.services.set(name, after);
  for (let index = effectsBefore; index < step.effects.length; index += 1)
    if (step.effects[index]?.type === 'SpawnProcess') draft.spawning += 1;
  step.touched.push(name);
  if (before.value !== after.value) count(draft, before, after);
  trackPid(draft, before, after);
  if (stateName(before) === 'waiting-deps' && stateName(after) !== 'waiting-deps')
    unregister(draft, before);
  if (stateName(before) !== stateName(after) || innerState(before) !== innerState(after)) {
    step.lastTransition.set(name, step.transitions.length);
    step.transitions.push({ seq: step.seq, at: step.at, before, after, event });
  } else {
    refreshTransition(step, after);
  }
  if (releases(before, after)) releaseWaiters(step, name);
}

/** What a service learns in the step in which it changed its state belongs to that change: whom it waits for, say. */
function refreshTransition({ transitions, lastTransition }: Step, after: Service): void {
  const index = lastTransition.get(after.context.name);
  const transition = index === undefined ? undefined : transitions[index];
  if (index !== undefined && transition !== undefined)
    transitions[index] = { ...transition, after };
}

function count(draft: Draft, before: Service, after: Service): void {
  if (isRising(before)) draft.rising -= 1;
  if (isRising(after)) draft.rising += 1;
  if (isActive(before)) draft.active -= 1;
  if (isActive(after)) draft.active += 1;
  if (isStuck(before)) draft.stuck -= 1;
  if (isStuck(after)) draft.stuck += 1;
}

function trackPid(draft: Draft, before: Service, after: Service): void {
  const oldPid = before.context.pid;
  const newPid = after.context.pid;
  if (oldPid === newPid) return;
  if (oldPid !== undefined) draft.serviceByPid = draft.serviceByPid.delete(String(oldPid));
  if (newPid !== undefined)
    draft.serviceByPid = draft.serviceByPid.set(String(newPid), after.context.name);
}

/** Does this change let dependents go on? Also when what they wait for comes to rest without being settled. */
function releases(before: Service, after: Service): boolean {
  if (isSettled(before)) return false;
  return isSettled(after) || (isAtRest(after) && !isAtRest(before));
}

/** Lets everything that waits for `name` go on. */
function releaseWaiters(step: Step, name: ServiceName): void {
  const { draft } = step;
  const waiting = draft.waiters.get(name);
  if (waiting === undefined) return;
  draft.waiters = draft.waiters.delete(name);
  const order = (service: string) => draft.services.get(service)?.context.order ?? 0;
  const names = waiting.keys();
  if (names.length > 1) names.sort((a, b) => order(a) - order(b));
  for (const waiter of names) {
    tell(step, waiter, { type: 'DependencySettled', at: step.at, dependency: name });
  }
}

/** Lets `waiter` go on without `name`, which then does not count for the stop order either. */
export function dropDependency(step: Step, waiter: ServiceName, name: ServiceName): void {
  const waiting = step.draft.waiters.get(name)?.delete(waiter);
  if (waiting !== undefined) setWaiters(step.draft, name, waiting);
  tell(step, waiter, { type: 'DependencyDropped', at: step.at, dependency: name });
}

/** Records that `waiter` waits for each of `names`. */
export function registerWaiter(step: Step, waiter: ServiceName, names: PersistentMap<true>): void {
  if (names.size === 0) return;
  const { waiters } = step.draft;
  const onlyThis = PersistentMap.of<true>([[waiter, true]]);
  step.draft.waiters = waiters.setAll(
    names.keys().map((name) => [name, waiters.get(name)?.set(waiter, true) ?? onlyThis]),
  );
}

function unregister(draft: Draft, { context }: Service): void {
  for (const name of context.waitingFor.keys()) {
    const waiting = draft.waiters.get(name)?.delete(context.name);
    if (waiting !== undefined) setWaiters(draft, name, waiting);
  }
}

function setWaiters(draft: Draft, name: ServiceName, waiting: PersistentMap<true>): void {
  draft.waiters =
    waiting.size === 0 ? draft.waiters.delete(name) : draft.waiters.set(name, waiting);
}
