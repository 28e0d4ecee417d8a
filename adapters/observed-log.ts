/**
 * A recorded log folded once, event by event, for whoever gathers something from all of it. Reads
 * the log in pieces and keeps none of them.
 *
 * @module
 */
import type { ReplayedEvent } from '../effects/replay';
import { initialState } from '../machines/fold';
import type { SupervisorState } from '../machines/state';
import type { OpenedLog } from './event-log/reader';
import { foldOne, placeOf, restore, type Damage } from './fold-log';
import { isPast, type Instant } from './log-instant';

export interface LogObserver {
  /** The log begins, or goes on after a gap, with a snapshot. */
  readonly resume: (state: SupervisorState) => void;
  /** The next event was folded. */
  readonly observe: (event: ReplayedEvent) => void;
}

export interface ObservedLog {
  /** After the last event. */
  readonly state: SupervisorState;
  /** The instant lies before the first event that the log still has: after this one. */
  readonly beginsAfter: number | undefined;
  readonly damage: readonly Damage[];
  /** There is more in the log, after the instant. */
  readonly goesOn: boolean;
}

/** Folds the log up to `until`. What cannot be read is in `damage`; everything before it counts. */
export function observeLog(log: OpenedLog, until: Instant, observer: LogObserver): ObservedLog {
  let state = initialState();
  let beginsAfter: number | undefined;
  let goesOn = false;
  const damage: Damage[] = [];
  const refuse = (reason: string): void => {
    damage.push({ ...placeOf(log), reason });
  };
  for (const item of log.items()) {
    if (item.kind === 'gap' || (item.kind === 'snapshot' && item.seq === state.seq)) continue;
    if (item.kind === 'record') {
      goesOn = isPast(item.record, until);
      if (goesOn) break;
      const next = foldOne(state, item.record);
      if ('reason' in next) {
        refuse(next.reason);
        break;
      }
      ({ state } = next);
      observer.observe(next);
      continue;
    }
    const restored = restore(item.state);
    if ('reason' in restored) {
      refuse(restored.reason);
      break;
    }
    goesOn = isPast(restored.state, until);
    if (goesOn) {
      if (state.seq === 0) beginsAfter = restored.state.seq;
      break;
    }
    ({ state } = restored);
    observer.resume(state);
  }
  for (const note of log.notes) if (note.kind === 'damaged') damage.push(note);
  return { state, beginsAfter, damage, goesOn };
}
