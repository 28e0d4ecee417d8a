/**
 * What must be remembered of a log to say why a service is in its state: who asked for it, what started it,
 * what stopped it, how its processes ended, and each event's recorded causes back to their origin. Gathered
 * event by event, in one pass; how much is kept depends on the number of services, hardly on that of events. Pure.
 *
 * @module
 */
import type { ServiceName } from '../../machines/definition';
import type { MinitEvent, RecordedEvent, SystemError, TimerId } from '../../machines/events';
import type { Effect } from '../../machines/effects';
import type { Transition } from '../../machines/fold';
import type { ServiceEventType, StartFailure } from '../../machines/service-context';
import {
  stateName,
  type AgendaItem,
  type Asker,
  type StateName,
  type SupervisorState,
} from '../../machines/state';
import { CauseChain, type CauseNode } from './cause-chain';
import { endsAfter, type Ends } from './why-ends';
import { orderOf, type OrderKind } from './why-orders';
import { skipsOf, type Skip } from './why-skips';

/** Somebody asked for a service, and that was heeded. */
export interface Asked {
  readonly node: CauseNode;
  readonly asker: Asker;
  /** How the dependent that asked had been asked for itself. */
  readonly via: Asked | undefined;
}

/** An asked for service that has no directory, or none that can be read. */
export interface Missing {
  readonly node: CauseNode;
  readonly asker: Asker;
  readonly error: SystemError;
}

/** The last change of a service's state. */
export interface Turn {
  readonly node: CauseNode;
  readonly from: StateName | undefined;
  readonly event: ServiceEventType;
  /** The dependency that let it go on. */
  readonly dependency: ServiceName | undefined;
  /** Of a start: how the process before had ended, or why there was none. */
  readonly after?: { readonly ends: Ends | undefined; readonly failure: Failure | undefined };
}

/** A start that failed, the last of so many in a row. */
export type Failure = Readonly<{ failure: StartFailure; failures: number }>;

/** What is remembered of one service. */
export interface ServiceHistory {
  asked?: Asked;
  missing?: Missing;
  turn?: Turn;
  /** What put the present process, or the last one, on its way; or the wait for its dependencies. */
  start?: Turn;
  /** The PID of another process than was started was told. */
  adopted?: CauseNode;
  /** What asked it to end, the last time. */
  stop?: Turn;
  ends?: Ends;
  /** What operators asked for, the last time each. */
  readonly orders: Map<OrderKind, CauseNode>;
}

const starts: ReadonlySet<StateName> = new Set(['starting', 'waiting-deps']);
const stopEvents: ReadonlySet<ServiceEventType> = new Set([
  'StopRequested',
  'ShutdownRequested',
  'DrainRequested',
  'KillRequested',
  'RespawnDisabled',
]);

/** Gathers a history: {@link WhyHistory.observe} takes each folded event, in order. */
export class WhyHistory {
  readonly #services = new Map<ServiceName, ServiceHistory>();
  /** What each service went on without when it was started last. */
  readonly #skips = new Map<ServiceName, Map<ServiceName, Skip>>();
  readonly #chain = new CauseChain();
  /** When each pending timer fires, µs. */
  readonly #timers = new Map<TimerId, number>();
  #before: SupervisorState | undefined;
  #shutdown: CauseNode | undefined;
  #initTurn: CauseNode | undefined;
  /** The log has no event before this one's seq: what was before is not known. */
  #beginsAfter = 0;

  /** The log begins, or goes on after a gap, with this state. */
  restore(state: SupervisorState): void {
    this.#before = state;
    this.#beginsAfter = state.seq;
  }

  /** `state` and `transitions`: what the fold of the event gave. */
  observe(
    record: RecordedEvent & { readonly effects: readonly Effect[] },
    { state, transitions }: { state: SupervisorState; transitions: readonly Transition[] },
  ): void {
    const before = this.#before;
    const node = this.#chain.add(record);
    this.#noteAnswer(node, record.event, before?.reading);
    this.#noteOrder(node, record.event, { before, after: state });
    for (const skip of skipsOf(record, before?.reading, state)) {
      const skips = this.#skips.get(skip.dependent) ?? new Map<ServiceName, Skip>();
      this.#skips.set(skip.dependent, skips.set(skip.dependency, { ...skip, node }));
    }
    for (const transition of transitions) this.#noteTransition(node, transition);
    this.#noteAdoption(node, before, state);
    this.#noteTimers(record);
    const isEnding = state.shutdown !== undefined || state.stopPlan !== undefined;
    const wasEnding = before?.shutdown !== undefined || before?.stopPlan !== undefined;
    if (isEnding && !wasEnding) this.#shutdown = node;
    if (before?.init.value !== state.init.value) this.#initTurn = node;
    this.#before = state;
  }

  /** The event with this number, where something may still come of it. */
  find(seq: number): CauseNode | undefined {
    return this.#chain.find(seq);
  }

  /** When a pending timer fires, µs. */
  dueAt(timer: TimerId): number | undefined {
    return this.#timers.get(timer);
  }

  of(service: ServiceName): ServiceHistory | undefined {
    return this.#services.get(service);
  }

  /** Dependents that went on without `service`. */
  skipped(service: ServiceName): readonly Skip[] {
    return [...this.#skips.values()].flatMap((skips) => skips.get(service) ?? []);
  }

  /** What `service` went on without. */
  goesWithout(service: ServiceName): readonly Skip[] {
    return [...(this.#skips.get(service)?.values() ?? [])];
  }

  /** The event with which the last shutdown began. */
  get shutdown(): CauseNode | undefined {
    return this.#shutdown;
  }

  /** The event that brought minit itself into its present state. */
  get initTurn(): CauseNode | undefined {
    return this.#initTurn;
  }

  /** 0 where the log begins with the first event. */
  get beginsAfter(): number {
    return this.#beginsAfter;
  }

  #service(name: ServiceName): ServiceHistory {
    let known = this.#services.get(name);
    if (known === undefined) this.#services.set(name, (known = { orders: new Map() }));
    return known;
  }

  /** The directory that the walk stood at has been read, or cannot be. */
  #noteAnswer(node: CauseNode, event: MinitEvent, item: SupervisorState['reading']): void {
    if (item === undefined || !('service' in event) || item.service !== event.service) return;
    const asked = this.#chain.find(item.cause) ?? node;
    if (event.type === 'ServiceMissing') {
      this.#service(item.service).missing = { node, asker: item.asker, error: event.error };
    } else if (event.type === 'ServiceRead') {
      const via = this.#via(item);
      this.#service(item.service).asked = { node: asked, asker: item.asker, via };
      this.#skips.delete(item.service);
    }
  }

  #via({ asker }: AgendaItem & { kind: 'start' }): Asked | undefined {
    return asker.kind === 'dependent' ? this.#services.get(asker.name)?.asked : undefined;
  }

  #noteTimers({
    at,
    event,
    effects,
  }: RecordedEvent & { readonly effects: readonly Effect[] }): void {
    if (event.type === 'TimerFired') this.#timers.delete(event.timer);
    for (const { type, params } of effects) {
      if (type === 'StartTimer') this.#timers.set(params.timer, at + params.delayMs * 1_000);
      else if (type === 'CancelTimer') this.#timers.delete(params.timer);
    }
  }

  #noteOrder(
    node: CauseNode,
    event: MinitEvent,
    { before, after }: { before: SupervisorState | undefined; after: SupervisorState },
  ): void {
    const order = orderOf(event);
    if (order === undefined) return;
    const service = before?.services.get(order.service);
    const isStart = order.kind === 'start' || order.kind === 'start-once';
    if (service === undefined && !isStart) return;
    const known = this.#service(order.service);
    known.orders.set(order.kind, node);
    // One that is at rest stays in its state, and is to stay down.
    const isToStayDown = after.services.get(order.service)?.context.want === 'down';
    if (service !== undefined && service.context.want !== 'down' && isToStayDown) {
      const from = stateName(service);
      known.stop = { node, from, event: 'StopRequested', dependency: undefined };
    }
    // It hears of it at once, and starts again when it has ended.
    if (isStart && service !== undefined && stateName(service) === 'stopping') {
      const reply = { request: node.seq, isJson: true };
      known.asked = {
        node,
        asker: { kind: 'operator', respawn: undefined, reply },
        via: undefined,
      };
    }
  }

  #noteTransition(node: CauseNode, { before, after, event }: Transition): void {
    const known = this.#service(after.context.name);
    const from = before && stateName(before);
    const dependency = 'dependency' in event ? event.dependency : undefined;
    const turn: Turn = { node, from, event: event.type, dependency };
    known.turn = turn;
    const isOnItsWay = from === 'starting' && stateName(after) === 'starting';
    if (stopEvents.has(event.type)) known.stop = turn;
    else if (event.type === 'StartRequested') {
      delete known.stop;
      delete known.ends;
    }
    if (event.type === 'ProcessExited') {
      known.ends = endsAfter(known.ends, {
        node,
        status: event.status,
        livedUs: after.context.livedUs,
      });
    }
    if (event.type === 'PidSet' && from === 'running') known.adopted = node;
    else if ((starts.has(stateName(after)) && !isOnItsWay) || event.type === 'PidSet') {
      const { failure, failures } = after.context;
      const failed = failure && { failure, failures };
      known.start = { ...turn, after: { ends: known.ends, failure: failed } };
      delete known.adopted;
    }
  }

  /** The PID of a service that runs was told anew, which is no transition. */
  #noteAdoption(
    node: CauseNode,
    before: SupervisorState | undefined,
    after: SupervisorState,
  ): void {
    const order = node.event.type === 'ProcessProbed' && node.cause && orderOf(node.cause.event);
    if (!order || order.kind !== 'set-pid') return;
    const [was, is] = [before, after].map((state) => state?.services.get(order.service));
    if (was === undefined || is === undefined || was.context.pid === is.context.pid) return;
    if (stateName(was) === 'running') this.#service(order.service).adopted = node;
  }
}
