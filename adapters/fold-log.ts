/**
 * One line of a log, folded: what no minit writes is damage, and no crash.
 *
 * @module
 */
import { replayRecord, type ReplayedEvent } from '../effects/replay';
import { isInvariantViolation } from '../machines/invariant-violation';
import type { LoggedRecord } from '../machines/log-format';
import { fromPlain, type PlainState } from '../machines/snapshot';
import type { SupervisorState } from '../machines/state';
import type { OpenedLog } from './event-log/reader';

export interface Damage {
  readonly path: string;
  readonly line: number;
  readonly reason: string;
}

export const placeOf = ({ place: { path, line } }: OpenedLog): Pick<Damage, 'path' | 'line'> => ({
  path,
  line,
});

/** A line can be whole and still hold what cannot come there, or what no minit writes; that is damage, too. */
export function foldOne(
  state: SupervisorState,
  record: LoggedRecord,
): ReplayedEvent | { readonly reason: string } {
  try {
    return replayRecord(state, record);
  } catch (error) {
    const why = isInvariantViolation(error) ? error.message : 'it is no event that minit writes';
    return { reason: `event ${String(record.seq)} cannot be folded: ${why}` };
  }
}

/** Returns the state that a snapshot holds, or what is wrong with it. */
export function restore(
  plain: unknown,
): { readonly state: SupervisorState } | { readonly reason: string } {
  try {
    return { state: fromPlain(plain as PlainState) };
  } catch {
    return { reason: 'the snapshot is none that minit writes' };
  }
}
