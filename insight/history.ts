/**
 * A log that can be walked in both directions. Only checkpoints are kept ({@link CheckpointBuilder}); the
 * events of the stretch where somebody looks are read and folded again. Pure, but for `read`, which is given.
 *
 * @module
 */
import { fold, type Transition } from '../machines/fold';
import type { LoggedRecord } from '../machines/log-format';
import type { SupervisorState } from '../machines/state';
import type { Checkpoints, Stretch } from './checkpoints';

/** An event of a log, with what the fold makes of it. */
export interface HistoryEvent {
  readonly record: LoggedRecord;
  readonly state: SupervisorState;
  readonly transitions: readonly Transition[];
}

/** A moment of a log: after an event, or before the first one of a stretch that nothing precedes. */
export interface HistoryPoint {
  readonly seq: number;
  readonly state: SupervisorState;
  readonly event: HistoryEvent | undefined;
}

/** Returns the records from `place` up to and with `lastSeq`. @throws LogChanged when they are not there any more. */
export type ReadStretch<Place> = (place: Place, lastSeq: number) => Iterable<LoggedRecord>;

/** Thrown where a log does not say any more what it said when it was read first. */
export class LogChanged extends Error {}

/** A step of a search: not there yet, or the point where it ends, `undefined` when there is none. */
export type Found =
  { readonly done: false } | { readonly done: true; readonly point: HistoryPoint | undefined };

/** Stretches that are kept folded: a search goes over a border and back. */
const foldedMax = 2;

export class History<Place> {
  readonly #checkpoints: Checkpoints<Place>;
  readonly #read: ReadStretch<Place>;
  #folded: {
    readonly stretch: Stretch<Place>;
    readonly lastSeq: number;
    readonly events: readonly HistoryEvent[];
  }[] = [];

  constructor(checkpoints: Checkpoints<Place>, read: ReadStretch<Place>) {
    this.#checkpoints = checkpoints;
    this.#read = read;
  }

  /** The first moment of the log: before its first event, or the snapshot that it begins with. */
  first(): HistoryPoint {
    const stretch = this.#checkpoints.stretches()[0];
    if (stretch === undefined) throw new LogChanged('the log has no beginning');
    return beginningOf(stretch);
  }

  /** The state at the end, for which nothing must be read. */
  end(): SupervisorState {
    return this.#checkpoints.end();
  }

  last(): HistoryPoint {
    return this.atSeq(this.end().seq);
  }

  /** The moment after event `seq`; the last one before where there is none such. */
  atSeq(seq: number): HistoryPoint {
    const wanted = Math.min(seq, this.end().seq);
    const stretches = this.#checkpoints.stretches();
    const index = this.#indexOf(({ before }) => before.seq < wanted);
    const [stretch, later] = [stretches[index], stretches[index + 1]];
    if (stretch === undefined) return this.first();
    const event = lastWhere(this.#eventsOf(stretch), ({ record }) => record.seq <= wanted);
    const seen = event?.record.seq ?? stretch.before.seq;
    // After a gap the log goes on with a snapshot.
    if (later !== undefined && seen < wanted && later.before.seq <= wanted)
      return beginningOf(later);
    if (event !== undefined) return pointOf(event);
    return index === 0 ? beginningOf(stretch) : this.atSeq(stretch.before.seq);
  }

  /** The last moment at or before `at`; the first one where all are later. */
  atTime(at: number): HistoryPoint {
    const stretch = this.#checkpoints.stretches()[this.#indexOf(({ before }) => before.at <= at)];
    if (stretch === undefined) return this.first();
    const event = lastWhere(this.#eventsOf(stretch), ({ record }) => record.at <= at);
    return this.atSeq(event?.record.seq ?? stretch.before.seq);
  }

  next({ seq }: HistoryPoint): HistoryPoint | undefined {
    const later = this.atSeq(seq + 1);
    if (later.seq > seq) return later;
    const stretch = this.#checkpoints.stretches().find(({ before }) => before.seq > seq);
    return stretch && beginningOf(stretch);
  }

  previous({ seq }: HistoryPoint): HistoryPoint | undefined {
    const { seq: firstSeq } = this.first();
    return seq <= firstSeq ? undefined : this.atSeq(seq - 1);
  }

  /**
   * Looks for the next point after `from` (or the last before it, for `-1`) that `isWanted`, given what was
   * before it. Yields after each stretch, so that a long search can be shown, or given up.
   */
  *search(
    from: HistoryPoint,
    direction: 1 | -1,
    isWanted: (event: HistoryEvent, before: SupervisorState) => boolean,
  ): Generator<Found, void, undefined> {
    const stretches = this.#checkpoints.stretches();
    const begin = this.#indexOf(({ before }) => before.seq <= from.seq);
    for (let index = begin; index >= 0 && index < stretches.length; index += direction) {
      const stretch = stretches[index];
      if (stretch === undefined) break;
      let found: HistoryEvent | undefined;
      let { before } = stretch;
      for (const event of this.#eventsOf(stretch)) {
        const isBeyond =
          direction === 1 ? event.record.seq > from.seq : event.record.seq < from.seq;
        if (isBeyond && isWanted(event, before)) found = event;
        if (direction === 1 && found !== undefined) break;
        before = event.state;
      }
      if (found !== undefined) {
        yield { done: true, point: pointOf(found) };
        return;
      }
      yield { done: false };
    }
    yield { done: true, point: undefined };
  }

  /** The last stretch for which `isBefore` holds, which does for all before it; -1 where there is none. */
  #indexOf(isBefore: (stretch: Stretch<Place>) => boolean): number {
    return countWhere(this.#checkpoints.stretches(), isBefore) - 1;
  }

  #eventsOf(stretch: Stretch<Place>): readonly HistoryEvent[] {
    const { lastSeq, before, place } = stretch;
    const known = this.#folded.find(
      (folded) => folded.stretch === stretch && folded.lastSeq === lastSeq,
    );
    if (known !== undefined) return known.events;
    const events: HistoryEvent[] = [];
    let state = before;
    if (lastSeq > before.seq)
      for (const record of this.#read(place, lastSeq)) {
        const folded = fold(state, record);
        state = folded.state;
        events.push({ record, state, transitions: folded.transitions });
      }
    this.#folded = [{ stretch, lastSeq, events }, ...this.#folded].slice(0, foldedMax);
    return events;
  }
}

const beginningOf = ({ before }: Stretch<unknown>): HistoryPoint => ({
  seq: before.seq,
  state: before,
  event: undefined,
});

const pointOf = (event: HistoryEvent): HistoryPoint => ({
  seq: event.record.seq,
  state: event.state,
  event,
});

/** How many of `items` `holds` for; it does for the first ones only. */
function countWhere<T>(items: readonly T[], holds: (item: T) => boolean): number {
  let [low, high] = [0, items.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(items[middle] as T)) low = middle + 1;
    else high = middle;
  }
  return low;
}

const lastWhere = <T>(items: readonly T[], holds: (item: T) => boolean): T | undefined =>
  items[countWhere(items, holds) - 1];
