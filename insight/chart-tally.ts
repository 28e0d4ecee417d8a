/**
 * How often a service entered each state of its machine, how long it stayed there, and how often each
 * transition was taken. Gathered event by event, so that a log is read once and in pieces. Pure.
 *
 * @module
 */
import type { ServiceName } from '../machines/definition';
import type { Transition } from '../machines/fold';
import { serviceMachine } from '../machines/xstate-machines';
import { innerState, stateName, type Service, type SupervisorState } from '../machines/state';

export interface StateTally {
  /** Keys from the outermost state on, joined by dots; an outer state counts beside its inner ones. */
  readonly path: string;
  readonly entered: number;
  /** Until the end of what was observed. */
  readonly us: number;
}

export interface TakenTransition {
  /** Path of the state that the transition belongs to; empty for one of the machine itself. */
  readonly from: string;
  /** Path of the innermost state that the service was in. */
  readonly left: string;
  /** Empty: taken as soon as its guard held. */
  readonly event: string;
  readonly guard: string | undefined;
  /** Path of the innermost state that it led to. */
  readonly to: string;
  readonly count: number;
}

export interface ChartTally {
  /** Path of the innermost state at the end. */
  readonly present: string;
  /** Those that were entered, or that the log begins in. */
  readonly states: readonly StateTally[];
  readonly taken: readonly TakenTransition[];
}

type Growing<T> = { -readonly [K in keyof T]: T[K] };
type Taken = Omit<TakenTransition, 'count'>;

/** Gathers the {@link ChartTally} of one service: {@link ChartTallyBuilder.observe} takes each folded event, in order. */
export class ChartTallyBuilder {
  readonly #service: ServiceName;
  readonly #states = new Map<string, Growing<StateTally>>();
  readonly #taken = new Map<string, Growing<TakenTransition>>();
  #present: string | undefined;
  /** CLOCK_BOOTTIME in µs: up to where the stay in the present state is counted. */
  #countedTo = 0;

  constructor(service: ServiceName) {
    this.#service = service;
  }

  /** Begins, or goes on after a gap, with the state that a snapshot holds: how it got there is not known. */
  resume({ at, services }: SupervisorState): void {
    const service = services.get(this.#service);
    if (service === undefined) return;
    this.#stayUntil(at);
    const path = leafPath(service);
    if (this.#present === undefined) for (const each of outwards(path)) this.#tallyOf(each);
    else if (path !== this.#present) this.#enter(path);
    this.#present = path;
  }

  /** `state` and `transitions`: what the fold of one event gave. */
  observe({ at }: SupervisorState, transitions: readonly Transition[]): void {
    this.#stayUntil(at);
    for (const transition of transitions) {
      if (transition.after.context.name !== this.#service) continue;
      if (this.#present === undefined && transition.before !== undefined)
        this.#enter(leafPath(transition.before));
      for (const taken of takenIn(transition)) {
        this.#count(taken);
        this.#enter(taken.to);
      }
    }
  }

  /** Returns the tally up to `endAt` (CLOCK_BOOTTIME, µs); `undefined` for a service that minit did not know. */
  finish(endAt = this.#countedTo): ChartTally | undefined {
    this.#stayUntil(endAt);
    if (this.#present === undefined) return undefined;
    return {
      present: this.#present,
      states: [...this.#states.values()],
      taken: [...this.#taken.values()],
    };
  }

  #stayUntil(at: number): void {
    if (this.#present !== undefined)
      for (const path of outwards(this.#present)) this.#tallyOf(path).us += at - this.#countedTo;
    this.#countedTo = at;
  }

  #enter(path: string): void {
    const left = new Set(this.#present === undefined ? [] : outwards(this.#present));
    for (const each of outwards(path))
      if (each === path || !left.has(each)) this.#tallyOf(each).entered += 1;
    this.#present = path;
  }

  #count(taken: Taken): void {
    const key = JSON.stringify(taken);
    const known = this.#taken.get(key);
    if (known === undefined) this.#taken.set(key, { ...taken, count: 1 });
    else known.count += 1;
  }

  #tallyOf(path: string): Growing<StateTally> {
    let tally = this.#states.get(path);
    if (tally === undefined) this.#states.set(path, (tally = { path, entered: 0, us: 0 }));
    return tally;
  }
}

/** `a.b` → `a`, `a.b`. */
function outwards(path: string): string[] {
  const keys = path.split('.');
  return keys.map((_, index) => keys.slice(0, index + 1).join('.'));
}

function leafPath(service: Service): string {
  const inner = innerState(service);
  return inner === undefined ? stateName(service) : `${stateName(service)}.${inner}`;
}

/** As much of a state of XState's as is looked at here. */
interface Node {
  readonly path: readonly string[];
  readonly initial: { readonly target: readonly Node[] };
  readonly states: Readonly<Record<string, Node>>;
  readonly always?: readonly Definition[];
}

interface Definition {
  readonly source: Node;
  readonly target: readonly Node[] | undefined;
  readonly eventType: string;
  readonly guard?: string | { readonly type: string };
}

/**
 * Returns the transitions that were taken one after the other when the service was told the event: the one for
 * the event, and one without an event where the state that it led to let go at once. Pure.
 */
function takenIn({ before, after, event }: Transition): Taken[] {
  if (before === undefined) return [];
  const wanted = leafPath(after);
  const [first] = serviceMachine.getTransitionData(
    serviceMachine.resolveState(before),
    event,
  ) as unknown as Definition[];
  const left = leafPath(before);
  const taken = first === undefined ? undefined : takenOf(first, left);
  const here = taken?.to ?? left;
  if (here === wanted) return taken === undefined ? [] : [taken];
  const eventless = (nodeAt(here).always ?? [])
    .flatMap((definition) => takenOf(definition, here) ?? [])
    .find(({ to }) => to === wanted);
  return [taken, eventless].filter((each) => each !== undefined);
}

/** `undefined` for a transition that stays where it is. */
function takenOf(
  { source, target, eventType, guard }: Definition,
  left: string,
): Taken | undefined {
  const [to] = target ?? [];
  if (to === undefined) return undefined;
  return {
    from: source.path.join('.'),
    left,
    event: eventType,
    guard: typeof guard === 'object' ? guard.type : guard,
    to: leafOf(to).path.join('.'),
  };
}

/** A state with inner ones is entered at its first one. */
function leafOf(node: Node): Node {
  const [first] = node.initial.target;
  return first === undefined ? node : leafOf(first);
}

function nodeAt(path: string): Node {
  let node = serviceMachine.root as unknown as Node;
  for (const key of path.split('.')) node = node.states[key] ?? node;
  return node;
}
