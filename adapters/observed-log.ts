/**
 * A recorded log folded once, event by event, for whoever gathers something from all of it. Reads
 * the log in pieces and keeps none of them.
 *
 * @module
 */
import type { ReplayedEvent } from '../effects/replay';
import { initialState } from '../machines/fold';
import type { LoggedRecord } from '../machines/log-format';
import type { SupervisorState } from '../machines/state';
import type { LogItem, OpenedLog } from './event-log/reader';
import { foldOne, placeOf, restore, type Damage } from './fold-log';
import { isPast, type Instant } from './log-instant';

export interface LogObserver {
  /** The log begins, or goes on after a gap, with a snapshot. */
  readonly resume: (state: SupervisorState) => void;
  /** The next event was folded. */
  readonly observe: (event: ReplayedEvent) => void;
}

export interface ObservedLog {
  /** At the instant: after the last event up to there. */
  readonly state: SupervisorState;
  /** The instant lies before the first event that the log still has: after this one. */
  readonly beginsAfter: number | undefined;
  readonly damage: readonly Damage[];
  /** There is more in the log, after the instant. */
  readonly goesOn: boolean;
}

/** Folds the log up to `until`. What cannot be read is in `damage`; everything before it counts. */
export function observeLog(log: OpenedLog, until: Instant, observer: LogObserver): ObservedLog {
  const folder = new LogFolder(log, until, observer);
  for (const item of log.itemsToReplay()) if (!folder.take(item)) break;
  folder.noteDamage();
  const { beginsAfter, damage, goesOn } = folder;
  return { state: goesOn ? asOf(folder.state, until) : folder.state, beginsAfter, damage, goesOn };
}

/** What lasts at an instant in the middle of the log lasts until then, and not only up to the event before it. */
export function asOf(state: SupervisorState, until: Instant): SupervisorState {
  return until !== undefined && 'at' in until ? { ...state, at: until.at } : state;
}

/** The same item by item, for a log that is read on as it grows. */
export class LogFolder implements ObservedLog {
  state: SupervisorState = initialState();
  beginsAfter: number | undefined;
  damage: readonly Damage[] = [];
  goesOn = false;
  readonly #log: OpenedLog;
  readonly #until: Instant;
  readonly #observer: LogObserver;

  constructor(log: OpenedLog, until: Instant, observer: LogObserver) {
    this.#log = log;
    this.#until = until;
    this.#observer = observer;
  }

  /** Takes the next item of the log; returns whether the reading goes on. */
  take(item: LogItem): boolean {
    if (item.kind === 'gap' || (item.kind === 'snapshot' && item.seq === this.state.seq))
      return true;
    return item.kind === 'record' ? this.#fold(item.record) : this.#resume(item.state);
  }

  /** After each reading: what the log itself has found to be damaged. */
  noteDamage(): void {
    const noted = this.#log.notes.filter((note) => note.kind === 'damaged');
    this.damage = [...this.damage, ...noted];
  }

  #fold(record: LoggedRecord): boolean {
    this.goesOn = isPast(record, this.#until);
    if (this.goesOn) return false;
    const next = foldOne(this.state, record);
    if ('reason' in next) return this.#refuse(next.reason);
    this.state = next.state;
    this.#observer.observe(next);
    return true;
  }

  #resume(snapshot: unknown): boolean {
    const restored = restore(snapshot);
    if ('reason' in restored) return this.#refuse(restored.reason);
    this.goesOn = isPast(restored.state, this.#until);
    if (this.goesOn) {
      if (this.state.seq === 0) this.beginsAfter = restored.state.seq;
      return false;
    }
    this.state = restored.state;
    this.#observer.resume(this.state);
    return true;
  }

  #refuse(reason: string): false {
    this.damage = [...this.damage, { ...placeOf(this.#log), reason }];
    return false;
  }
}
