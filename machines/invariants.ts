/**
 * What must hold of every state, whatever the world does. Asserted after each event in tests and
 * simulation, and used there as properties; a check of all costs the number of services, so a live
 * minit checks only when it is asked to. Pure.
 *
 * @module
 */
import { InvariantViolation } from './invariant-violation';
import {
  innerState,
  isActive,
  isAtRest,
  isRising,
  isSettled,
  isStuck,
  stateName,
  type Agenda,
  type Service,
  type SupervisorState,
} from './state';
import type { ServiceName } from './definition';
import type { Effect } from './effects';
import { PersistentMap } from './persistent-map';

const waitRule = 'who waits, waits for something that is still to come';
const isWaiting = (service: Service): boolean =>
  service.context.isRead && stateName(service) === 'waiting-deps';

/** What must hold of each service, by the name of the rule; returns what is wrong, or `undefined`. */
const serviceRules: Readonly<
  Record<string, (state: SupervisorState, service: Service) => string | undefined>
> = {
  'each process is on record': (state, { context: { name, pid } }) =>
    pid !== undefined && state.serviceByPid.get(String(pid)) !== name
      ? `process ${String(pid)} of ${name} is not on record`
      : undefined,

  'a process exists exactly in running and stopping, unless it is in the background': (
    _,
    service,
  ) => {
    const { pid, name } = service.context;
    const [value, inner] = [stateName(service), innerState(service)];
    const mayLack = value === 'stopping' && (inner === 'spawning' || inner === 'stuck');
    const hasProcess =
      (value === 'running' && inner !== 'backgrounded') || (value === 'stopping' && !mayLack);
    if (hasProcess && pid === undefined) return `${name} is ${value} without a process`;
    if (!hasProcess && !mayLack && pid !== undefined)
      return `${name} is ${value} with process ${String(pid)}`;
    return undefined;
  },

  'no service starts before its dependencies are settled': (_, { value, context }) =>
    typeof value === 'object' &&
    'starting' in value &&
    value.starting === 'spawning' &&
    context.waitingFor.size > 0
      ? `${context.name} starts while it waits`
      : undefined,

  'a service that is wanted up runs, starts, waits for something named, or backs off': (
    state,
    service,
  ) =>
    service.context.want === 'up' && isAtRest(service) && state.stopPlan === undefined
      ? `${service.context.name} is wanted up but ${stateName(service)}`
      : undefined,

  [waitRule]: (_, service) =>
    isWaiting(service) && service.context.waitingFor.size === 0
      ? `${service.context.name} waits for nothing`
      : undefined,
};

const processRule = 'at most one process a service, and each process has one service';
const countRule = 'the counts are right';
const shutdownRule = 'services are taken down exactly while minit says so';
const nobody = PersistentMap.empty<true>();
const counts = [
  { field: 'rising', holds: isRising },
  { field: 'active', holds: isActive },
  { field: 'stuck', holds: isStuck },
] as const;
type Count = (typeof counts)[number];

export const invariantNames: readonly string[] = [
  processRule,
  ...Object.keys(serviceRules),
  shutdownRule,
  countRule,
];

/** @throws InvariantViolation that names the rule and the service. */
export function checkInvariants(state: SupervisorState): void {
  checkProcesses(state, state.serviceByPid.keys());
  for (const service of state.services.values()) {
    checkService(state, service);
    for (const needed of service.context.waitingFor.keys()) checkWait(state, service, needed);
  }
  checkShutdown(state);
  const services = state.services.values();
  for (const { field, holds } of counts) checkCount(state, field, services.filter(holds).length);
}

/**
 * The same, where `before` was right already: looks only at what `after` has changed, and at what
 * may depend on it. Costs what the event cost.
 *
 * @throws InvariantViolation that names the rule and the service.
 */
export function checkInvariantsAfter(before: SupervisorState, after: SupervisorState): void {
  // While services are taken down they may rest although they are wanted: then all are to be looked at again.
  if (before.stopPlan !== undefined && after.stopPlan === undefined) {
    checkInvariants(after);
    return;
  }
  const changed = after.services.changedKeys(before.services);
  const pids = after.serviceByPid.changedKeys(before.serviceByPid);
  checkProcesses(after, pids);
  // Whose process was on record may have been left as it was.
  for (const pid of pids) {
    const owner = after.services.get(before.serviceByPid.get(pid) ?? '');
    if (owner !== undefined) checkService(after, owner);
  }
  for (const name of changed) checkChanged(before, after, name);
  for (const needed of after.waiters.changedKeys(before.waiters)) {
    const [then, now] = [before.waiters.get(needed) ?? nobody, after.waiters.get(needed) ?? nobody];
    for (const waiter of now.changedKeys(then))
      checkWait(after, after.services.get(waiter), needed);
  }
  for (const needed of takenFromAgenda(before, after)) checkWaiters(after, needed);
  checkShutdown(after);
  const [then, now] = [before, after].map(({ services }) =>
    changed.map((name) => services.get(name)),
  );
  for (const count of counts)
    checkCount(
      after,
      count.field,
      before[count.field] + counted(now, count) - counted(then, count),
    );
}

function counted(services: readonly (Service | undefined)[] = [], { holds }: Count): number {
  let number = 0;
  for (const service of services) if (service !== undefined && holds(service)) number += 1;
  return number;
}

/** A service that is another than before: itself, its process, and whom it waits for or who waits for it. */
function checkChanged(before: SupervisorState, after: SupervisorState, name: ServiceName): void {
  const [then, now] = [before.services.get(name), after.services.get(name)];
  if (then?.context.pid !== undefined) checkProcesses(after, [String(then.context.pid)]);
  checkWaiters(after, name);
  if (now === undefined) return;
  checkService(after, now);
  if (!isWaiting(now)) return;
  const { waitingFor } = now.context;
  const known = then !== undefined && isWaiting(then) ? then.context.waitingFor : nobody;
  for (const needed of waitingFor.changedKeys(known))
    if (waitingFor.has(needed)) checkWait(after, now, needed);
}

/** Those who wait for `needed` as far as it knows; see {@link checkWait} for those of whom it knows nothing. */
function checkWaiters(state: SupervisorState, needed: ServiceName): void {
  for (const waiter of state.waiters.get(needed)?.keys() ?? [])
    checkWait(state, state.services.get(waiter), needed);
}

function checkWait(state: SupervisorState, waiter: Service | undefined, needed: ServiceName): void {
  if (waiter === undefined || !isWaiting(waiter) || !waiter.context.waitingFor.has(needed)) return;
  const { name } = waiter.context;
  if (!state.waiters.get(needed)?.has(name))
    violate(state, waitRule, `${name} waits for ${needed} unknown to it`);
  const target = state.services.get(needed);
  if (target !== undefined && isSettled(target))
    violate(state, waitRule, `${name} waits for ${needed}, which is settled`);
  const isComing = target !== undefined && !isAtRest(target);
  if (!isComing && !isOnAgenda(state, needed))
    violate(state, waitRule, `${name} waits for ${needed}, which nobody starts`);
}

function checkProcesses(state: SupervisorState, pids: Iterable<string>): void {
  for (const pid of pids) {
    const name = state.serviceByPid.get(pid);
    if (name !== undefined && state.services.get(name)?.context.pid !== Number(pid))
      violate(state, processRule, `process ${pid} is not that of ${name}`);
  }
}

function checkService(state: SupervisorState, service: Service): void {
  for (const rule in serviceRules) {
    const problem = serviceRules[rule]?.(state, service);
    if (problem !== undefined) violate(state, rule, problem);
  }
}

function checkShutdown(state: SupervisorState): void {
  const { value } = state.init;
  const says = value === 'shutting-down' || value === 'clearing' || value === 'ending';
  const isUnderWay = state.stopPlan !== undefined || state.shutdown !== undefined;
  if (says === isUnderWay || value === 'halted') return;
  violate(
    state,
    shutdownRule,
    `minit is ${value}, and a shutdown is ${isUnderWay ? '' : 'not '}under way`,
  );
}

function checkCount(state: SupervisorState, field: Count['field'], number: number): void {
  if (state[field] !== number)
    violate(state, countRule, `${field} is ${String(state[field])}, counted ${String(number)}`);
  if (state.spawning < 0) violate(state, countRule, 'more spawns ended than began');
}

function violate({ seq }: SupervisorState, rule: string, problem: string): never {
  throw new InvariantViolation(`after event ${String(seq)}: ${rule}: ${problem}`);
}

/** Services that were to be started, and no longer are on the list. */
function* takenFromAgenda(before: SupervisorState, after: SupervisorState): Generator<string> {
  if (before.reading !== undefined && before.reading !== after.reading)
    yield before.reading.service;
  if (before.requested !== after.requested)
    for (const item of before.requested) if (item.kind === 'start') yield item.service;
  if (before.agenda === after.agenda) return;
  // Mostly the first item has been taken, and nothing added.
  if (before.agenda !== undefined && before.agenda.rest === after.agenda) {
    if (before.agenda.item.kind === 'start') yield before.agenda.item.service;
    return;
  }
  const kept = new Set<Agenda>();
  for (let node = after.agenda; node !== undefined; node = node.rest) kept.add(node);
  for (let node = before.agenda; node !== undefined && !kept.has(node); node = node.rest)
    if (node.item.kind === 'start') yield node.item.service;
}

function isOnAgenda({ agenda, reading, requested }: SupervisorState, name: string): boolean {
  const isIt = (item: Agenda['item']): boolean => item.kind === 'start' && item.service === name;
  if (reading?.service === name || requested.some(isIt)) return true;
  for (let node = agenda; node !== undefined; node = node.rest) if (isIt(node.item)) return true;
  return false;
}

/** A signal is only ever sent to a process that is on record. @throws InvariantViolation otherwise. */
export function checkSignals(
  before: SupervisorState,
  after: SupervisorState,
  effects: readonly Effect[],
): void {
  for (const { type, params } of effects) {
    if (type !== 'SendSignal') continue;
    const pid = String(params.pid);
    if (!before.serviceByPid.has(pid) && !after.serviceByPid.has(pid)) {
      throw new InvariantViolation(
        `signal ${String(params.signal)} for process ${pid}, which is not on record`,
      );
    }
  }
}
