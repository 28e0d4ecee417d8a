/**
 * What must hold of every state, whatever the world does. Asserted after each event in tests and
 * simulation, and used there as properties; costs the number of services, so a live minit checks
 * only when it is asked to. Pure.
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
import type { Effect } from './effects';

/** The rules by name; each returns what is wrong, or `undefined`. */
const rules: Readonly<Record<string, (state: SupervisorState) => string | undefined>> = {
  'at most one process a service, and each process has one service': (state) => {
    for (const [pid, name] of state.serviceByPid) {
      if (state.services.get(name)?.context.pid !== Number(pid))
        return `process ${pid} is not that of ${name}`;
    }
    const withPid = [...state.services.values()].filter(({ context }) => context.pid !== undefined);
    if (withPid.length !== state.serviceByPid.size)
      return 'a service has a process that is not on record';
    return undefined;
  },

  'a process exists exactly in running and stopping, unless it is in the background': (state) =>
    each(state, (service) => {
      const { pid, name } = service.context;
      const [value, inner] = [stateName(service), innerState(service)];
      const mayLack = value === 'stopping' && (inner === 'spawning' || inner === 'stuck');
      const hasProcess =
        (value === 'running' && inner !== 'backgrounded') || (value === 'stopping' && !mayLack);
      if (hasProcess && pid === undefined) return `${name} is ${value} without a process`;
      if (!hasProcess && !mayLack && pid !== undefined)
        return `${name} is ${value} with process ${String(pid)}`;
      return undefined;
    }),

  'no service starts before its dependencies are settled': (state) =>
    each(state, ({ value, context }) =>
      typeof value === 'object' &&
      'starting' in value &&
      value.starting === 'spawning' &&
      context.waitingFor.size > 0
        ? `${context.name} starts while it waits`
        : undefined,
    ),

  'a service that is wanted up runs, starts, waits for something named, or backs off': (state) =>
    each(state, (service) =>
      service.context.want === 'up' && isAtRest(service) && state.stopPlan === undefined
        ? `${service.context.name} is wanted up but ${stateName(service)}`
        : undefined,
    ),

  'who waits, waits for something that is still to come': (state) =>
    each(state, (service) => {
      const { name, isRead, waitingFor } = service.context;
      if (stateName(service) !== 'waiting-deps' || !isRead) return undefined;
      if (waitingFor.size === 0) return `${name} waits for nothing`;
      for (const needed of waitingFor.keys()) {
        if (!state.waiters.get(needed)?.has(name))
          return `${name} waits for ${needed} unknown to it`;
        const target = state.services.get(needed);
        if (target !== undefined && isSettled(target))
          return `${name} waits for ${needed}, which is settled`;
        const isComing = target !== undefined && !isAtRest(target);
        if (!isComing && !isOnAgenda(state, needed))
          return `${name} waits for ${needed}, which nobody starts`;
      }
      return undefined;
    }),

  'services are taken down exactly while minit says so': ({ init, stopPlan, shutdown }) => {
    const { value } = init;
    const says = value === 'shutting-down' || value === 'clearing' || value === 'ending';
    const isUnderWay = stopPlan !== undefined || shutdown !== undefined;
    if (says === isUnderWay || value === 'halted') return undefined;
    return `minit is ${value}, and a shutdown is ${isUnderWay ? '' : 'not '}under way`;
  },

  'the counts are right': (state) => {
    const services = [...state.services.values()];
    const counts = { rising: isRising, active: isActive, stuck: isStuck };
    for (const [field, holds] of Object.entries(counts)) {
      const counted = services.filter(holds).length;
      const kept = state[field as keyof typeof counts];
      if (kept !== counted) return `${field} is ${String(kept)}, counted ${String(counted)}`;
    }
    return state.spawning < 0 ? 'more spawns ended than began' : undefined;
  },
};

export const invariantNames: readonly string[] = Object.keys(rules);

function each(
  state: SupervisorState,
  check: (service: Service) => string | undefined,
): string | undefined {
  for (const service of state.services.values()) {
    const problem = check(service);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function isOnAgenda({ agenda, reading, requested }: SupervisorState, name: string): boolean {
  const isIt = (item: Agenda['item']): boolean => item.kind === 'start' && item.service === name;
  if (reading?.service === name || requested.some(isIt)) return true;
  for (let node = agenda; node !== undefined; node = node.rest) if (isIt(node.item)) return true;
  return false;
}

/** @throws InvariantViolation that names the rule and the service. */
export function checkInvariants(state: SupervisorState): void {
  for (const [name, rule] of Object.entries(rules)) {
    const problem = rule(state);
    if (problem !== undefined)
      throw new InvariantViolation(`after event ${String(state.seq)}: ${name}: ${problem}`);
  }
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
