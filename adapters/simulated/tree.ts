/**
 * Service trees that exist only as data.
 *
 * @module
 */
import type {
  DefinitionProblem,
  Dependency,
  ServiceDefinition,
  ServiceMode,
  ServiceName,
} from '../../machines/definition';

/** All service directories of a world, by the name of the service. */
export type Tree = ReadonlyMap<ServiceName, ServiceDefinition>;

/** As much of a service as a scenario has to say. */
export interface TreeEntry {
  readonly mode?: ServiceMode;
  readonly depends?: readonly ServiceName[];
  readonly isBundle?: boolean;
  readonly hasLog?: boolean;
  readonly problems?: readonly DefinitionProblem[];
}

export const simulatedRoot = '/etc/minit';

/** Returns the definition that a directory with these files has. */
export function defineService(name: ServiceName, entry: TreeEntry = {}): ServiceDefinition {
  const directory = `${simulatedRoot}/${name}`;
  const depends = (entry.depends ?? []).map((needed, index): Dependency => ({
    name: needed,
    line: index + 1,
  }));
  return {
    directory,
    mode: entry.mode ?? 'oneshot',
    ...(entry.isBundle !== true && { run: { path: `/sbin/${name}`, argv0: name } }),
    params: [],
    depends,
    ...(entry.hasLog === true && { hasLog: true as const }),
    workingDirectory: directory,
    problems: entry.problems ?? [],
  };
}

/** Returns the tree with these services. */
export function defineTree(entries: Readonly<Record<ServiceName, TreeEntry>>): Tree {
  return new Map(
    Object.entries(entries).map(([name, entry]) => [name, defineService(name, entry)]),
  );
}

/** Returns the tree of definitions that were read from real directories. */
export function treeFrom(definitions: Iterable<readonly [ServiceName, ServiceDefinition]>): Tree {
  return new Map(definitions);
}
