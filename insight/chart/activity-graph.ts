/**
 * What a boot waited for, as a graph: its nodes are instants (an event, a service that was let go, the
 * end of the boot), its edges say that one instant could not come before another, and by how much.
 * The time of each node is the latest that its edges allow, so that the longest path is what the boot
 * waited for, and a boot in which one edge takes no time can be worked out. Gathered in one pass. Pure.
 *
 * @module
 */
import type { Effect } from '../../machines/effects';
import type { ServiceName } from '../../machines/definition';
import type { MinitEvent } from '../../machines/events';
import type { Transition } from '../../machines/fold';
import type { LoggedRecord } from '../../machines/log-format';
import {
  isRising,
  isSettled,
  servicesInOrder,
  stateName,
  type SupervisorState,
} from '../../machines/state';
import { hasSettled, type Moment } from '../timeline';

/**
 * What takes time. `reading`: a service directory; `starting`: until the process is there; `running`: until it has
 * ended; `pausing`: a timer; `stopping`: until the signal has ended it; `outside`: until somebody asked, or something
 * happened by itself.
 */
export type Activity =
  'reading' | 'starting' | 'running' | 'pausing' | 'stopping' | 'outside' | 'nothing';

export interface Edge {
  readonly from: number;
  readonly activity: Activity;
  readonly us: number;
}

export interface Node {
  readonly moment: Moment;
  /** The service that the activities before it are about. */
  readonly service: ServiceName | undefined;
  /** Dependencies are settled: the service may go on. */
  readonly isRelease: boolean;
  /** The nodes that it comes after; each stands before it in {@link ActivityGraph.nodes}. */
  readonly after: readonly Edge[];
}

/** How a service came to be let go for the first time. */
export interface Release {
  readonly service: ServiceName;
  readonly at: Moment;
  /** The dependency that it had waited for last; `undefined`: it waited for none. */
  readonly by: ServiceName | undefined;
  readonly needs: readonly ServiceName[];
}

export interface ActivityGraph {
  readonly nodes: readonly Node[];
  /** The node at which the boot had settled. */
  readonly settled: number | undefined;
  /** The first node at which a service was done as far as its dependents are concerned. */
  readonly settledByService: ReadonlyMap<ServiceName, number>;
  /** The last node of each service that has any. */
  readonly lastByService: ReadonlyMap<ServiceName, number>;
  readonly releases: ReadonlyMap<ServiceName, Release>;
}

/** Gathers an {@link ActivityGraph}: `observe` takes each folded event, in order. */
export class ActivityGraphBuilder {
  readonly #nodes: Node[] = [];
  /** The node at which each thing under way was asked for: `read:web`, `spawn:web`, `timer:respawn:web`, `process:17`. */
  readonly #begun = new Map<string, number>();
  /** Processes that were told to end. */
  readonly #stopping = new Set<number>();
  readonly #readByService = new Map<ServiceName, number>();
  /** In order: who respawns is settled anew each time, which those that were let go before do not hear of. */
  readonly #settlements = new Map<ServiceName, number[]>();
  /** At which node each service was no longer on its way up; a boot does not wait for one that respawns. */
  readonly #rose = new Map<ServiceName, number>();
  readonly #lastByService = new Map<ServiceName, number>();
  readonly #releases = new Map<ServiceName, Release>();
  readonly #isBootOnly: boolean;
  #walked: number | undefined;
  #settled: number | undefined;

  /** `isBootOnly`: of what comes after the boot only the releases are wanted, so that a long log costs no memory. */
  constructor({ isBootOnly = false }: { readonly isBootOnly?: boolean } = {}) {
    this.#isBootOnly = isBootOnly;
  }

  /** What is under way in a snapshot began before the log does: nobody knows when. */
  resume(state: SupervisorState): void {
    const moment = { seq: state.seq, at: state.at };
    const node = this.#add({ moment, service: undefined, after: this.#outside(state.at) });
    if (hasSettled(state)) this.#settled ??= node;
    for (const service of servicesInOrder(state)) {
      const { name, pid } = service.context;
      this.#lastByService.set(name, node);
      if (isSettled(service)) this.#noteSettled(name, node);
      if (pid !== undefined) this.#begun.set(`process:${String(pid)}`, node);
    }
  }

  observe(record: LoggedRecord, state: SupervisorState, transitions: readonly Transition[]): void {
    if (this.#isBootOnly && this.#settled !== undefined) {
      for (const each of transitions) if (isRelease(each)) this.#noteRelease(each, record);
      return;
    }
    const moment = { seq: record.seq, at: record.at };
    const service = subjectOf(record, transitions);
    const node = this.#add({ moment, service, after: this.#edgesOf(record) });
    const { type } = record.event;
    if ((type === 'ServiceRead' || type === 'ServiceMissing') && !transitions.some(isReread)) {
      this.#readByService.set(record.event.service, node);
      if (this.#settled === undefined) this.#walked = node;
    }
    const released = new Map<ServiceName, number>();
    for (const transition of transitions) this.#follow(transition, node, released);
    for (const effect of record.effects) this.#begin(effect, node, { state, released });
    if (this.#settled === undefined && hasSettled(state)) {
      const before = [...this.#rose.values(), this.#walked ?? node, node];
      const after = [...new Set(before)].map(nothing);
      this.#settled = this.#add({ moment, service: undefined, after });
    }
  }

  finish(): ActivityGraph {
    return {
      nodes: this.#nodes,
      settled: this.#settled,
      settledByService: new Map([...this.#settlements].map(([name, [first = 0]]) => [name, first])),
      lastByService: this.#lastByService,
      releases: this.#releases,
    };
  }

  #add(node: Omit<Node, 'isRelease'> & { readonly isRelease?: true }): number {
    this.#nodes.push({ isRelease: false, ...node });
    return this.#nodes.length - 1;
  }

  /** An event comes when what it is the outcome of has taken its time. */
  #edgesOf(record: LoggedRecord): Edge[] {
    const { event, at } = record;
    const begun = begunAs(event);
    const from = begun === undefined ? undefined : this.#begun.get(begun.key);
    if (begun === undefined || from === undefined) return this.#outside(at);
    this.#begun.delete(begun.key);
    const isStopped = 'pid' in event && this.#stopping.delete(event.pid);
    const activity = isStopped ? 'stopping' : begun.activity;
    return [{ from, activity, us: at - this.#at(from) }];
  }

  /** Nobody in the log asked for it: it comes when it comes. */
  #outside(at: number): Edge[] {
    return this.#nodes.length === 0 ? [] : [{ from: 0, activity: 'outside', us: at - this.#at(0) }];
  }

  #follow(transition: Transition, node: number, released: Map<ServiceName, number>): void {
    const { before, after } = transition;
    const { name, pid } = after.context;
    if (isRelease(transition)) released.set(name, this.#release(transition, node));
    const own = released.get(name) ?? node;
    this.#lastByService.set(name, own);
    if (pid !== undefined && pid !== before?.context.pid) {
      this.#begun.set(`process:${String(pid)}`, node);
      this.#stopping.delete(pid);
    }
    if (before !== undefined && isRising(before) && !isRising(after) && !this.#rose.has(name))
      this.#rose.set(name, own);
    if (isSettled(after) && (before === undefined || !isSettled(before)))
      this.#noteSettled(name, own);
  }

  #noteSettled(name: ServiceName, node: number): void {
    const nodes = this.#settlements.get(name);
    if (nodes === undefined) this.#settlements.set(name, [node]);
    else nodes.push(node);
  }

  /** The node at which `name` was settled for a service that has been read at `read`. */
  #settledFor(name: ServiceName, read: number): number | undefined {
    const nodes = this.#settlements.get(name) ?? [];
    return nodes.findLast((node) => node <= read) ?? nodes[0];
  }

  #release(transition: Transition, node: number): number {
    const { name, needs } = transition.after.context;
    const moment = this.#moment(node);
    this.#noteRelease(transition, moment);
    const read = this.#readByService.get(name) ?? node;
    const settled = needs.map((need) => this.#settledFor(need, read));
    const before = [node, read, ...settled].filter((index) => index !== undefined);
    const after = [...new Set(before)].map(nothing);
    return this.#add({ moment, service: name, after, isRelease: true });
  }

  #noteRelease({ after, event }: Transition, { seq, at }: Moment): void {
    const { name, needs } = after.context;
    if (this.#releases.has(name)) return;
    const by = event.type === 'DependencySettled' ? event.dependency : undefined;
    this.#releases.set(name, { service: name, at: { seq, at }, by, needs });
  }

  #begin(
    { type, params }: Effect,
    node: number,
    { state, released }: { state: SupervisorState; released: ReadonlyMap<ServiceName, number> },
  ): void {
    if (type === 'ReadService') this.#begun.set(`read:${params.service}`, node);
    else if (type === 'SpawnProcess')
      this.#begun.set(`spawn:${params.service}`, released.get(params.service) ?? node);
    else if (type === 'StartTimer') this.#begun.set(`timer:${params.timer}`, node);
    else if (type === 'SendSignal') {
      const service = state.services.get(params.service);
      if (service === undefined || stateName(service) !== 'stopping') return;
      this.#begun.set(`process:${String(params.pid)}`, node);
      this.#stopping.add(params.pid);
    }
  }

  #moment(node: number): Moment {
    return this.#nodes[node]?.moment ?? { seq: 0, at: 0 };
  }

  #at(node: number): number {
    return this.#moment(node).at;
  }
}

const nothing = (from: number): Edge => ({ from, activity: 'nothing', us: 0 });

/** Under which key what has this outcome was begun, and what it was; `undefined`: nobody in the log asked for it. */
function begunAs(
  event: MinitEvent,
): { readonly key: string; readonly activity: Activity } | undefined {
  if (event.type === 'ServiceRead' || event.type === 'ServiceMissing')
    return { key: `read:${event.service}`, activity: 'reading' };
  if (event.type === 'ProcessSpawned' || event.type === 'SpawnFailed')
    return { key: `spawn:${event.service}`, activity: 'starting' };
  if (event.type === 'ProcessExited' || event.type === 'ProcessVanished')
    return { key: `process:${String(event.pid)}`, activity: 'running' };
  return event.type === 'TimerFired'
    ? { key: `timer:${event.timer}`, activity: 'pausing' }
    : undefined;
}

/** The directory was read again for a respawn; no boot waits for that. */
const isReread = ({ before, event }: Transition): boolean =>
  before !== undefined &&
  stateName(before) === 'starting' &&
  (event.type === 'DefinitionRead' || event.type === 'DefinitionMissing');

/** It waited for its dependencies, and is let go: it does not just stop waiting. */
const isRelease = ({ before, after }: Transition): boolean =>
  before !== undefined &&
  stateName(before) === 'waiting-deps' &&
  ['starting', 'sync-done', 'finished'].includes(stateName(after)) &&
  after.context.want !== 'down';

function subjectOf(
  { event }: LoggedRecord,
  transitions: readonly Transition[],
): ServiceName | undefined {
  if ('service' in event) return event.service;
  if (event.type === 'TimerFired')
    return /^(?:respawn|stop|pid|read):(.*)$/su.exec(event.timer)?.[1];
  // The process that has ended is that of the first service that it changed.
  return event.type === 'ProcessExited' || event.type === 'ProcessVanished'
    ? transitions[0]?.after.context.name
    : undefined;
}
