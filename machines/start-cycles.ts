/**
 * Dependencies by which services would wait for themselves: the walk of start-order.ts leaves out the
 * one that it meets last. Pure.
 *
 * @module
 */
import type { ServiceName } from './definition';
import { PersistentMap } from './persistent-map';
import { reportCycle } from './start-reports';
import type { Asker } from './state';
import { dropDependency, type Step } from './step';

/**
 * The dependencies of `service` are walked from now on. It is begun for its own sake when nothing else is
 * open, and then others may wait for it already, a `sync` step that is tried again: to meet one of them
 * closes a cycle just the same. In a boot there are none.
 */
export function openService({ draft }: Step, service: ServiceName): void {
  const met: ServiceName[] =
    draft.open.size > 0 ? [service] : [...whoWaitsFor(draft, service).keys()];
  draft.open = draft.open.setAll(met.map((name) => [name, true]));
}

/** All dependencies of `service` have been walked. */
export function closeService({ draft }: Step, service: ServiceName): void {
  // Who waited for the first one is closed with it.
  draft.open = draft.agenda === undefined ? PersistentMap.empty() : draft.open.delete(service);
}

/** All that wait for `service`, directly or not, each with the one on the way to it; and itself. */
function whoWaitsFor(
  { waiters }: Step['draft'],
  service: ServiceName,
): Map<ServiceName, ServiceName> {
  const next = new Map([[service, service]]);
  // The map grows while it is read.
  for (const name of next.keys())
    for (const waiter of waiters.get(name)?.keys() ?? [])
      if (!next.has(waiter)) next.set(waiter, name);
  return next;
}

/** Lets `asker` go on without `service`, which is open, and says so. */
export function skipCycle(
  step: Step,
  asker: Asker & { readonly kind: 'dependent' },
  service: ServiceName,
): void {
  // The markers that close what is being walked stand in the agenda from the innermost outwards.
  const cycle = [service];
  for (let node = step.draft.agenda; node !== undefined; node = node.rest) {
    if (node.item.kind !== 'close') continue;
    cycle.unshift(node.item.service);
    if (node.item.service === service) break;
  }
  cycle.unshift(...wayTo(step, cycle[0] ?? service, service));
  dropDependency(step, asker.name, service);
  reportCycle(step, asker, cycle);
}

/** From whoever waited for `first` before the walk to there; none for `first` itself, or what has a marker. */
function wayTo({ draft }: Step, first: ServiceName, from: ServiceName): ServiceName[] {
  if (from === first) return [];
  const next = whoWaitsFor(draft, first);
  const way: ServiceName[] = [];
  for (let name: ServiceName | undefined = from; name !== undefined && name !== first;) {
    way.push(name);
    name = next.get(name);
  }
  return way;
}
