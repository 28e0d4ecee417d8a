/**
 * The part of a tree that a boot can reach: what else there is would only multiply the orders.
 *
 * @module
 */
import type { ServiceDefinition, ServiceName } from '../../machines/definition';
import type { SimulatedTree } from '../simulation/tree';

/** Returns the tree with what minit starts, what that needs, and the loggers of it all. */
export function reachedFrom(simulated: SimulatedTree): SimulatedTree {
  const started = simulated.words.filter((word) => !word.startsWith('-'));
  const names = started.length > 0 ? [...started] : ['default'];
  const tree = new Map<ServiceName, ServiceDefinition>();
  for (let name = names.pop(); name !== undefined; name = names.pop()) {
    const definition = simulated.tree.get(name);
    if (definition === undefined || tree.has(name)) continue;
    tree.set(name, definition);
    if (definition.hasLog === true) names.push(`${name}/log`);
    names.push(...definition.depends.map((needed) => needed.name));
  }
  return { ...simulated, tree: new Map([...tree].sort(([a], [b]) => (a < b ? -1 : 1))) };
}
