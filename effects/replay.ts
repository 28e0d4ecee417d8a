/**
 * Folds a recorded log again, without the world, and compares what the fold asks for now with
 * what it asked for then.
 *
 * @module
 */
import type { Effect } from '../machines/effects';
import { fold, type Transition } from '../machines/fold';
import type { LoggedRecord } from '../machines/log-format';
import { hasEffects } from '../machines/read-record';
import type { SupervisorState } from '../machines/state';

/** The first effect of an event that is not as it was recorded. */
export interface Divergence {
  readonly seq: number;
  readonly service: string | undefined;
  /** `undefined` where one side asks for less than the other. */
  readonly recorded: Effect | undefined;
  readonly replayed: Effect | undefined;
}

export interface ReplayedEvent {
  readonly record: LoggedRecord;
  readonly state: SupervisorState;
  readonly transitions: readonly Transition[];
  readonly divergence: Divergence | undefined;
}

/** Folds `record` onto `state`, and compares what that asks for with what it asked for then. */
export function replayRecord(state: SupervisorState, record: LoggedRecord): ReplayedEvent {
  const { state: next, effects, transitions } = fold(state, record);
  return { record, state: next, transitions, divergence: compareEffects(record, effects) };
}

/** Folds `records` onto `begin`, one by one; the caller stops where it likes. */
export function* replay(
  begin: SupervisorState,
  records: Iterable<LoggedRecord>,
): Generator<ReplayedEvent> {
  let state = begin;
  for (const record of records) {
    const replayed = replayRecord(state, record);
    state = replayed.state;
    yield replayed;
  }
}

/** Returns the first difference between the recorded and the replayed effects of an event. */
export function compareEffects(
  record: LoggedRecord,
  replayed: readonly Effect[],
): Divergence | undefined {
  if (hasEffects(record, replayed)) return undefined;
  const { seq, effects } = record;
  for (let i = 0; i < Math.max(effects.length, replayed.length); i += 1) {
    const [then, now] = [effects[i], replayed[i]];
    if (isSame(behaviourOf(then), behaviourOf(now))) continue;
    return { seq, service: serviceOf(now ?? then), recorded: then, replayed: now };
  }
  return undefined;
}

/** The service that an effect is about, if it is about one; timers have it in their name. */
function serviceOf(effect: Effect | undefined): string | undefined {
  const params = effect?.params ?? {};
  if ('service' in params) return params.service;
  return 'timer' in params ? /^(?:respawn|stop|pid):(.*)$/su.exec(params.timer)?.[1] : undefined;
}

/**
 * What must be the same again. The words of reports and of answers in JSON may be put better one day; the
 * original's answers are bytes that programs depend on.
 */
function behaviourOf(effect: Effect | undefined): unknown {
  if (effect?.type === 'Report') {
    const { severity, code, service } = effect.params;
    return { type: effect.type, severity, code, service };
  }
  if (effect?.type === 'Reply' && effect.params.text.startsWith('{')) {
    const { request, isLate, text } = effect.params;
    return { type: effect.type, request, isLate, isOk: text.includes('"ok":true') };
  }
  return effect;
}

/** Equal as JSON data; the order of keys does not count. */
export function isSame(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  // Without a list of keys, since each effect is compared. JSON knows no `undefined`: a member that has it is no member.
  for (const key in a) {
    const one = memberOf(a, key);
    if (one !== undefined && !isSame(one, memberOf(b, key))) return false;
  }
  for (const key in b)
    if (memberOf(b, key) !== undefined && memberOf(a, key) === undefined) return false;
  return true;
}

const memberOf = (value: object, key: string): unknown => (value as Record<string, unknown>)[key];
