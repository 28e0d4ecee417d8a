/**
 * What must hold of every run of minit, checked record by record: from the log alone, and by
 * folding it again. Throws at the first record that is wrong.
 *
 * @module
 */
import { isSame } from '../../effects/replay';
import type { LogRecord } from '../../effects/ports';
import type { Effect } from '../../machines/effects';
import { fold, initialState } from '../../machines/fold';
import { checkInvariants, checkSignals } from '../../machines/invariants';
import { loggedService } from '../../machines/names';
import { isStuck, stateName, type StopPlan, type SupervisorState } from '../../machines/state';

export interface Checker {
  /** @throws Error that names the record and the rule. */
  observe(record: LogRecord): void;
  /** The state that the records so far fold to. */
  state(): SupervisorState;
  /** Requests that have no reply yet. */
  unanswered(): readonly number[];
}

interface Book {
  /** Spawns without an outcome, and children without an exit, by service. */
  readonly spawning: Map<string, number>;
  readonly living: Map<string, Set<number>>;
  /** Somebody said which process is theirs; the one that minit spawned may live on beside it. */
  readonly adopted: Set<string>;
  readonly replies: Map<number, number>;
  stopPlan: StopPlan | undefined;
}

/** Returns a checker for a log from its first record on. */
export function createChecker(): Checker {
  const book: Book = {
    spawning: new Map(),
    living: new Map(),
    adopted: new Set(),
    replies: new Map(),
    stopPlan: undefined,
  };
  let state = initialState();
  return {
    observe(record) {
      const before = state;
      const folded = fold(state, record);
      state = folded.state;
      const problem =
        (isSame(folded.effects, record.effects) ? undefined : 'folding again asks for other effects') ??
        note(book, record) ??
        problemWithEffects(book, before, { record, after: state });
      if (problem !== undefined) throw new Error(`record ${String(record.seq)} ${JSON.stringify(record)}: ${problem}`);
      checkInvariants(state);
      checkSignals(before, state, record.effects);
    },
    state: () => state,
    unanswered: () => [...book.replies].filter(([, count]) => count === 0).map(([seq]) => seq),
  };
}

/** Keeps the book about processes and requests; returns what is wrong with the event itself. */
function note(book: Book, { seq, event }: LogRecord): string | undefined {
  if (event.type === 'RequestReceived') book.replies.set(seq, 0);
  if (event.type === 'ProcessSpawned' || event.type === 'SpawnFailed') {
    book.spawning.set(event.service, (book.spawning.get(event.service) ?? 0) - 1);
  }
  if (event.type === 'ProcessSpawned') {
    book.living.set(event.service, (book.living.get(event.service) ?? new Set()).add(event.pid));
  }
  if (event.type === 'ProcessExited') for (const pids of book.living.values()) pids.delete(event.pid);
  return undefined;
}

interface Step {
  readonly record: LogRecord;
  readonly after: SupervisorState;
}

function problemWithEffects(book: Book, before: SupervisorState, step: Step): string | undefined {
  for (const effect of step.record.effects) {
    const problem =
      problemWithSpawn(book, effect, step) ??
      problemWithReply(book, effect) ??
      problemWithRest(effect, step) ??
      problemWithStop(effect, before, step);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function problemWithSpawn(book: Book, effect: Effect, { record, after }: Step): string | undefined {
  if (effect.type === 'WatchProcess') book.adopted.add(effect.params.service);
  if (effect.type !== 'SpawnProcess') return undefined;
  const { service } = effect.params;
  const spawning = book.spawning.get(service) ?? 0;
  book.spawning.set(service, spawning + 1);
  if (spawning > 0) return `${service} is spawned while a spawn is under way`;
  // An exit that was reaped before the outcome of its spawn was reported counts as one before it.
  const isEarly = record.event.type === 'ProcessSpawned' && after.services.get(service)?.context.pid === undefined;
  const living = [...(book.living.get(service) ?? [])];
  if (isEarly || book.adopted.has(service) || living.length === 0) return undefined;
  return `${service} is spawned while it has process ${living.join(', ')}`;
}

function problemWithReply(book: Book, effect: Effect): string | undefined {
  if (effect.type !== 'Reply') return undefined;
  const { request } = effect.params;
  const count = book.replies.get(request);
  if (count === undefined) return `a reply to ${String(request)}, which is no request`;
  book.replies.set(request, count + 1);
  return count === 0 ? undefined : `a second reply to request ${String(request)}`;
}

const needsLife: ReadonlySet<Effect['type']> = new Set(['SpawnProcess', 'SendSignal', 'WatchProcess']);

/** Nothing is done for a service that has failed. */
function problemWithRest(effect: Effect, { after }: Step): string | undefined {
  if (!needsLife.has(effect.type) || !('service' in effect.params)) return undefined;
  const service = after.services.get(effect.params.service ?? '');
  if (service === undefined) return `${effect.type} for a service that is not loaded`;
  return stateName(service) === 'failed' ? `${effect.type} for ${service.context.name}, which has failed` : undefined;
}

/** While minit shuts down, nothing is stopped that somebody alive needs; a logger's pipe lasts as long as its writer. */
function problemWithStop(effect: Effect, before: SupervisorState, { record, after }: Step): string | undefined {
  if (after.stopPlan === undefined || record.event.type === 'RequestReceived') return undefined;
  const isTerm = effect.type === 'SendSignal' && effect.params.signal === 15;
  if (!isTerm && effect.type !== 'CloseLogPipe') return undefined;
  const name = isTerm ? effect.params.service : `${effect.params.service}/log`;
  const writer = loggedService(name);
  for (const service of after.services.values()) {
    const { context } = service;
    if (context.pid === undefined || isStuck(service) || context.name === name) continue;
    if (context.name === writer) return `${name} is stopped while it still logs ${writer}`;
    const edges = before.stopPlan?.below.get(context.name) ?? after.stopPlan.below.get(context.name);
    if (edges?.includes(name) === true) return `${name} is stopped before ${context.name}, which needs it`;
  }
  return undefined;
}
