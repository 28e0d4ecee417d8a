/**
 * Whether Graphviz can lay a dependency graph out in a bearable time. Pure.
 *
 * @module
 */
import { layersOf } from '../insight/layers';
import type { ServiceName } from '../machines/definition';
import type { DependencyGraph } from './dependency-graph';

/**
 * Columns that all dependencies together go through. Each such step is a box for Graphviz, whose time grows with
 * the square of their number, or worse. Measured: 5,000 take 1 to 5 s, 10,000 7 to 20 s, 17,000 28 to 40 s.
 */
const stepsMax = 10_000;

/** Returns whether so many dependencies go through so many columns that a picture would take for ever. Pure. */
export function isTooDeep({ services, dependencies }: DependencyGraph): boolean {
  const needs = new Map<ServiceName, ServiceName[]>(services.map(({ name }) => [name, []]));
  for (const { from, to } of dependencies) needs.get(from)?.push(to);
  const columnOf = new Map(
    layersOf(needs).columns.flatMap((names, column) => names.map((name) => [name, column])),
  );
  const column = (name: ServiceName): number => columnOf.get(name) ?? 0;
  const steps = dependencies.reduce(
    (sum, { from, to }) => sum + Math.abs(column(from) - column(to)),
    0,
  );
  return steps > stepsMax;
}
