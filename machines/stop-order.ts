/**
 * The orderly end: each service is stopped when nothing that needs it is left, a log service after
 * what it logs, and as many at once as that allows. It is the reverse of the start order. Pure.
 *
 * @module
 */
import type { ServiceName } from './definition';
import { sameRequestUs } from './limits';
import { loggedService } from './names';
import { PersistentMap } from './persistent-map';
import { refusePendingStarts } from './replies';
import {
  innerState,
  isActive,
  servicesInOrder,
  stateName,
  type Service,
  type StopPlan,
  type SupervisorState,
} from './state';
import { emit, settle, tell, tellInit, type Step } from './step';

/**
 * Begins the shutdown; {@link advanceShutdown} does it. When it is under way already, whoever asks
 * again wants it at once: KILL. But one Ctrl-C may come twice, from the terminal and forwarded by npm.
 */
export function beginShutdown(step: Step): void {
  const { draft } = step;
  if (draft.stopPlan !== undefined) {
    if (step.at - draft.stopPlan.begunAt >= sameRequestUs) killAll(step);
    return;
  }
  refusePendingStarts(step, 'minit is shutting down');
  draft.agenda = undefined;
  draft.requested = [];
  draft.reading = undefined;
  draft.open = PersistentMap.empty();
  tellInit(step, { type: 'ShutdownRequested', at: step.at });
  draft.stopPlan = planStop(draft);
  const { blockers } = draft.stopPlan;
  const { graceMs } = draft.init.context;
  const services = servicesInOrder(draft);
  // What has no process is of no use to its dependents, and must not get one when another one's end
  // lets it go on: all of them hear of it before the first one that waits is let go.
  for (const service of services) {
    if (isOnlyPlanned(service))
      tell(step, service.context.name, { type: 'ShutdownRequested', at: step.at, graceMs });
  }
  settle(step);
  for (const { context } of services.reverse()) {
    if ((blockers.get(context.name) ?? 0) === 0) step.freed.push(context.name);
  }
}

/** Waits for something before it gets a process: its dependencies, its pause, its directory. */
function isOnlyPlanned(service: Service): boolean {
  const state = stateName(service);
  return state === 'waiting-deps' || state === 'respawning' || innerState(service) === 'reading';
}

function killAll(step: Step): void {
  const { graceMs } = step.draft.init.context;
  for (const service of servicesInOrder(step.draft).reverse()) {
    if (isActive(service))
      tell(step, service.context.name, { type: 'KillRequested', at: step.at, graceMs });
  }
  settle(step);
}

/** Works out who must be gone before whom. An edge that closes a cycle does not count. */
export function planStop(state: SupervisorState): StopPlan {
  const below = new Map<ServiceName, ServiceName[]>();
  for (const { context } of servicesInOrder(state)) {
    if (!below.has(context.name)) walkDown(state, context.name, below);
  }

  const blockers = new Map<ServiceName, number>();
  for (const needs of below.values()) {
    for (const need of needs) blockers.set(need, (blockers.get(need) ?? 0) + 1);
  }
  return {
    begunAt: state.at,
    blockers: PersistentMap.of(blockers),
    below: PersistentMap.of(below),
  };
}

/** Depth first from `root`, with a stack of its own: a chain may be longer than the call stack. */
function walkDown(
  state: SupervisorState,
  root: ServiceName,
  below: Map<ServiceName, ServiceName[]>,
): void {
  const open = new Set<ServiceName>();
  const stack: { name: ServiceName; needs: readonly ServiceName[]; next: number }[] = [];
  const enter = (name: ServiceName): void => {
    below.set(name, []);
    open.add(name);
    stack.push({ name, needs: state.services.get(name)?.context.needs ?? [], next: 0 });
  };
  enter(root);
  for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
    const need = top.needs[top.next];
    top.next += 1;
    if (need === undefined) {
      open.delete(top.name);
      stack.pop();
    } else if (!open.has(need) && state.services.has(need)) {
      below.get(top.name)?.push(need);
      if (!below.has(need)) enter(need);
    }
  }
}

/** Stops `name`, which nothing needs any more. */
function stop(step: Step, name: ServiceName): void {
  const service = step.draft.services.get(name);
  if (service === undefined) return;
  const graceMs = step.draft.init.context.graceMs;
  const logged = loggedService(name);
  if (logged !== undefined) emit(step, 'CloseLogPipe', { service: logged });
  if (!isActive(service)) {
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
  for (const name of touched) {
    const service = draft.services.get(name);
    const isBlocked = (draft.stopPlan?.blockers.get(name) ?? 0) > 0;
    if (service !== undefined && !isActive(service) && !isBlocked) release(step, name);
  }
  touched.clear();
}

/**
 * For the end of a step: goes on with the shutdown. A service without a process is at rest as
 * soon as it is told, and frees the next one, so that one step may go far down a chain.
 */
export function advanceShutdown(step: Step): void {
  const { draft } = step;
  if (draft.stopPlan === undefined) return;
  releaseTouched(step);
  while (step.freed.length > 0) {
    for (const name of step.freed.splice(0)) stop(step, name);
    settle(step);
    releaseTouched(step);
  }
  // An exec that hangs has a stuck service, and is not waited for.
  if (draft.active === 0) {
    tellInit(step, { type: 'EverythingStopped', at: step.at, stuck: draft.stuck });
  }
}
