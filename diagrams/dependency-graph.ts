/**
 * What depends on what in a tree, as data for the exporters: which services there are, which
 * are only named, and which dependencies are waited for. Pure.
 *
 * @module
 */
import { dependenciesOf } from '../machines/check-graph';
import { findTangles } from '../machines/cycles';
import type { ServiceMode, ServiceName } from '../machines/definition';
import { loggedService } from '../machines/names';
import { innerState, servicesInOrder, stateName, type SupervisorState } from '../machines/state';
import type { SurveyedService } from '../machines/tree-facts';

export interface DependencyGraph {
  readonly root: string;
  /** Of a graph from a log: after which event, and how many µs after the log's beginning, its states were so. */
  readonly instant?: { readonly seq: number; readonly us: number };
  readonly services: readonly GraphService[];
  readonly dependencies: readonly GraphDependency[];
}

export interface GraphService {
  readonly name: ServiceName;
  /** `bundle`: has no program. `missing`: is only named by others. */
  readonly mode: ServiceMode | 'bundle' | 'missing';
  /** The service whose output it logs. */
  readonly logs?: ServiceName;
  /** Of a graph from a log: `starting.reading`; {@link notLoaded} for a service that minit did not know then. */
  readonly state?: string;
}

export const notLoaded = 'not-loaded';

/** A service as far as its place in the graph depends on it. */
export type Node = Pick<SurveyedService, 'name' | 'definition'>;

export interface GraphDependency {
  readonly from: ServiceName;
  readonly to: ServiceName;
  /**
   * - `hard`: `from` starts when `to` has terminated (`to` is sync).
   * - `soft`: `from` starts when `to` has been started.
   * - `log`: `to` logs the output of `from`, and is started before it.
   */
  readonly kind: 'hard' | 'soft' | 'log';
  /** It is part of a cycle. */
  readonly isInCycle: boolean;
}

/**
 * Returns the dependency graph of what a log tells, with the states as they were `at` an instant. Services
 * that minit came to know only later are there too, as in `end`, so that two instants give the same picture
 * in other colours. `startedAt`: CLOCK_BOOTTIME in µs of the log's beginning. Pure.
 */
export function recordedGraphOf(
  at: SupervisorState,
  end: SupervisorState,
  startedAt: number,
): DependencyGraph {
  const graph = dependencyGraphOf({
    root: end.root,
    services: servicesInOrder(end).map((later) => {
      const { name, definition } = (at.services.get(later.context.name) ?? later).context;
      return { name, definition };
    }),
  });
  return {
    ...graph,
    instant: { seq: at.seq, us: at.at - startedAt },
    services: graph.services.map((service) => ({ ...service, state: statePath(at, service.name) })),
  };
}

function statePath({ services }: SupervisorState, name: ServiceName): string {
  const service = services.get(name);
  if (service === undefined) return notLoaded;
  const inner = innerState(service);
  return inner === undefined ? stateName(service) : `${stateName(service)}.${inner}`;
}

/** Returns the dependency graph of a tree, everything in the order of the names. Pure. */
export function dependencyGraphOf({
  root,
  services,
}: {
  readonly root: string;
  readonly services: readonly Node[];
}): DependencyGraph {
  const serviceByName = new Map(services.map((service) => [service.name, service]));
  const named = services.flatMap((service) => dependenciesOf(service).map(({ name }) => name));
  const missing = [...new Set(named)].filter((name) => !serviceByName.has(name));
  const isInCycle = cycleTest(services);
  return {
    root,
    services: [
      ...services.map(graphService),
      ...missing.map((name): GraphService => ({ name, mode: 'missing' })),
    ].sort((a, b) => (a.name < b.name ? -1 : 1)),
    dependencies: services.flatMap((service) =>
      dependenciesOf(service).map(({ name: to, line }): GraphDependency => {
        const isHard = serviceByName.get(to)?.definition.mode === 'sync';
        const kind = line === 0 ? 'log' : isHard ? 'hard' : 'soft';
        return { from: service.name, to, kind, isInCycle: isInCycle(service.name, to) };
      }),
    ),
  };
}

function graphService(
  { name, definition }: Node,
  _index: number,
  all: readonly Node[],
): GraphService {
  const logged = loggedService(name);
  const isLog = logged !== undefined && all.some((other) => other.name === logged);
  return {
    name,
    mode: definition.run === undefined ? 'bundle' : definition.mode,
    ...(isLog && { logs: logged }),
  };
}

/** Two services that reach each other are in one component; then the dependency is part of a cycle. */
function cycleTest(services: readonly Node[]): (from: ServiceName, to: ServiceName) => boolean {
  const indexByName = new Map(services.map(({ name }, index) => [name, index]));
  const adjacency = services.map((service) =>
    dependenciesOf(service).flatMap(({ name }) => indexByName.get(name) ?? []),
  );
  const tangleByIndex = new Map(
    findTangles(adjacency, 1).flatMap(({ members }, tangle) =>
      members.map((member) => [member, tangle] as const),
    ),
  );
  const tangleOf = (name: ServiceName): number | undefined =>
    tangleByIndex.get(indexByName.get(name) ?? -1);
  return (from, to) => tangleOf(from) !== undefined && tangleOf(from) === tangleOf(to);
}
