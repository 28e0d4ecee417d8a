/**
 * What must happen in the end: in a world in which nothing fails any more, every service that is wanted
 * comes up, and whatever minit has begun comes to an end. Pure.
 *
 * @module
 */
import type { ServiceName } from './definition';
import { servicesInOrder, stateName, type Service, type SupervisorState } from './state';

/** Services that are not where they belong, although nothing keeps them, in the order of first mention. */
export const unsettledServices = (state: SupervisorState): Service[] =>
  servicesInOrder(state).filter((service) => !isWhereItBelongs(state, service.context.name));

/** What still waits for something although nothing keeps it: empty in a world that has been healed. */
export function whatWaits(state: SupervisorState): string[] {
  return [
    ...unsettledServices(state).map(
      ({ context, value }) => `${context.name} wants ${context.want}: ${JSON.stringify(value)}`,
    ),
    ...unfinishedWork(state),
  ];
}

/** What minit itself has begun and not brought to an end. */
export function unfinishedWork(state: SupervisorState): string[] {
  const { agenda, reading, requested, pendingStarts, pendingProbes, spawning, unclaimed } = state;
  return [
    ...(agenda !== undefined || reading !== undefined || requested.length > 0
      ? ['a walk is under way']
      : []),
    ...[...pendingStarts.keys()].map((name) => `a start request for ${name}`),
    ...[...pendingProbes.keys()].map((request) => `the probe of request ${request}`),
    ...(spawning > 0 ? [`${String(spawning)} spawns`] : []),
    ...[...unclaimed.keys()].map((pid) => `the exit of ${pid}`),
  ];
}

function isWhereItBelongs(state: SupervisorState, name: string): boolean {
  const service = state.services.get(name);
  if (service === undefined) return false;
  const { want, definition, waitingFor } = service.context;
  const current = stateName(service);
  const isUnusable = definition.problems.some(
    ({ file, severity }) => file === 'params' && severity === 'error',
  );
  // What ends by itself and was made to respawn does so for ever.
  if (current === 'respawning' && (isUnusable || definition.mode !== 'respawn')) return true;
  // Whoever made a sync service respawn has said that its dependents wait for ever.
  if (current === 'waiting-deps') {
    return [...waitingFor.keys()].every((needed) => {
      const target = state.services.get(needed);
      const waits = target !== undefined && stateName(target) === 'waiting-deps';
      return waits || (target?.context.definition.mode === 'sync' && target.context.want === 'up');
    });
  }
  if (want === 'up')
    return current === 'running' || (definition.run === undefined && current === 'finished');
  return current !== 'starting' && current !== 'respawning';
}

/** Services that wait for each other in a circle, the first one again at the end; `undefined`: none do. */
export function deadlockIn(state: SupervisorState): ServiceName[] | undefined {
  const done = new Set<ServiceName>();
  const walk = (name: ServiceName, path: readonly ServiceName[]): ServiceName[] | undefined => {
    const met = path.indexOf(name);
    if (met >= 0) return [...path.slice(met), name];
    const service = state.services.get(name);
    if (done.has(name) || service === undefined || stateName(service) !== 'waiting-deps')
      return undefined;
    done.add(name);
    for (const needed of service.context.waitingFor.keys()) {
      const cycle = walk(needed, [...path, name]);
      if (cycle !== undefined) return cycle;
    }
    return undefined;
  };
  for (const { context } of servicesInOrder(state)) {
    const cycle = walk(context.name, []);
    if (cycle !== undefined) return cycle;
  }
  return undefined;
}
