/**
 * What must hold of a whole run: one process a service at a time, one reply a request, nothing stopped
 * before what needs it. Checked record by record, from what was decided and what came of it. Pure.
 *
 * @module
 */
import type { Effect } from './effects';
import type { LoggedRecord } from './log-format';
import { checkSignals } from './invariants';
import { loggedService } from './names';
import { isStuck, stateName, type SupervisorState } from './state';

/** One event: the state that it met, what was recorded of it, and the state that came of it. */
export interface ObservedStep {
  readonly before: SupervisorState;
  readonly record: LoggedRecord;
  readonly after: SupervisorState;
}

export interface RunRules {
  /** Returns what is wrong with this step. @throws InvariantViolation for a signal to nobody. */
  observe(step: ObservedStep): string | undefined;
  /** Requests that have no reply yet; those that came after minit decided to end get none. */
  unanswered(): readonly number[];
}

interface Book {
  /** Spawns without an outcome, and children without an exit, by service. */
  readonly spawning: Map<string, number>;
  readonly living: Map<string, Set<number>>;
  /** Reaped before the outcome of a spawn was reported, each with the event that says so. */
  readonly early: Map<number, number>;
  /** Somebody said which process is theirs; the one that minit spawned may live on beside it. */
  readonly adopted: Set<string>;
  readonly replies: Map<number, number>;
  hasEnded: boolean;
}

/** Returns the rules for a run from its first record on. */
export function createRunRules(): RunRules {
  const book: Book = {
    spawning: new Map(),
    living: new Map(),
    early: new Map(),
    adopted: new Set(),
    replies: new Map(),
    hasEnded: false,
  };
  return {
    observe(step) {
      note(book, step.record);
      const problem = problemWithEffects(book, step);
      if (problem === undefined) checkSignals(step.before, step.after, step.record.effects);
      return problem;
    },
    unanswered: () => [...book.replies].filter(([, count]) => count === 0).map(([seq]) => seq),
  };
}

/** Keeps the book about processes and requests. */
function note(book: Book, { seq, cause = 0, event }: LoggedRecord): void {
  // eslint-disable-next-line @typescript-eslint/switch-exhaustiveness-check -- the others are no business of the book
  switch (event.type) {
    case 'RequestReceived':
      if (!book.hasEnded) book.replies.set(seq, 0);
      break;
    case 'ProcessSpawned': {
      const living = book.living.get(event.service) ?? new Set();
      const isEarly = (book.early.get(event.pid) ?? 0) > cause;
      book.early.delete(event.pid);
      if (!isEarly) book.living.set(event.service, living.add(event.pid));
      noteOutcome(book, event.service);
      break;
    }
    case 'SpawnFailed':
      noteOutcome(book, event.service);
      break;
    case 'ProcessExited': {
      if (!forgetProcess(book, event.pid) && isSpawning(book)) book.early.set(event.pid, seq);
      break;
    }
    default:
  }
}

/** Returns whether it was a living process of a service. */
function forgetProcess({ living }: Book, pid: number): boolean {
  let wasLiving = false;
  for (const pids of living.values()) if (pids.delete(pid)) wasLiving = true;
  return wasLiving;
}

function isSpawning({ spawning }: Book): boolean {
  for (const count of spawning.values()) if (count > 0) return true;
  return false;
}

function noteOutcome(book: Book, service: string): void {
  book.spawning.set(service, (book.spawning.get(service) ?? 0) - 1);
  if (!isSpawning(book)) book.early.clear();
}

function problemWithEffects(book: Book, step: ObservedStep): string | undefined {
  for (const effect of step.record.effects) {
    if (effect.type === 'ExitSupervisor') book.hasEnded = true;
    const problem =
      problemWithSpawn(book, effect) ??
      problemWithReply(book, effect) ??
      problemWithRest(effect, step) ??
      problemWithStop(effect, step);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function problemWithSpawn(book: Book, effect: Effect): string | undefined {
  if (effect.type === 'WatchProcess') book.adopted.add(effect.params.service);
  if (effect.type !== 'SpawnProcess') return undefined;
  const { service } = effect.params;
  const spawning = book.spawning.get(service) ?? 0;
  book.spawning.set(service, spawning + 1);
  if (spawning > 0) return `${service} is spawned while a spawn is under way`;
  const living = book.living.get(service);
  if (living === undefined || living.size === 0 || book.adopted.has(service)) return undefined;
  return `${service} is spawned while it has process ${[...living].join(', ')}`;
}

function problemWithReply(book: Book, effect: Effect): string | undefined {
  if (effect.type !== 'Reply') return undefined;
  const { request } = effect.params;
  const count = book.replies.get(request);
  if (count === undefined && book.hasEnded) return undefined;
  if (count === undefined) return `a reply to ${String(request)}, which is no request`;
  book.replies.set(request, count + 1);
  return count === 0 ? undefined : `a second reply to request ${String(request)}`;
}

const needsLife: ReadonlySet<Effect['type']> = new Set([
  'SpawnProcess',
  'SendSignal',
  'WatchProcess',
]);

/** Nothing is done for a service that has failed. */
function problemWithRest(effect: Effect, { after }: ObservedStep): string | undefined {
  if (!needsLife.has(effect.type) || !('service' in effect.params)) return undefined;
  const service = after.services.get(effect.params.service ?? '');
  if (service === undefined) return `${effect.type} for a service that is not loaded`;
  return stateName(service) === 'failed'
    ? `${effect.type} for ${service.context.name}, which has failed`
    : undefined;
}

/**
 * While minit shuts down, nothing is stopped that somebody alive needs; a logger's pipe lasts as long as its writer. But
 * when all are stopped at once the time of both is up at once.
 */
function problemWithStop(
  effect: Effect,
  { before, record, after }: ObservedStep,
): string | undefined {
  if (after.stopPlan === undefined || record.event.type === 'RequestReceived') return undefined;
  const isTerm = effect.type === 'SendSignal' && effect.params.signal === 15;
  if (!isTerm && effect.type !== 'CloseLogPipe') return undefined;
  const name = isTerm ? effect.params.service : `${effect.params.service}/log`;
  const isTimeUp = after.shutdown?.isOrdered === false && record.event.type === 'TimerFired';
  const writer = loggedService(name);
  for (const service of after.services.values()) {
    const { context } = service;
    if (context.pid === undefined || isStuck(service) || context.name === name) continue;
    // A log that needs what it logs closes a cycle, and who began it decides which of the two needs the other.
    if (context.name === writer && context.needs.includes(name) && !isTimeUp)
      return `${name} is stopped while it still logs ${writer}`;
    const edges =
      before.stopPlan?.below.get(context.name) ?? after.stopPlan.below.get(context.name);
    if (edges?.includes(name) === true)
      return `${name} is stopped before ${context.name}, which needs it`;
  }
  return undefined;
}
