/**
 * A boot without what is another at each boot (PIDs, clocks): when each service began and was up, counted from
 * the start of the boot, and what became of it. Gathered event by event, so that a log is read once
 * and in pieces. Pure.
 *
 * @module
 */
import type { ServiceName } from '../../machines/definition';
import { describeExit, reasonOf } from '../../machines/describe';
import { failureText } from '../../machines/describe-failure';
import type { Role } from '../../machines/events';
import type { Transition } from '../../machines/fold';
import type { LoggedRecord } from '../../machines/log-format';
import {
  innerState,
  servicesInOrder,
  stateName,
  type Service,
  type StateName,
  type SupervisorState,
} from '../../machines/state';
import { ActivityGraphBuilder, type ActivityGraph } from '../chart/activity-graph';
import { hasSettled } from '../timeline';

/** What became of a service. Times are µs; `undefined`: not in this boot. */
export interface ServiceFacts {
  readonly name: ServiceName;
  /** From the start of the boot until its first process was asked for; `undefined` for a bundle, too. */
  readonly startedUs: number | undefined;
  /** From the start of the boot until it was up, done or failed: its dependents had to wait no longer. */
  readonly upUs: number | undefined;
  /** Of that its own part: since its dependencies were there. */
  readonly tookUs: number | undefined;
  /** At the end of the log, or when all services were told to go down. */
  readonly state: StateName;
  readonly inner: string | undefined;
  /** How its process ended, what made its start fail, or what it waits for; `undefined` where that is no reason. */
  readonly why: string | undefined;
  /** Processes that respawn started. */
  readonly restarts: number;
  /** How its processes ended, and how many so; in the order in which that came about. */
  readonly ends: ReadonlyMap<string, number>;
  /** The same, after all services had been told to go down. */
  readonly lastEnds: ReadonlyMap<string, number>;
  readonly needs: readonly ServiceName[];
}

export interface BootFacts {
  /** The words of minit's command line. */
  readonly words: readonly string[];
  readonly role: Role;
  /** What minit itself was doing when the log ended: `running`, `halted`, … */
  readonly state: string;
  /** How often its program was executed anew. */
  readonly resumes: number;
  /** From the start until all that the boot wanted was up, done or failed, in µs; `undefined`: it never was. */
  readonly settledUs: number | undefined;
  /** From when all services were told to go down until the end of the log, in µs; `undefined`: they never were. */
  readonly endingUs: number | undefined;
  /** The beginning of the boot is not in the log: its times mean nothing. */
  readonly isCutOff: boolean;
  /** In the order of first mention. */
  readonly services: readonly ServiceFacts[];
}

type Counts = Map<ServiceName, Map<string, number>>;

/** Gathers {@link BootFacts}: `observe` takes each folded event, in order. */
export class BootFactsBuilder {
  readonly #graph = new ActivityGraphBuilder({ isBootOnly: true });
  readonly #startedAt = new Map<ServiceName, number>();
  readonly #ends: Counts = new Map();
  readonly #lastEnds: Counts = new Map();
  #words: readonly string[] = [];
  #beginAt: number | undefined;
  #settledAt: number | undefined;
  #endingAt: number | undefined;
  #isCutOff = false;
  #last: SupervisorState | undefined;
  /** The last state before all services were told to go down. */
  #lastUp: SupervisorState | undefined;

  /** Begins, or goes on after a gap, with the state that a snapshot holds. */
  resume(state: SupervisorState): void {
    if (this.#beginAt === undefined) this.#isCutOff = true;
    this.#graph.resume(state);
    this.#pass(state);
  }

  /** `state` and `transitions`: what the fold of one event gave. */
  observe(record: LoggedRecord, state: SupervisorState, transitions: readonly Transition[]): void {
    if (record.event.type === 'SupervisorStarted') this.#words = record.event.words;
    this.#graph.observe(record, state, transitions);
    this.#pass(state);
    for (const { before, after } of transitions) {
      const { name, pid, exit } = after.context;
      const isStarted = stateName(after) === 'starting' || stateName(after) === 'running';
      if (isStarted && !this.#startedAt.has(name)) this.#startedAt.set(name, state.at);
      const hasEnded = before?.context.pid !== undefined && pid === undefined;
      if (hasEnded && exit !== undefined)
        count(this.#endingAt === undefined ? this.#ends : this.#lastEnds, name, describeExit(exit));
    }
  }

  /** @throws Error where nothing was observed. */
  finish(): BootFacts {
    const [begin, last] = [this.#beginAt, this.#last];
    if (begin === undefined || last === undefined) throw new Error('there is no event');
    const [settled, ending] = [this.#settledAt, this.#endingAt];
    const graph = this.#graph.finish();
    return {
      words: this.#words,
      role: last.role,
      state: last.init.value,
      resumes: last.resumes ?? 0,
      settledUs: settled === undefined ? undefined : settled - begin,
      endingUs: ending === undefined ? undefined : last.at - ending,
      isCutOff: this.#isCutOff,
      services: servicesInOrder(this.#lastUp ?? last).map((each) =>
        this.#factsOf(each, graph, begin),
      ),
    };
  }

  #pass(state: SupervisorState): void {
    this.#beginAt ??= state.at;
    this.#last = state;
    if (hasSettled(state)) this.#settledAt ??= state.at;
    if (state.shutdown !== undefined || state.stopPlan !== undefined) this.#endingAt ??= state.at;
    if (this.#endingAt === undefined) this.#lastUp = state;
  }

  #factsOf(service: Service, graph: ActivityGraph, begin: number): ServiceFacts {
    const { name, restarts, needs } = service.context;
    const startedAt = this.#startedAt.get(name);
    const released = graph.releases.get(name)?.at.at;
    const up = graph.settledByService.get(name);
    const upAt = up === undefined ? undefined : graph.nodes[up]?.moment.at;
    return {
      name,
      startedUs: startedAt === undefined ? undefined : startedAt - begin,
      upUs: upAt === undefined ? undefined : upAt - begin,
      tookUs: upAt === undefined || released === undefined ? undefined : upAt - released,
      state: stateName(service),
      inner: innerState(service),
      why: whyOf(service),
      restarts,
      ends: this.#ends.get(name) ?? new Map<string, number>(),
      lastEnds: this.#lastEnds.get(name) ?? new Map<string, number>(),
      needs,
    };
  }
}

function count(counts: Counts, name: ServiceName, end: string): void {
  const ends = counts.get(name) ?? new Map<string, number>();
  counts.set(name, ends.set(end, (ends.get(end) ?? 0) + 1));
}

/** As {@link reasonOf}, but for PIDs and lifetimes, which are others each time. */
function whyOf(service: Service): string | undefined {
  const { failure, exit } = service.context;
  switch (stateName(service)) {
    case 'down':
    case 'starting':
    case 'running':
    case 'stopping':
      return undefined;
    case 'waiting-deps':
      return reasonOf(service);
    case 'respawning':
    case 'sync-done':
    case 'finished':
    case 'failed':
      if (failure !== undefined) return failureText(failure);
      return exit === undefined ? undefined : describeExit(exit);
  }
}
