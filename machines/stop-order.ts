/**
 * The orderly end: each service is stopped when nothing that needs it is left, a log service after
 * what it logs, and as many at once as that allows. It is the reverse of the start order. Pure.
 *
 * @module
 */
import type { ServiceName } from './definition';
import { loggedService } from './names';
import { PersistentMap } from './persistent-map';
import { refusePendingStarts } from './replies';
import { innerState, isActive, isAtRest, servicesInOrder, stateName, type Service } from './state';
import { emit, settle, tell, tellInit, type Step } from './step';
import { planStop, type StopOrder } from './stop-plan';

/** No start is worked on any more, and whoever waits for one hears that. */
export function holdStarts(step: Step): void {
  const { draft } = step;
  refusePendingStarts(step, 'minit is shutting down');
  draft.agenda = undefined;
  draft.requested = [];
  draft.reading = undefined;
  draft.open = PersistentMap.empty();
  tellInit(step, { type: 'ShutdownRequested', at: step.at });
}

/** Works out the order and begins with it; {@link advanceShutdown} does the rest. */
export function beginStop(step: Step, order: StopOrder): void {
  const { draft } = step;
  draft.stopPlan = planStop(draft, order);
  const { blockers } = draft.stopPlan;
  const services = servicesInOrder(draft);
  dropPlanned(step);
  for (const { context } of services.reverse()) {
    if ((blockers.get(context.name) ?? 0) === 0) step.freed.push(context.name);
  }
}

/**
 * What has no process is of no use to its dependents, and must not get one when another one's end
 * lets it go on: all of them hear of it before the first one that waits is let go.
 */
export function dropPlanned(step: Step): void {
  const graceMs = graceOf(step);
  for (const service of servicesInOrder(step.draft)) {
    if (isOnlyPlanned(service))
      tell(step, service.context.name, { type: 'ShutdownRequested', at: step.at, graceMs });
  }
  settle(step);
}

/** The same for what has ended, or could not be started, before its turn to be stopped: it is not started again. */
function dropRestarts(step: Step): void {
  const { draft, transitions, lastTransition, touched } = step;
  const graceMs = graceOf(step);
  for (const name of new Set(touched)) {
    const service = draft.services.get(name);
    if (service === undefined || !isOnlyPlanned(service) || stateName(service) === 'stopping')
      continue;
    const told = lastTransition.get(name);
    const count = transitions.length;
    tell(step, name, { type: 'ShutdownRequested', at: step.at, graceMs });
    settle(step);
    // People are told of one change: that it would start again was true at no time.
    const [first, last] = [transitions[told ?? count], transitions[count]];
    if (told === undefined || first === undefined || last?.after.context.name !== name) continue;
    transitions[told] = { ...first, after: last.after };
    transitions.splice(count, 1);
    lastTransition.set(name, told);
  }
}

/** As whoever asked for this shutdown said, else as minit was started with. */
const graceOf = ({ draft }: Step): number => draft.shutdown?.graceMs ?? draft.init.context.graceMs;

/**
 * Waits for something before it gets a process: its dependencies, its pause, its directory; or, given up by
 * the last shutdown and asked for again since, for an exec that hangs or a process that does not die.
 */
function isOnlyPlanned(service: Service): boolean {
  const state = stateName(service);
  const inner = innerState(service);
  return (
    state === 'waiting-deps' || state === 'respawning' || inner === 'reading' || inner === 'stuck'
  );
}

/** KILL at once, whatever the order. */
export function killAll(step: Step): void {
  const graceMs = graceOf(step);
  for (const service of servicesInOrder(step.draft).reverse()) {
    if (isActive(service))
      tell(step, service.context.name, { type: 'KillRequested', at: step.at, graceMs });
  }
  settle(step);
}

/** Stops `name`, which nothing needs any more. */
function stop(step: Step, name: ServiceName): void {
  const service = step.draft.services.get(name);
  // What is no service stands between those that go first and the rest.
  if (service === undefined) {
    release(step, name);
    return;
  }
  const graceMs = graceOf(step);
  const logged = loggedService(name);
  if (logged !== undefined) emit(step, 'CloseLogPipe', { service: logged });
  if (!isActive(service)) {
    // A bundle takes note of it.
    if (isAtRest(service)) tell(step, name, { type: 'ShutdownRequested', at: step.at, graceMs });
    release(step, name);
    return;
  }
  if (logged !== undefined && stateName(service) !== 'stopping') {
    tell(step, name, { type: 'DrainRequested', at: step.at, graceMs });
  } else {
    tell(step, name, { type: 'ShutdownRequested', at: step.at, graceMs });
  }
}

/** `name` is gone: what it needed has one dependent less. Each service is released once: its edges leave the plan. */
function release(step: Step, name: ServiceName): void {
  const plan = step.draft.stopPlan;
  const needs = plan?.below.get(name);
  if (plan === undefined || needs === undefined) return;
  let { blockers } = plan;
  const free: ServiceName[] = [];
  for (const need of needs) {
    const left = (blockers.get(need) ?? 1) - 1;
    blockers = blockers.set(need, left);
    if (left === 0) free.push(need);
  }
  step.draft.stopPlan = { ...plan, blockers, below: plan.below.delete(name) };
  step.freed.push(...free);
}

/** Releases what came to rest, and forgets what was touched: each round looks only at what it changed. */
function releaseTouched(step: Step): void {
  const { draft, touched } = step;
  for (const name of new Set(touched)) {
    const service = draft.services.get(name);
    const isBlocked = (draft.stopPlan?.blockers.get(name) ?? 0) > 0;
    if (service !== undefined && !isActive(service) && !isBlocked) release(step, name);
  }
  touched.length = 0;
}

/**
 * For the end of a step: goes on with the shutdown. A service without a process is at rest as
 * soon as it is told, and frees the next one, so that one step may go far down a chain.
 */
export function advanceShutdown(step: Step): void {
  const { draft } = step;
  if (draft.stopPlan === undefined) return;
  dropRestarts(step);
  releaseTouched(step);
  while (step.freed.length > 0) {
    for (const name of step.freed.splice(0)) stop(step, name);
    settle(step);
    releaseTouched(step);
  }
  // An exec that hangs has a stuck service, and is not waited for.
  if (draft.active === 0) {
    const { stuck, shutdown } = draft;
    const goal = shutdown?.goal ?? 'power-off';
    tellInit(step, { type: 'EverythingStopped', at: step.at, stuck, goal, graceMs: graceOf(step) });
    if (draft.init.value === 'running') endShutdown(step);
  }
}

/** The machine goes on: services can be started again. */
export function endShutdown({ draft }: Step): void {
  draft.stopPlan = undefined;
  draft.shutdown = undefined;
}
