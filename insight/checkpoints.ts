/**
 * Checkpoints of a log: the state at some of its events, from which those between are folded again. The
 * states share what is the same in them; how much is not is counted, and where it gets too much every
 * second checkpoint goes, so that a log of any length takes a bounded memory. Pure.
 *
 * @module
 */
import type { ServiceName } from '../machines/definition';
import { initialState, type Transition } from '../machines/fold';
import { PersistentMap } from '../machines/persistent-map';
import type { SupervisorState } from '../machines/state';

/** A stretch of a log: the state before its first event, and where that is read. */
export interface Stretch<Place> {
  readonly before: SupervisorState;
  readonly place: Place;
  /** The last event in it, and its time; those of `before` where it has none. */
  readonly lastSeq: number;
  readonly lastAt: number;
}

export interface CheckpointLimits {
  /** Events from one checkpoint to the next, at first. */
  readonly eventsMin: number;
  /** Services that changed from one checkpoint to the next, over all of them: each is kept twice. */
  readonly changesMax: number;
}

/** 1,000,000 events of 100 services keep a checkpoint every 1,000 events, of 1,000 services every 4,000. */
export const checkpointLimits: CheckpointLimits = { eventsMin: 1_000, changesMax: 150_000 };

interface Checkpoint<Place> extends Stretch<Place> {
  /** What is before it is not in the log, so that it cannot go. */
  readonly isFixed: boolean;
  /** Services that changed since the checkpoint before. */
  changes: number;
  lastSeq: number;
  lastAt: number;
}

/** What was between the two is folded again where it is wanted. */
function forgetUntil(state: SupervisorState, later: SupervisorState): void {
  for (const key of Object.keys(state) as (keyof SupervisorState)[]) {
    const [one, other] = [state[key], later[key]];
    if (one instanceof PersistentMap && other instanceof PersistentMap)
      one.forgetUntil(other as PersistentMap<never>);
  }
}

/** What is known of a log without reading it again; grows with it. */
export interface Checkpoints<Place> {
  /** At least one. */
  stretches(): readonly Stretch<Place>[];
  /** The last state. */
  end(): SupervisorState;
}

/** Gathers the checkpoints of a log that is folded from its beginning, event by event. */
export class CheckpointBuilder<Place> implements Checkpoints<Place> {
  readonly #limits: CheckpointLimits;
  #checkpoints: Checkpoint<Place>[] = [];
  readonly #changed = new Set<ServiceName>();
  #changes = 0;
  #interval: number;
  #end = initialState();

  constructor(limits: CheckpointLimits = checkpointLimits) {
    this.#limits = limits;
    this.#interval = limits.eventsMin;
  }

  /** The log begins with `state`, or goes on with it after a gap; its next event is at `place`. */
  begin(state: SupervisorState, place: Place): void {
    this.#add(state, place, true);
    this.#end = state;
  }

  /** The fold of the next event; `place` gives where the one after it is read. */
  observe(state: SupervisorState, transitions: readonly Transition[], place: () => Place): void {
    const last = this.#checkpoints.at(-1);
    if (last === undefined) return;
    for (const { after } of transitions) this.#changed.add(after.context.name);
    last.lastSeq = state.seq;
    last.lastAt = state.at;
    this.#end = state;
    if (state.seq - last.before.seq >= this.#interval) this.#add(state, place(), false);
  }

  stretches(): readonly Stretch<Place>[] {
    return this.#checkpoints;
  }

  end(): SupervisorState {
    return this.#end;
  }

  #add(before: SupervisorState, place: Place, isFixed: boolean): void {
    const changes = this.#changed.size;
    this.#changed.clear();
    const { seq: lastSeq, at: lastAt } = before;
    const last = this.#checkpoints.at(-1);
    if (last !== undefined) forgetUntil(last.before, before);
    this.#checkpoints.push({ before, place, isFixed, lastSeq, lastAt, changes });
    this.#changes += changes;
    if (this.#changes > this.#limits.changesMax) this.#thin();
  }

  #thin(): void {
    const kept: Checkpoint<Place>[] = [];
    let dropped: Checkpoint<Place> | undefined;
    for (const checkpoint of this.#checkpoints) {
      const into = kept.at(-1);
      if (into !== undefined && dropped === undefined && !checkpoint.isFixed) {
        into.lastSeq = checkpoint.lastSeq;
        into.lastAt = checkpoint.lastAt;
        dropped = checkpoint;
      } else {
        // A service that changed in both stretches counts once; how many did is not known any more.
        const changes = checkpoint.changes + (dropped?.changes ?? 0);
        checkpoint.changes = Math.min(changes, checkpoint.before.services.size);
        kept.push(checkpoint);
        dropped = undefined;
      }
    }
    for (const [index, { before }] of kept.entries()) {
      const next = kept[index + 1];
      if (next !== undefined) forgetUntil(before, next.before);
    }
    this.#checkpoints = kept;
    this.#interval *= 2;
    this.#changes = kept.reduce((sum, { changes }) => sum + changes, 0);
  }
}
