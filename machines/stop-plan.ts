/**
 * Who must be gone before whom when services are taken down: whoever needs something before what it
 * needs, and before all others what the service `reboot` or `halt` lists in its `depends`. Pure.
 *
 * @module
 */
import type { ServiceName } from './definition';
import { PersistentMap } from './persistent-map';
import { servicesInOrder, type StopPlan, type SupervisorState } from './state';

export interface StopOrder {
  /** Otherwise all at once. */
  readonly isOrdered: boolean;
  /** Services that go before all others, in this order; names of what is not loaded do not count. */
  readonly first: readonly ServiceName[];
}

type Edges = Map<ServiceName, ServiceName[]>;

/** Stands between those that go first and the rest; no service has this name. */
const barrier: ServiceName = '';

/** Works out who must be gone before whom. An edge that closes a cycle does not count. */
export function planStop(state: SupervisorState, { isOrdered, first }: StopOrder): StopPlan {
  const below = new Map<ServiceName, ServiceName[]>();
  if (!isOrdered) {
    for (const name of state.services.keys()) below.set(name, []);
  }
  for (const { context } of servicesInOrder(state)) {
    if (!below.has(context.name)) walkDown(state, context.name, below);
  }
  const listed = new Set(first.filter((name) => state.services.has(name)));
  if (isOrdered && listed.size > 0) putFirst([...listed], below);

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

/**
 * Adds that each of `listed` goes before the next one, and all of them before the rest. What needs
 * one of them goes before it as ever: an edge that would contradict that is left out.
 */
function putFirst(listed: readonly ServiceName[], below: Edges): void {
  const needed = reverse(below);
  listed.forEach((name, index) => {
    const next = listed[index + 1];
    if (next === undefined || reaches(below, next, name)) return;
    below.get(name)?.push(next);
  });
  const before = new Set(listed);
  const stack = [...listed];
  for (let name = stack.pop(); name !== undefined; name = stack.pop()) {
    for (const dependent of needed.get(name) ?? []) {
      if (before.has(dependent)) continue;
      before.add(dependent);
      stack.push(dependent);
    }
  }
  for (const name of listed) below.get(name)?.push(barrier);
  below.set(
    barrier,
    [...below.keys()].filter((name) => !before.has(name)),
  );
}

function reverse(below: Edges): Edges {
  const above: Edges = new Map();
  for (const [name, needs] of below) {
    for (const need of needs) {
      const dependents = above.get(need);
      if (dependents === undefined) above.set(need, [name]);
      else dependents.push(name);
    }
  }
  return above;
}

function reaches(below: Edges, from: ServiceName, to: ServiceName): boolean {
  const seen = new Set<ServiceName>([from]);
  const stack = [from];
  for (let name = stack.pop(); name !== undefined; name = stack.pop()) {
    if (name === to) return true;
    for (const need of below.get(name) ?? []) {
      if (seen.has(need)) continue;
      seen.add(need);
      stack.push(need);
    }
  }
  return false;
}
