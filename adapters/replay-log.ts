/**
 * A recorded log folded up to an instant: the state there, the events that touched a service, and
 * the first divergence. Reads the log in pieces, keeps only what is asked for.
 *
 * @module
 */
import { replay, type Divergence, type ReplayedEvent } from '../effects/replay';
import { initialState } from '../machines/fold';
import { isInvariantViolation } from '../machines/invariant-violation';
import type { LoggedRecord, SegmentHeader } from '../machines/log-format';
import { fromPlain, type PlainState } from '../machines/snapshot';
import type { SupervisorState } from '../machines/state';
import type { LogItem, LogNote, OpenedLog } from './event-log/reader';

/** Up to and with the event `seq`, or the last event at or before `at` (CLOCK_BOOTTIME µs). */
export type Instant = { readonly seq: number } | { readonly at: number } | undefined;

export interface Damage {
  readonly path: string;
  readonly line: number;
  readonly reason: string;
}

export interface ReplayReport {
  readonly header: SegmentHeader;
  readonly state: SupervisorState;
  /** How many events were folded, and the `at` of the first. */
  readonly eventCount: number;
  readonly startedAt: number;
  /** The instant lies before the first event that the log still has: after this one. */
  readonly beginsAfter: number | undefined;
  /** The events that touched the service that was asked for. */
  readonly touching: readonly ReplayedEvent[];
  readonly isServiceKnown: boolean;
  readonly divergence: Divergence | undefined;
  readonly damage: readonly Damage[];
  readonly notes: readonly LogNote[];
}

/** Returns the instant that `text` names, or what is wrong with it. */
export function parseInstant(text: string | undefined, header: SegmentHeader): Instant | string {
  if (text === undefined) return undefined;
  if (/^\d+$/u.test(text)) return { seq: Number(text) };
  if (/^\+\d+(\.\d+)?$/u.test(text)) return { at: header.at + Number(text) * 1_000_000 };
  const day = header.wallAt.slice(0, 10);
  const wall = Date.parse(/^\d\d:\d\d(:\d\d(\.\d+)?)?$/u.test(text) ? `${day}T${text}Z` : text);
  // Date.parse takes "-1" for a year.
  if (Number.isNaN(wall) || !/^\d\d(\d\d-\d\d-\d\d|:\d\d)/u.test(text)) {
    return `"${text}" is no instant: give a sequence number, +SECONDS since the start, or a time such as ${header.wallAt}`;
  }
  return { at: header.at + (wall - Date.parse(header.wallAt)) * 1_000 };
}

/** Folds the log up to `until`. What cannot be read is in `damage`; everything before it counts. */
export function runReplay(log: OpenedLog, until: Instant, service?: string): ReplayReport {
  let state = initialState();
  let startedAt: number | undefined;
  let beginsAfter: number | undefined;
  let eventCount = 0;
  let divergence: Divergence | undefined;
  const touching: ReplayedEvent[] = [];
  const damage: Damage[] = [];

  for (const item of log.items()) {
    if (item.kind === 'snapshot') {
      // The segments before this one are gone, or could not be written: begin here.
      if (item.seq === state.seq) continue;
      const restored = restore(item.state);
      if ('reason' in restored) {
        damage.push({ ...placeOf(log), reason: restored.reason });
        break;
      }
      if (isPast(restored.state, until)) {
        // What is asked for lies before the snapshot: nothing can be said of it but what came before, if anything.
        if (state.seq === 0) beginsAfter = restored.state.seq;
        break;
      }
      ({ state } = restored);
      startedAt ??= log.header.at;
      continue;
    }
    if (item.kind === 'gap') continue;
    if (isPast(item.record, until)) break;
    const next = foldOne(state, item.record);
    if ('reason' in next) {
      damage.push({ ...placeOf(log), reason: next.reason });
      break;
    }
    state = next.state;
    startedAt ??= item.record.at;
    eventCount += 1;
    divergence ??= next.divergence;
    if (service !== undefined && touches(next, service)) touching.push(next);
  }
  for (const note of log.notes) if (note.kind === 'damaged') damage.push(note);
  return {
    header: log.header,
    state,
    eventCount,
    startedAt: startedAt ?? log.header.at,
    beginsAfter,
    touching,
    isServiceKnown: service === undefined || state.services.has(service),
    divergence,
    damage,
    notes: log.notes,
  };
}

export const placeOf = ({ place: { path, line } }: OpenedLog): Pick<Damage, 'path' | 'line'> => ({
  path,
  line,
});

/** The event lies after the instant. */
export function isPast({ seq, at }: Pick<LoggedRecord, 'seq' | 'at'>, until: Instant): boolean {
  if (until === undefined) return false;
  return 'seq' in until ? seq > until.seq : at > until.at;
}

/** A line can be whole and still hold what cannot come there, or what no minit writes; that is damage, too. */
export function foldOne(
  state: SupervisorState,
  record: LoggedRecord,
): ReplayedEvent | { readonly reason: string } {
  try {
    for (const replayed of replay(state, [record])) return replayed;
    return { reason: 'nothing to fold' };
  } catch (error) {
    const why = isInvariantViolation(error) ? error.message : 'it is no event that minit writes';
    return { reason: `event ${String(record.seq)} cannot be folded: ${why}` };
  }
}

export function restore(
  plain: unknown,
): { readonly state: SupervisorState } | { readonly reason: string } {
  try {
    return { state: fromPlain(plain as PlainState) };
  } catch {
    return { reason: 'the snapshot is none that minit writes' };
  }
}

function touches({ record, transitions }: ReplayedEvent, service: string): boolean {
  if ('service' in record.event && record.event.service === service) return true;
  if (transitions.some(({ after }) => after.context.name === service)) return true;
  return record.effects.some(({ params }) => 'service' in params && params.service === service);
}

export type { LogItem };
