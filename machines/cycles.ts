/**
 * Cycles of a directed graph whose nodes are 0, 1, 2, …: Tarjan's strongly connected components,
 * and within each Johnson's elementary cycles. Without recursion, because a chain of 10,000
 * services is deeper than the stack. Pure.
 *
 * @module
 */

/** The targets of each node's edges, in their order. */
export type Adjacency = readonly (readonly number[])[];

/** Nodes that all reach each other, and the ways round. */
export interface Tangle {
  readonly members: readonly number[];
  /** Each begins with its least node; the edge from its last node back to that one closes it. */
  readonly cycles: readonly (readonly number[])[];
  /** There are more cycles than were asked for: their number can grow exponentially. */
  readonly hasMore: boolean;
}

/** Returns the components of more than one node, each with up to `cyclesMax` of its cycles. Pure. */
export function findTangles(adjacency: Adjacency, cyclesMax: number): Tangle[] {
  const all = adjacency.map((_, node) => node);
  return connectedComponents(adjacency, all).map((members) => {
    // One more than asked for, to know whether there are more.
    const cycles = componentCycles(adjacency, members, cyclesMax + 1);
    return { members, cycles: cycles.slice(0, cyclesMax), hasMore: cycles.length > cyclesMax };
  });
}

/**
 * Returns the strongly connected components of more than one node among `nodes`, edges to other nodes
 * left out: members ascending, components by their least member. Pure.
 */
export function connectedComponents(adjacency: Adjacency, nodes: readonly number[]): number[][] {
  const among = new Set(nodes);
  const indexOf = new Map<number, number>();
  const lowOf = new Map<number, number>();
  const onStack = new Set<number>();
  const stack: number[] = [];
  const components: number[][] = [];
  const enter = (node: number): Visit => {
    indexOf.set(node, indexOf.size);
    lowOf.set(node, indexOf.size - 1);
    stack.push(node);
    onStack.add(node);
    return { node, targets: targetsAmong(adjacency, node, among), position: 0 };
  };
  const lower = (node: number, low: number | undefined): void => {
    if (low !== undefined && low < (lowOf.get(node) ?? Infinity)) lowOf.set(node, low);
  };
  for (const first of nodes) {
    if (indexOf.has(first)) continue;
    const visits = [enter(first)];
    for (let visit = visits.at(-1); visit !== undefined; visit = visits.at(-1)) {
      const target = visit.targets[visit.position++];
      if (target !== undefined) {
        if (!indexOf.has(target)) visits.push(enter(target));
        else if (onStack.has(target)) lower(visit.node, indexOf.get(target));
        continue;
      }
      visits.pop();
      const caller = visits.at(-1);
      if (caller !== undefined) lower(caller.node, lowOf.get(visit.node));
      if (lowOf.get(visit.node) !== indexOf.get(visit.node)) continue;
      const component = stack.splice(stack.lastIndexOf(visit.node));
      for (const member of component) onStack.delete(member);
      if (component.length > 1) components.push(component.sort(ascending));
    }
  }
  return components.sort(([a = 0], [b = 0]) => a - b);
}

/** One call of what would be a recursive function. */
interface Visit {
  readonly node: number;
  readonly targets: readonly number[];
  position: number;
}

const ascending = (a: number, b: number): number => a - b;

const targetsAmong = (
  adjacency: Adjacency,
  node: number,
  among: ReadonlySet<number>,
): readonly number[] => (adjacency[node] ?? []).filter((target) => among.has(target));

/** All cycles through the least node; then those of what is left without it, and so on. */
function componentCycles(
  adjacency: Adjacency,
  members: readonly number[],
  cyclesMax: number,
): number[][] {
  const cycles: number[][] = [];
  const waiting = [members];
  for (let component = waiting.pop(); component !== undefined; component = waiting.pop()) {
    cycles.push(...cyclesThroughFirst(adjacency, component, cyclesMax - cycles.length));
    if (cycles.length >= cyclesMax) break;
    waiting.push(...connectedComponents(adjacency, component.slice(1)).reverse());
  }
  return cycles;
}

/** Johnson's search: a node stays blocked until a node that it leads to gets a way back to the start. */
function cyclesThroughFirst(
  adjacency: Adjacency,
  component: readonly number[],
  cyclesMax: number,
): number[][] {
  const [start] = component;
  if (start === undefined) return [];
  const among = new Set(component);
  const cycles: number[][] = [];
  const blocked = new Set([start]);
  const closed = new Set<number>();
  const blockedBy = new Map<number, Set<number>>();
  const visitOf = (node: number): Visit => ({
    node,
    targets: targetsAmong(adjacency, node, among),
    position: 0,
  });
  const visits = [visitOf(start)];
  for (let visit = visits.at(-1); visit !== undefined; visit = visits.at(-1)) {
    const target = visit.targets[visit.position++];
    if (target === start) {
      cycles.push(visits.map(({ node }) => node));
      if (cycles.length >= cyclesMax) return cycles;
      for (const { node } of visits) closed.add(node);
    } else if (target !== undefined && !blocked.has(target)) {
      visits.push(visitOf(target));
      closed.delete(target);
      blocked.add(target);
    } else if (target === undefined) {
      if (closed.has(visit.node)) unblock(visit.node, blocked, blockedBy);
      else
        for (const next of visit.targets)
          blockedBy.set(next, (blockedBy.get(next) ?? new Set()).add(visit.node));
      visits.pop();
    }
  }
  return cycles;
}

function unblock(first: number, blocked: Set<number>, blockedBy: Map<number, Set<number>>): void {
  const waiting = [first];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (!blocked.delete(node)) continue;
    waiting.push(...(blockedBy.get(node) ?? []));
    blockedBy.delete(node);
  }
}
