/**
 * One moment of a tree whose every order of events is explored: minit's state, and what the world around it
 * owes: outcomes, timers, living processes, replies. Immutable; what shares a past shares its data.
 *
 * @module
 */
import type { Asked } from '../../effects/outstanding';
import type { LogRecord } from '../../effects/ports';
import type { ServiceName } from '../../machines/definition';
import type { Effect } from '../../machines/effects';
import type { SupervisorState } from '../../machines/state';

export interface LivingProcess {
  readonly service: ServiceName;
  readonly pid: number;
  /** Its spawn, to which its end is traced. */
  readonly cause: number;
}

export interface Moment {
  readonly state: SupervisorState;
  /** CLOCK_BOOTTIME, µs: of the last event, or later where time has passed since. */
  readonly nowUs: number;
  readonly owed: readonly Asked[];
  readonly living: readonly LivingProcess[];
  /** Requests without a reply, by the number of their event. */
  readonly unanswered: readonly number[];
  /** minit has ended: nothing follows. */
  readonly hasEnded: boolean;
}

export interface Step {
  readonly record: LogRecord;
  readonly state: SupervisorState;
  /** What the world has paid with this event. */
  readonly paid: Asked | undefined;
}

/** Returns the moment after an event that led to `state`. */
export function momentAfter(before: Moment, { record, state, paid }: Step): Moment {
  const { seq, at, event, effects } = record;
  let { living, unanswered, hasEnded } = before;
  let owed = before.owed.filter((asked) => asked !== paid);
  if (event.type === 'ProcessSpawned')
    living = [...living, { service: event.service, pid: event.pid, cause: seq }];
  if (event.type === 'ProcessExited') living = living.filter(({ pid }) => pid !== event.pid);
  if (event.type === 'RequestReceived') unanswered = [...unanswered, seq];
  for (const effect of effects) {
    const { type, params } = effect;
    if (type === 'Reply') unanswered = unanswered.filter((request) => request !== params.request);
    // A timer that is started again is another one.
    if (type === 'StartTimer' || type === 'CancelTimer')
      owed = owed.filter((asked) => !isTimer(asked, params.timer));
    if (isOwed(type)) owed.push({ seq, at, effect });
    hasEnded ||= type === 'ExitSupervisor';
  }
  return { state, nowUs: at, owed, living, unanswered, hasEnded };
}

const isTimer = ({ effect: { type, params } }: Asked, timer: string): boolean =>
  type === 'StartTimer' && params.timer === timer;

const owedTypes: ReadonlySet<Effect['type']> = new Set([
  'OpenLog',
  'OpenControl',
  'StartTimer',
  'ReadService',
  'SpawnProcess',
]);
/** Has an effect of this type an outcome that minit waits for? */
const isOwed = (type: Effect['type']): boolean => owedTypes.has(type);
