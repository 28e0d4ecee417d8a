/**
 * The chain that set the length of a boot, or of the time until a service was up: each link began
 * when the one before it ended, and together they are as long as the whole. How much each could save is
 * worked out by going through the whole boot once more with that link taking no time. Pure.
 *
 * @module
 */
import type { ServiceName } from '../../machines/definition';
import { reasonOf } from '../../machines/describe';
import { isRising, servicesInOrder, stateName, type SupervisorState } from '../../machines/state';
import type { Activity, ActivityGraph, Node } from './activity-graph';
import type { Moment } from '../timeline';

export interface Link {
  readonly activity: Exclude<Activity, 'nothing'>;
  /** What it is about; of `reading`: the last of `services`. */
  readonly service: ServiceName | undefined;
  /** The services whose directories were read, one after the other. */
  readonly services: readonly ServiceName[];
  readonly from: Moment;
  readonly until: Moment;
  readonly us: number;
  /** How much sooner all had been over if this had taken no time; `undefined`: it is not over. */
  readonly savesUs: number | undefined;
  /** The services of the chain that were let go when it ended. */
  readonly releases: readonly ServiceName[];
}

export interface CriticalPath {
  readonly begin: Moment;
  readonly end: Moment;
  readonly links: readonly Link[];
  /** What the boot still waits for when the log ends; empty when it had settled. */
  readonly waiting: readonly { readonly service: ServiceName; readonly reason: string }[];
}

type Draft = Omit<Link, 'savesUs'> & { readonly nodes: readonly number[] };

/** Returns the chain that ends at `target`; that of {@link ActivityGraph.settled}, say. */
export function criticalPath(graph: ActivityGraph, target: number): CriticalPath {
  const links = chainTo(graph, target);
  const { at: whole } = momentOf(graph, target);
  return {
    begin: momentOf(graph, 0),
    end: momentOf(graph, target),
    links: links.map(({ nodes, ...link }) => ({
      ...link,
      savesUs: whole - timeOf(graph, target, nodes),
    })),
    waiting: [],
  };
}

/** Returns the chain so far of a boot that has not settled: its last link is what lasts. */
export function unfinishedPath(graph: ActivityGraph, state: SupervisorState): CriticalPath {
  const rising = servicesInOrder(state).filter(isRising);
  const waiting = rising.map((each) => ({ service: each.context.name, reason: reasonOf(each) }));
  const end = { seq: state.seq, at: state.at };
  const culprit = lastAwaited(state, rising[0]?.context.name ?? state.reading?.service);
  const last = culprit === undefined ? undefined : graph.lastByService.get(culprit);
  const from = momentOf(graph, last ?? 0);
  const service = culprit === undefined ? undefined : state.services.get(culprit);
  const open: Link = {
    activity: service === undefined ? 'reading' : activityOf(stateName(service)),
    service: culprit,
    services: service === undefined && culprit !== undefined ? [culprit] : [],
    ...{ from, until: end, us: end.at - from.at, savesUs: undefined, releases: [] },
  };
  const done = last === undefined ? [] : chainTo(graph, last);
  return {
    begin: momentOf(graph, 0),
    end,
    links: [...done.map(({ nodes: _, ...link }) => ({ ...link, savesUs: undefined })), open],
    waiting,
  };
}

/** Follows what is waited for down to a service that waits for no other. */
function lastAwaited(
  state: SupervisorState,
  first: ServiceName | undefined,
): ServiceName | undefined {
  const seen = new Set<ServiceName>();
  let name = first;
  while (name !== undefined && !seen.has(name)) {
    seen.add(name);
    const waitingFor = state.services.get(name)?.context.waitingFor;
    const next = waitingFor === undefined ? undefined : [...waitingFor.keys()][0];
    if (next === undefined) return name;
    name = next;
  }
  return name;
}

function activityOf(state: string): Link['activity'] {
  if (state === 'running') return 'running';
  if (state === 'stopping') return 'stopping';
  return state === 'respawning' ? 'pausing' : state === 'waiting-deps' ? 'reading' : 'starting';
}

/** Goes back from `target` along the edges that were the last to be over. */
function chainTo({ nodes }: ActivityGraph, target: number): Draft[] {
  const links: Draft[] = [];
  let releases: ServiceName[] = [];
  for (let index = target; ;) {
    const node = nodes[index];
    const edge = node === undefined ? undefined : lastEdge(nodes, node);
    if (node === undefined || edge === undefined) return links;
    const from = nodes[edge.from]?.moment;
    if (node.isRelease && node.service !== undefined) releases.unshift(node.service);
    if (edge.activity !== 'nothing' && edge.us > 0 && from !== undefined) {
      const { service, moment: until } = node;
      const { activity, us } = edge;
      const services = activity === 'reading' && service !== undefined ? [service] : [];
      prepend(links, { activity, service, services, from, until, us, releases, nodes: [index] });
      releases = [];
    }
    index = edge.from;
  }
}

/** The one that ends last; of those that end together that of the later node, which tells more. */
function lastEdge(nodes: readonly Node[], { after }: Node): Node['after'][number] | undefined {
  const end = (edge: Node['after'][number]): number => (nodes[edge.from]?.moment.at ?? 0) + edge.us;
  return after.reduce<Node['after'][number] | undefined>(
    (last, edge) =>
      last === undefined ||
      end(edge) > end(last) ||
      (end(edge) === end(last) && edge.from > last.from)
        ? edge
        : last,
    undefined,
  );
}

/** Directories are read one after the other, and a hundred of them are one link. */
function prepend(links: Draft[], link: Draft): void {
  const [next] = links;
  if (next?.activity !== 'reading' || link.activity !== 'reading' || link.releases.length > 0) {
    links.unshift(link);
    return;
  }
  links[0] = {
    ...next,
    services: [...link.services, ...next.services],
    from: link.from,
    us: link.us + next.us,
    nodes: [...link.nodes, ...next.nodes],
  };
}

/** When `target` had come if the activities that end at `free` took no time. */
function timeOf({ nodes }: ActivityGraph, target: number, free: readonly number[]): number {
  const first = free[0] ?? target;
  const isFree = new Set(free);
  const at = new Float64Array(target + 1);
  // What comes before the first of them is as it was.
  for (let index = 0; index < first; index += 1) at[index] = nodes[index]?.moment.at ?? 0;
  for (let index = first; index <= target; index += 1) {
    const { after = [], moment } = nodes[index] ?? {};
    const share = isFree.has(index) ? 0 : 1;
    let latest = after.length === 0 ? (moment?.at ?? 0) : -Infinity;
    for (const { from, us } of after) latest = Math.max(latest, (at[from] ?? 0) + us * share);
    at[index] = latest;
  }
  return at[target] ?? 0;
}

const momentOf = ({ nodes }: ActivityGraph, index: number): Moment =>
  nodes[index]?.moment ?? { seq: 0, at: 0 };
