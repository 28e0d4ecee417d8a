/**
 * A whole log in memory, folded once: the state at any event, the time line, and which events touched
 * which service. The fold is minit's own.
 *
 * @module
 */
import { fold, initialState, type Transition } from '../machines/fold';
import type { LoggedRecord, SegmentHeader } from '../machines/log-format';
import { fromPlain, type PlainState } from '../machines/snapshot';
import type { SupervisorState } from '../machines/state';
import { TimelineBuilder, type Timeline } from '../insight/timeline';
import { touchedServices } from '../insight/touched';

/** What the page is made with: see adapters/log-page.ts. */
export interface PageData {
  readonly header: SegmentHeader;
  /** Where the log begins, or goes on, with a snapshot, because what was before is gone. */
  readonly snapshots: readonly PageSnapshot[];
  readonly records: readonly LoggedRecord[];
  /** What is to be said of the log: a torn tail, a damaged line. */
  readonly notes: readonly string[];
}

/** The state before the event at `place` in the records. */
export interface PageSnapshot {
  readonly place: number;
  readonly state: PlainState;
}

/** Events between two states that are kept: a state shares nearly everything with the one before. */
const checkpointEvery = 64;
/** The page answers in between. */
const sliceMs = 24;

export class RecordedBoot {
  readonly header: SegmentHeader;
  readonly records: readonly LoggedRecord[];
  readonly notes: readonly string[];
  /** Places in `records` of the events that touched each service. */
  readonly eventsByService = new Map<string, number[]>();
  readonly #snapshots: ReadonlyMap<number, SupervisorState>;
  readonly #checkpoints: SupervisorState[] = [];
  #timeline: Timeline | undefined;
  #last: { index: number; state: SupervisorState } | undefined;

  constructor({ header, snapshots, records, notes }: PageData) {
    this.header = header;
    this.records = records;
    this.notes = notes;
    this.#snapshots = new Map(snapshots.map(({ place, state }) => [place, fromPlain(state)]));
    this.#checkpoints.push(this.#snapshots.get(0) ?? initialState());
  }

  /** Folds everything, in slices of time; `onProgress` gets 0 to 1. */
  async foldAll(onProgress: (share: number) => void): Promise<void> {
    const builder = new TimelineBuilder();
    let state = this.#beginning;
    let sliceEnd = performance.now() + sliceMs;
    for (const [index, record] of this.records.entries()) {
      const snapshot = this.#snapshots.get(index);
      if (snapshot !== undefined) builder.resume(snapshot);
      const folded = fold(snapshot ?? state, record);
      state = folded.state;
      builder.observe(state, folded.transitions);
      this.#noteTouched(record, folded.transitions, index);
      if ((index + 1) % checkpointEvery === 0) this.#checkpoints.push(state);
      if (performance.now() < sliceEnd) continue;
      onProgress((index + 1) / this.records.length);
      await new Promise((resolve) => setTimeout(resolve));
      sliceEnd = performance.now() + sliceMs;
    }
    this.#timeline = builder.finish();
  }

  get timeline(): Timeline {
    if (this.#timeline === undefined) throw new Error('not folded yet');
    return this.#timeline;
  }

  /** Place of the last event. */
  get lastIndex(): number {
    return this.records.length - 1;
  }

  /** The state after the event at `index`; −1: before all. */
  stateAt(index: number): SupervisorState {
    if (index < 0) return this.#beginning;
    if (this.#last?.index === index) return this.#last.state;
    const checkpoint = Math.floor((index + 1) / checkpointEvery);
    let from = checkpoint * checkpointEvery;
    let state = this.#checkpoints[checkpoint] ?? this.#beginning;
    if (this.#last !== undefined && this.#last.index < index && this.#last.index + 1 > from) {
      from = this.#last.index + 1;
      ({ state } = this.#last);
    }
    for (const [offset, record] of this.records.slice(from, index + 1).entries())
      ({ state } = fold(this.#snapshots.get(from + offset) ?? state, record));
    this.#last = { index, state };
    return state;
  }

  /** Transitions that the event at `index` led to. */
  transitionsAt(index: number): readonly Transition[] {
    const record = this.records[index];
    if (record === undefined) return [];
    return fold(this.#snapshots.get(index) ?? this.stateAt(index - 1), record).transitions;
  }

  /** Place of the last event at or before `at` (CLOCK_BOOTTIME µs); −1: none. */
  indexAt(at: number): number {
    return this.#lastWhere((record) => record.at <= at);
  }

  /** Place of the event `seq`, or of the last one before it that is there; −1: none. */
  indexOfSeq(seq: number): number {
    return this.#lastWhere((record) => record.seq <= seq);
  }

  /** Place of the last record that `isSo`, which is so of all before it. */
  #lastWhere(isSo: (record: LoggedRecord) => boolean): number {
    let [low, high] = [0, this.records.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const record = this.records[middle];
      if (record !== undefined && isSo(record)) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  get #beginning(): SupervisorState {
    return this.#checkpoints[0] ?? initialState();
  }

  #noteTouched(record: LoggedRecord, transitions: readonly Transition[], index: number): void {
    for (const name of touchedServices({ record, transitions })) {
      const places = this.eventsByService.get(name);
      if (places === undefined) this.eventsByService.set(name, [index]);
      else places.push(index);
    }
  }
}
