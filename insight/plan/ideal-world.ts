/**
 * A world in which all goes well, for the fold alone: each directory says what it says, each process is
 * there at once, what shall end by itself exits 0, what is told to end ends at TERM, no timer fires. It goes
 * from step to step: what is asked for in one has its outcome in the next, directories excepted, which
 * are read in no time. Pure.
 *
 * @module
 */
import type { ServiceDefinition, ServiceName } from '../../machines/definition';
import type { Effect } from '../../machines/effects';
import type { MinitEvent, SystemError } from '../../machines/events';
import { fold, type Transition } from '../../machines/fold';
import { pidMax } from '../../machines/limits';
import { loggedService } from '../../machines/names';
import {
  innerState,
  servicesInOrder,
  stateName,
  type Service,
  type SupervisorState,
} from '../../machines/state';

/** What reading the directory of a service gives. */
export type Reading = { readonly definition: ServiceDefinition } | { readonly error: SystemError };
export type ReadDirectory = (service: ServiceName) => Reading;

/** What was decided on one event. */
interface Decision {
  readonly effects: readonly Effect[];
  readonly transitions: readonly Transition[];
}

/** All that one step has decided, in order. */
export interface IdealStep {
  readonly decisions: Decision[];
  /** Services that ran before and ended by themselves, because others waited for that. */
  readonly awaited: ServiceName[];
  /** When all of it is decided. */
  state: SupervisorState;
}

/** What has been asked for and has its outcome in the next step. */
type Pending =
  | { readonly kind: 'spawn'; readonly service: ServiceName }
  | { readonly kind: 'exit'; readonly pid: number; readonly signal: number }
  | { readonly kind: 'event'; readonly event: MinitEvent };

const sigkill = 9;
const sigterm = 15;

export class IdealWorld {
  readonly #read: ReadDirectory;
  #state: SupervisorState;
  #step: IdealStep;
  #pending: Pending[] = [];
  #reads: ServiceName[] = [];
  /** Above any that a kernel gives. */
  #nextPid = pidMax + 1;

  constructor(state: SupervisorState, read: ReadDirectory) {
    this.#state = state;
    this.#read = read;
    this.#step = this.#beginStep();
    for (const pid of state.serviceByPid.keys())
      this.#nextPid = Math.max(this.#nextPid, Number(pid) + 1);
  }

  /** The first step is what `events` lead to at once. What was under way already goes on after it. */
  *steps(events: readonly MinitEvent[]): Generator<IdealStep> {
    const underWay = this.#underWay();
    for (const event of events) this.#feed(event);
    this.#reads.push(...underWay.reads);
    this.#readAll();
    // What the order itself has asked for comes behind.
    this.#pending.unshift(...underWay.pending);
    yield this.#endStep();
    for (;;) {
      if (this.#pending.length > 0) this.#settle(this.#pending.splice(0));
      else if (!this.#endAwaited()) return;
      yield this.#endStep();
    }
  }

  #beginStep = (): IdealStep => ({
    decisions: [],
    awaited: [],
    state: this.#state,
  });

  #endStep(): IdealStep {
    const done = this.#step;
    done.state = this.#state;
    this.#step = this.#beginStep();
    return done;
  }

  #feed(event: MinitEvent): void {
    const { seq, at } = this.#state;
    const folded = fold(this.#state, { seq: seq + 1, at, event });
    this.#state = folded.state;
    this.#step.decisions.push(folded);
    for (const effect of folded.effects) this.#owe(effect);
    for (const { after } of folded.transitions) {
      const { pid } = after.context;
      // Its log pipe is closed: it reads to the end of it, and ends.
      if (innerState(after) === 'draining' && pid !== undefined)
        this.#pending.push({ kind: 'exit', pid, signal: 0 });
    }
  }

  /** Notes the outcome that `effect` will have. */
  #owe(effect: Effect): void {
    const { type, params } = effect;
    if (type === 'ReadService') this.#reads.push(params.service);
    else if (type === 'SpawnProcess')
      this.#pending.push({ kind: 'spawn', service: params.service });
    else if (type === 'SendSignal' && (params.signal === sigterm || params.signal === sigkill))
      this.#pending.push({ kind: 'exit', pid: params.pid, signal: params.signal });
    else if (type === 'EndProcesses')
      this.#pending.push({ kind: 'event', event: { type: 'ProcessesEnded', by: 'TERM' } });
  }

  #readAll(): void {
    for (let service = this.#reads.shift(); service !== undefined; service = this.#reads.shift()) {
      const reading = this.#read(service);
      this.#feed(
        'definition' in reading
          ? { type: 'ServiceRead', service, definition: reading.definition }
          : { type: 'ServiceMissing', service, error: reading.error },
      );
    }
  }

  #settle(pending: readonly Pending[]): void {
    const spawned: ServiceName[] = [];
    for (const one of pending) {
      if (one.kind === 'spawn') {
        this.#feed({ type: 'ProcessSpawned', service: one.service, pid: this.#nextPid });
        this.#nextPid += 1;
        spawned.push(one.service);
      } else if (one.kind === 'event') this.#feed(one.event);
      else if (this.#state.serviceByPid.has(String(one.pid))) {
        const status = one.signal === 0 ? { code: 0 } : { signal: one.signal };
        this.#feed({ type: 'ProcessExited', pid: one.pid, status });
      }
      this.#readAll();
    }
    for (const name of spawned) this.#endByItself(this.#state.services.get(name));
  }

  #endByItself(service: Service | undefined): void {
    const pid = service?.context.pid;
    if (service === undefined || pid === undefined || runsOn(service)) return;
    if (stateName(service) !== 'running') return;
    this.#feed({ type: 'ProcessExited', pid, status: { code: 0 } });
    this.#readAll();
  }

  /** Nothing else goes on: what runs since before, and is waited for, ends. Returns whether there was any. */
  #endAwaited(): boolean {
    const awaited = servicesInOrder(this.#state).filter(
      (service) =>
        stateName(service) === 'running' &&
        service.context.pid !== undefined &&
        !runsOn(service) &&
        this.#state.waiters.has(service.context.name),
    );
    for (const service of awaited) {
      this.#step.awaited.push(service.context.name);
      this.#endByItself(service);
    }
    return awaited.length > 0;
  }

  /** What the state says has been asked for before, and has no outcome yet. */
  #underWay(): { readonly pending: Pending[]; readonly reads: ServiceName[] } {
    const { reading, shutdown } = this.#state;
    const reads = [reading?.service, shutdown?.reading].flatMap((name) => name ?? []);
    const pending: Pending[] = [];
    for (const service of servicesInOrder(this.#state)) {
      const { name, pid } = service.context;
      const inner = innerState(service);
      if (inner === 'spawning') pending.push({ kind: 'spawn', service: name });
      else if (inner === 'reading') reads.push(name);
      else if (stateName(service) === 'stopping' && inner !== 'stuck' && pid !== undefined)
        pending.push({ kind: 'exit', pid, signal: inner === 'draining' ? 0 : sigterm });
    }
    return { pending, reads };
  }
}

/** Returns all effects of a step, in order. Pure. */
export const effectsOf = ({ decisions }: IdealStep): Effect[] =>
  decisions.flatMap(({ effects }) => effects);

/** It does not end by itself: it is wanted up, was made to run on, or reads the log of a service that runs. */
export function runsOn({ context }: Service): boolean {
  const { name, definition, want, respawns } = context;
  return (
    want === 'up' ||
    respawns ||
    definition.mode === 'respawn' ||
    (loggedService(name) !== undefined && definition.mode !== 'sync')
  );
}
