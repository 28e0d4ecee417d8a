/**
 * A boot as messages between operators, minit and its services: who was started, came up, ended, was started
 * again, and who asked for it. Gathered event by event, so that a log is read once and in pieces. Pure.
 *
 * @module
 */
import type { ServiceName } from '../machines/definition';
import { describeTransition, signalName } from '../machines/describe';
import type { Transition } from '../machines/fold';
import type { LoggedRecord } from '../machines/log-format';
import { parseRequest } from '../machines/requests';
import { innerState, stateName, type Service, type SupervisorState } from '../machines/state';
import { orderOf, type ServiceOrder } from './why/why-orders';

/**
 * - `order`: an operator asks, or the system signals, minit.
 * - `tell`: minit starts, signals or stops a service.
 * - `up`, `end`, `failure`: a service has a process; has come to rest or will be started again; badly so.
 * - `note`: something about minit itself.
 */
export type MessageKind = 'order' | 'tell' | 'up' | 'end' | 'failure' | 'note';

export interface SequenceMessage {
  readonly seq: number;
  /** CLOCK_BOOTTIME in µs. */
  readonly at: number;
  readonly kind: MessageKind;
  /** The other side is minit; none for `order` and `note`. */
  readonly service: ServiceName | undefined;
  readonly text: string;
  /** Processes of the service that respawn had started by then. */
  readonly restarts: number;
}

export interface BootSequence {
  /** In the order of first mention. */
  readonly services: readonly ServiceName[];
  readonly messages: readonly SequenceMessage[];
  /** Requests that only ask how things are. */
  readonly questions: number;
}

/** Gathers a {@link BootSequence}: {@link BootSequenceBuilder.observe} takes each folded event, in order. */
export class BootSequenceBuilder {
  readonly #messages: SequenceMessage[] = [];
  readonly #services = new Set<ServiceName>();
  #questions = 0;
  #minit: string | undefined;

  /** Begins, or goes on after a gap, with the state that a snapshot holds. */
  resume(state: SupervisorState): void {
    this.#minit = state.init.value;
    for (const { context } of [...state.services.values()].sort(byOrder))
      this.#services.add(context.name);
    this.#note(state, `the log goes on after event ${String(state.seq)}`);
  }

  /** `state` and `transitions`: what the fold of `record` gave. */
  observe(record: LoggedRecord, state: SupervisorState, transitions: readonly Transition[]): void {
    this.#observeEvent(record);
    for (const transition of transitions) {
      const { name, restarts } = transition.after.context;
      this.#services.add(name);
      const message = messageOf(transition);
      if (message !== undefined) this.#add(record, { ...message, service: name, restarts });
    }
    if (this.#minit !== undefined && state.init.value !== this.#minit)
      this.#note(record, `minit is ${state.init.value}`);
    this.#minit = state.init.value;
  }

  finish(): BootSequence {
    return {
      services: [...this.#services],
      messages: this.#messages,
      questions: this.#questions,
    };
  }

  #observeEvent(record: LoggedRecord): void {
    const { event } = record;
    if (event.type === 'SignalReceived') this.#order(record, `${event.signal} to minit`);
    else if (event.type === 'SupervisorResumed') this.#note(record, 'minit executed anew');
    else if (event.type === 'RequestReceived') {
      const text = orderText(event);
      if (text === undefined) this.#questions += 1;
      else this.#order(record, text);
    }
  }

  #order(place: Place, text: string): void {
    this.#add(place, { kind: 'order', service: undefined, text, restarts: 0 });
  }

  #note(place: Place, text: string): void {
    this.#add(place, { kind: 'note', service: undefined, text, restarts: 0 });
  }

  #add({ seq, at }: Place, message: Omit<SequenceMessage, 'seq' | 'at'>): void {
    this.#messages.push({ seq, at, ...message });
  }
}

type Place = Pick<SequenceMessage, 'seq' | 'at'>;

const byOrder = (a: Service, b: Service): number => a.context.order - b.context.order;

/** Returns what a request asks to be done, in words; `undefined` for one that asks for nothing but an answer. */
function orderText(event: LoggedRecord['event'] & { type: 'RequestReceived' }): string | undefined {
  const order = orderOf(event);
  if (order !== undefined) return serviceOrderText(order);
  if (!('request' in event)) return 'a request that is no text';
  const request = parseRequest(event.request);
  if (request.kind === 'shutdown') return `shutdown (${request.goal})`;
  if (request.kind === 'update') return 'update';
  return request.kind === 'refused' ? `a request that is refused: ${request.why}` : undefined;
}

function serviceOrderText({ kind, service, signal = 0 }: ServiceOrder): string {
  switch (kind) {
    case 'start':
      return `start ${service}`;
    case 'start-once':
      return `start ${service} once`;
    case 'stop':
      return `stop ${service}`;
    case 'respawn-on':
      return `start ${service} again whenever it ends`;
    case 'respawn-off':
      return `do not start ${service} again`;
    case 'signal':
      return `${signalName(signal)} to ${service}`;
    case 'set-pid':
      return `set the PID of ${service}`;
    case 'expect-pid':
      return `${service} goes to the background`;
    case 'clear':
      return `forget the PID of ${service}`;
  }
}

type Said = Pick<SequenceMessage, 'kind' | 'text'>;

/** Returns what minit and the service told each other by a transition; `undefined` for one within minit. */
function messageOf(transition: Transition): Said | undefined {
  const { before, after } = transition;
  const inner = innerState(after);
  switch (stateName(after)) {
    case 'waiting-deps':
      return undefined;
    case 'starting':
      if (inner === 'spawning') return { kind: 'tell', text: startText(after) };
      // From `respawning` it is the timer that fired, and the start comes with the next message.
      return before?.context.pid === undefined ? undefined : endOf(transition);
    case 'running':
      return runningText(transition);
    case 'stopping':
      return stoppingText(inner);
    case 'down':
      return { kind: 'tell', text: 'is not started after all' };
    case 'sync-done':
    case 'finished':
    case 'failed':
    case 'respawning':
      return endOf(transition);
  }
}

const startText = ({ context: { restarts } }: Service): string =>
  restarts === 0 ? 'start' : `start again (${String(restarts)})`;

function runningText({ before, after }: Transition): Said {
  const { pid } = after.context;
  const inner = innerState(after);
  if (inner === 'paused') return { kind: 'tell', text: 'SIGSTOP' };
  if (inner === 'backgrounded') return { kind: 'note', text: 'goes to the background' };
  if (before !== undefined && innerState(before) === 'paused')
    return { kind: 'tell', text: 'SIGCONT' };
  return { kind: 'up', text: `up, pid ${String(pid)}` };
}

/** What minit does to a service by which it comes into this inner state of `stopping`. */
const stoppingTexts: Readonly<Record<string, string>> = {
  terminating: 'stop (SIGTERM)',
  killing: 'SIGKILL',
  draining: 'end of its log pipe',
  spawning: 'stop as soon as it has a process',
};

const stoppingText = (inner = ''): Said =>
  inner === 'stuck'
    ? { kind: 'failure', text: 'does not end, even on SIGKILL' }
    : { kind: 'tell', text: stoppingTexts[inner] ?? inner };

function endOf(transition: Transition): Said {
  const { before, after } = transition;
  const { failure, exit } = after.context;
  const hasEnded = before?.context.pid !== undefined && after.context.pid === undefined;
  const isGood = exit === undefined || 'unknown' in exit || ('code' in exit && exit.code === 0);
  const wasStopped = before !== undefined && stateName(before) === 'stopping';
  const isFailure = failure !== undefined || (hasEnded && !isGood && !wasStopped);
  return { kind: isFailure ? 'failure' : 'end', text: describeTransition(transition) };
}
