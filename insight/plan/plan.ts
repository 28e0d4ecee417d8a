/**
 * What an order would do, without doing it: the real fold, on the present state, in a world in which all
 * goes well (ideal-world.ts). What it decides is told step by step; what one step holds goes on in
 * parallel. Pure.
 *
 * @module
 */
import type { ServiceName } from '../../machines/definition';
import type { Effect, EffectType } from '../../machines/effects';
import type { Transition } from '../../machines/fold';
import {
  servicesInOrder,
  stateName,
  type Service,
  type StateName,
  type SupervisorState,
} from '../../machines/state';
import { reasonOf } from '../../machines/describe';
import type { Want } from '../../machines/service-context';
import type { TreeFinding } from '../../machines/tree-facts';
import { IdealWorld, type IdealStep, type ReadDirectory } from './ideal-world';
import { requestsOf, type PlanOrder } from './plan-order';
import { actionText } from './plan-text';
import { planWarnings, refusals, type PlanWarning, type Refusal } from './plan-warnings';

/** What minit does for one service, or (without one) for the whole system. */
export interface PlanAction {
  readonly service?: ServiceName;
  /** The state that it leads to at once. */
  readonly state?: StateName;
  /** A sentence, for people. */
  readonly text: string;
  /** A start: what has been started, or has terminated, before. */
  readonly after?: readonly ServiceName[];
  readonly effects: readonly Effect[];
}

export interface PlanStep {
  readonly actions: readonly PlanAction[];
}

export interface Plan {
  readonly order: PlanOrder;
  readonly steps: readonly PlanStep[];
  readonly warnings: readonly PlanWarning[];
  /** Orders that minit would refuse, and why. */
  readonly refused: readonly Refusal[];
  /** Services whose state would be another one, or what is wanted of them. */
  readonly changes: readonly PlanChange[];
  /** Services that the order is about, and whose state stays as it is. */
  readonly unchanged: readonly {
    readonly service: ServiceName;
    readonly state: StateName;
    readonly reason: string;
  }[];
}

export interface PlanChange {
  readonly service: ServiceName;
  readonly before: StateName | undefined;
  readonly after: StateName;
  /** What is wanted of it, and whether it respawns, where that would be another one, too. */
  readonly want?: { readonly before: Want; readonly after: Want };
  readonly respawns?: { readonly before: boolean; readonly after: boolean };
}

export interface PlanGiven {
  readonly order: PlanOrder;
  /** The present one; that before the first event where there is none. */
  readonly state: SupervisorState;
  readonly read: ReadDirectory;
  /** What else is known to be wrong with the tree. */
  readonly findings?: readonly TreeFinding[];
}

/** Returns what `order` would do. Pure: runs no effect. */
export function planOf(given: PlanGiven): Plan {
  const { order, state: begin, read } = given;
  const requests = requestsOf(order);
  const world = new IdealWorld(begin, read);
  const ideal: IdealStep[] = [];
  for (const step of world.steps(requests)) ideal.push(step);
  const end = ideal.at(-1)?.state ?? begin;
  const named = order.kind === 'start' ? order.services : [];
  const steps = ideal
    .map((step, index) => planStep(step, begin, index === 0 ? named : []))
    .filter(({ actions }) => actions.length);
  const changes = changesBetween(begin, end);
  return {
    order,
    steps,
    warnings: planWarnings({ ...given, begin, end, ideal }),
    refused: refusals({ begin, order, ideal }),
    changes,
    unchanged: unchangedOf(given, { steps, changes }, end),
  };
}

/** Returns the state that `order` leads to when all goes well. Pure. */
export function stateAfter(given: PlanGiven): SupervisorState {
  let { state } = given;
  for (const step of new IdealWorld(state, given.read).steps(requestsOf(given.order)))
    ({ state } = step);
  return state;
}

/** Effects that change nothing for a service or the system, or that have a place of their own in a plan. */
const unplanned: ReadonlySet<EffectType> = new Set<EffectType>([
  'ReadService',
  'Reply',
  'Report',
  'OpenLog',
  'OpenControl',
  'ProbeProcess',
]);

interface Group {
  readonly effects: Effect[];
  /** It is named in the order: as it was before that. */
  before?: Service | undefined;
  last?: Transition;
  isAwaited?: true;
}

/** `named`: services for which the order says in this step how they are to be. */
function planStep(
  { decisions, awaited, state }: IdealStep,
  begin: SupervisorState,
  named: readonly ServiceName[],
): PlanStep {
  const groups = new Map<ServiceName | undefined, Group>();
  const groupOf = (service: ServiceName | undefined): Group => {
    const group = groups.get(service) ?? { effects: [] };
    groups.set(service, group);
    return group;
  };
  for (const name of awaited) groupOf(name).isAwaited = true;
  for (const { effects, transitions } of decisions) {
    for (const effect of effects) {
      if (unplanned.has(effect.type) || isReplyTimer(effect)) continue;
      groupOf(serviceOf(effect)).effects.push(effect);
    }
    for (const transition of transitions)
      if (isDecision(transition)) groupOf(transition.after.context.name).last = transition;
  }
  for (const name of named) groupOf(name).before = begin.services.get(name);
  const actions = [...groups].flatMap(([service, group]): PlanAction[] => {
    const now = service === undefined ? undefined : state.services.get(service);
    const text = actionText({ service: now, begin, ...group });
    if (text === undefined) return [];
    const isStart = group.effects.some(({ type }) => type === 'SpawnProcess');
    return [
      {
        ...(service !== undefined && { service }),
        ...(now !== undefined && { state: stateName(now) }),
        text,
        ...(isStart && { after: now?.context.needs ?? [] }),
        effects: group.effects,
      },
    ];
  });
  return { actions };
}

/** A change that nothing outside has made: it is decided, without an effect that would show it. */
function isDecision({ before, after }: Transition): boolean {
  const hadProcess = before?.context.pid !== undefined;
  const state = stateName(after);
  return (
    !hadProcess &&
    (state === 'finished' ||
      state === 'sync-done' ||
      state === 'down' ||
      state === 'failed' ||
      state === 'respawning')
  );
}

function serviceOf({ type, params }: Effect): ServiceName | undefined {
  // The pipe is the logged service's, and it is the log service that hears of it.
  if (type === 'CloseLogPipe') return `${params.service}/log`;
  if ('service' in params) return params.service;
  return 'timer' in params
    ? /^(?:respawn|stop|pid|read):(.*)$/su.exec(params.timer)?.[1]
    : undefined;
}

const isReplyTimer = ({ params }: Effect): boolean =>
  'timer' in params && params.timer.startsWith('reply:');

function changesBetween(begin: SupervisorState, end: SupervisorState): PlanChange[] {
  return servicesInOrder(end).flatMap((service) => {
    const before = begin.services.get(service.context.name);
    const [from, to] = [before && stateName(before), stateName(service)];
    const wishes = before === undefined ? {} : changedWishes(before, service);
    if (from === to && Object.keys(wishes).length === 0) return [];
    return [{ service: service.context.name, before: from, after: to, ...wishes }];
  });
}

function changedWishes(before: Service, after: Service): Pick<PlanChange, 'want' | 'respawns'> {
  const [was, is] = [before.context, after.context];
  return {
    ...(was.want !== is.want && { want: { before: was.want, after: is.want } }),
    ...(was.respawns !== is.respawns && { respawns: { before: was.respawns, after: is.respawns } }),
  };
}

function unchangedOf(
  { order, state }: PlanGiven,
  { steps, changes }: Pick<Plan, 'steps' | 'changes'>,
  end: SupervisorState,
): Plan['unchanged'] {
  const changed = new Set(changes.map(({ service }) => service));
  const touched = new Set(steps.flatMap(({ actions }) => actions.map(({ service }) => service)));
  const named = order.kind === 'boot' || order.kind === 'shutdown' ? [] : order.services;
  const about = new Set(named);
  // What a start needs, down to the last one.
  if (order.kind === 'start')
    for (const name of about)
      for (const need of end.services.get(name)?.context.needs ?? []) about.add(need);
  return [...about].flatMap((name) => {
    const [before, after] = [state.services.get(name), end.services.get(name)];
    if (before === undefined || after === undefined) return [];
    if (touched.has(name) || changed.has(name)) return [];
    return [{ service: name, state: stateName(after), reason: reasonOf(after) }];
  });
}

export type { PlanOrder, PlanWarning, Refusal };
