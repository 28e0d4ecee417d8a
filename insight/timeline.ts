/**
 * A boot as the spans of time that each service spent in its states: what charts, comparisons and
 * explanations are made of. Gathered event by event, so that a log is read once and in pieces. Pure.
 *
 * @module
 */
import { describeTransition } from '../machines/describe';
import type { ServiceName } from '../machines/definition';
import type { Transition } from '../machines/fold';
import { innerState, stateName, type StateName, type SupervisorState } from '../machines/state';

/** An event: its number, and CLOCK_BOOTTIME in µs. */
export interface Moment {
  readonly seq: number;
  readonly at: number;
}

/** One stay of a service in one state. */
export interface Span {
  readonly state: StateName;
  readonly inner: string | undefined;
  readonly from: Moment;
  /** When the next one began; `undefined`: it lasts when the log ends. */
  readonly until: Moment | undefined;
  /** In words, as on the console. */
  readonly reason: string;
  readonly pid: number | undefined;
}

export interface ServiceLine {
  readonly name: ServiceName;
  readonly spans: readonly Span[];
}

export interface Timeline {
  readonly begin: Moment;
  /** When every service that the boot wanted was up, done or failed; `undefined`: it never was. */
  readonly settled: Moment | undefined;
  /** The last event. */
  readonly end: Moment;
  /** In the order of first mention. */
  readonly services: readonly ServiceLine[];
}

type Growing = { -readonly [K in keyof Span]: Span[K] };

/** Gathers a {@link Timeline}: {@link TimelineBuilder.observe} takes each folded event, in order. */
export class TimelineBuilder {
  readonly #spansByService = new Map<ServiceName, Growing[]>();
  #begin: Moment | undefined;
  #settled: Moment | undefined;
  #end: Moment = { seq: 0, at: 0 };

  /** `state` and `transitions`: what the fold of one event gave. */
  observe(state: SupervisorState, transitions: readonly Transition[]): void {
    const moment = { seq: state.seq, at: state.at };
    this.#begin ??= moment;
    this.#end = moment;
    if (this.#settled === undefined && state.init.value === 'running') this.#settled = moment;
    for (const transition of transitions) this.#change(transition, moment);
  }

  finish(): Timeline {
    return {
      begin: this.#begin ?? this.#end,
      settled: this.#settled,
      end: this.#end,
      services: [...this.#spansByService].map(([name, spans]) => ({ name, spans })),
    };
  }

  #change(transition: Transition, moment: Moment): void {
    const { after } = transition;
    const { name, pid } = after.context;
    let spans = this.#spansByService.get(name);
    if (spans === undefined) this.#spansByService.set(name, (spans = []));
    const last = spans.at(-1);
    if (last?.from.seq === moment.seq) spans.pop();
    else if (last !== undefined) last.until = moment;
    const [state, inner] = [stateName(after), innerState(after)];
    const reason = describeTransition(transition);
    spans.push({ state, inner, from: moment, until: undefined, reason, pid });
  }
}
