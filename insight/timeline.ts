/**
 * A boot as the spans of time that each service spent in its states: what charts, comparisons and
 * explanations are made of. Gathered event by event, so that a log is read once and in pieces. Pure.
 *
 * @module
 */
import { describeTransition, reasonOf } from '../machines/describe';
import type { ServiceName } from '../machines/definition';
import type { Transition } from '../machines/fold';
import {
  innerState,
  servicesInOrder,
  stateName,
  type Service,
  type StateName,
  type SupervisorState,
} from '../machines/state';

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
  /** It began with a start that failed, or with a process that ended badly though nobody asked it to end. */
  readonly isFailure: boolean;
  /** Processes that respawn had started until it began. */
  readonly restarts: number;
}

export interface ServiceLine {
  readonly name: ServiceName;
  readonly spans: readonly Span[];
}

export interface Timeline {
  readonly begin: Moment;
  /** When every service that the boot wanted was up, done or failed; `undefined`: it never was. */
  readonly settled: Moment | undefined;
  /** When all services were told to go down; `undefined`: they never were. */
  readonly ending: Moment | undefined;
  /** The first event of the boot is gone: what is here begins with a snapshot. */
  readonly isCutOff: boolean;
  /** The last event. */
  readonly end: Moment;
  /** In the order of first mention. */
  readonly services: readonly ServiceLine[];
}

/** The boot has come to its end, even if nothing was left to run then, so that minit has ended, too. */
export const hasSettled = ({ init }: SupervisorState): boolean =>
  init.context.bootedAt !== undefined;

type Growing = { -readonly [K in keyof Span]: Span[K] };

/** Gathers a {@link Timeline}: {@link TimelineBuilder.observe} takes each folded event, in order. */
export class TimelineBuilder {
  readonly #spansByService = new Map<ServiceName, Growing[]>();
  #begin: Moment | undefined;
  #settled: Moment | undefined;
  #ending: Moment | undefined;
  #isCutOff = false;
  #end: Moment = { seq: 0, at: 0 };
  /** After the event before. */
  #serviceByPid: SupervisorState['serviceByPid'] | undefined;

  /** Begins, or goes on after a gap, with the state that a snapshot holds. */
  resume(state: SupervisorState): void {
    const moment = { seq: state.seq, at: state.at };
    if (this.#begin === undefined) this.#isCutOff = true;
    this.#pass(state, moment);
    for (const service of servicesInOrder(state)) {
      const last = this.#spansOf(service.context.name).at(-1);
      const isSame =
        last?.state === stateName(service) &&
        last.inner === innerState(service) &&
        last.pid === service.context.pid;
      if (!isSame) this.#change(service, moment, { reason: reasonOf(service), isFailure: false });
    }
  }

  /** `state` and `transitions`: what the fold of one event gave. */
  observe(state: SupervisorState, transitions: readonly Transition[]): void {
    const moment = { seq: state.seq, at: state.at };
    this.#pass(state, moment);
    for (const transition of transitions) {
      const { after } = transition;
      // What happened on the way within one event is no span, but it is why the span began.
      const isFailure = isBadEnd(transition) || this.#failedAt(after.context.name, moment.seq);
      this.#change(after, moment, { reason: describeTransition(transition), isFailure });
    }
    if (transitions.length === 0 && state.serviceByPid !== this.#serviceByPid)
      this.#notePids(state, moment);
    this.#serviceByPid = state.serviceByPid;
  }

  /** The PID of a service that runs may be told anew (`msvc -P`), which is no transition: it is another process, though. */
  #notePids(state: SupervisorState, moment: Moment): void {
    for (const service of state.services.values()) {
      const last = this.#spansByService.get(service.context.name)?.at(-1);
      if (last !== undefined && last.pid !== service.context.pid)
        this.#change(service, moment, { reason: reasonOf(service), isFailure: false });
    }
  }

  finish(): Timeline {
    return {
      begin: this.#begin ?? this.#end,
      settled: this.#settled,
      ending: this.#ending,
      isCutOff: this.#isCutOff,
      end: this.#end,
      services: [...this.#spansByService].map(([name, spans]) => ({ name, spans })),
    };
  }

  #pass(state: SupervisorState, moment: Moment): void {
    this.#begin ??= moment;
    this.#end = moment;
    if (hasSettled(state)) this.#settled ??= moment;
    if (state.shutdown !== undefined || state.stopPlan !== undefined) this.#ending ??= moment;
  }

  #spansOf(name: ServiceName): Growing[] {
    let spans = this.#spansByService.get(name);
    if (spans === undefined) this.#spansByService.set(name, (spans = []));
    return spans;
  }

  #failedAt(name: ServiceName, seq: number): boolean {
    const last = this.#spansByService.get(name)?.at(-1);
    return last !== undefined && last.from.seq === seq && last.isFailure;
  }

  #change(
    service: Service,
    moment: Moment,
    { reason, isFailure }: Pick<Span, 'reason' | 'isFailure'>,
  ): void {
    const { pid, restarts, name } = service.context;
    const spans = this.#spansOf(name);
    const last = spans.at(-1);
    if (last?.from.seq === moment.seq) spans.pop();
    else if (last !== undefined) last.until = moment;
    const [state, inner] = [stateName(service), innerState(service)];
    spans.push({
      ...{ state, inner, from: moment, until: undefined },
      ...{ reason, pid, isFailure, restarts },
    });
  }
}

function isBadEnd({ before, after }: Transition): boolean {
  const { failure, exit, pid, want } = after.context;
  if (failure !== undefined && failure !== before?.context.failure) return true;
  const hasEnded = before?.context.pid !== undefined && pid === undefined;
  if (!hasEnded || want === 'down' || stateName(before) === 'stopping') return false;
  return exit !== undefined && !('code' in exit && exit.code === 0) && !('unknown' in exit);
}
