/**
 * A log, read as far as it goes and read on as it grows, as events of XState's inspect protocol.
 *
 * @module
 */
import type { Divergence } from '../effects/replay';
import type { InspectEvent, InspectEventMapper } from '../insight/inspect-events';
import { initialState } from '../machines/fold';
import type { SupervisorState } from '../machines/state';
import type { LogItem, OpenedLog } from './event-log/reader';
import { beginning } from './event-log/series';
import { foldOne, placeOf, restore, type Damage } from './fold-log';
import { isPast, type Instant } from './log-instant';

/** So many are handed on together. */
const batchLength = 500;

export class InspectFeed {
  readonly #log: OpenedLog;
  readonly #until: Instant;
  readonly #mapper: InspectEventMapper;
  #end = beginning;
  #state: SupervisorState = initialState();
  /** The first there is. */
  divergence: Divergence | undefined;
  /** What cannot be read; everything before it counts. */
  damage: readonly Damage[] = [];
  /** The instant lies before the first event that the log still has: after this one. */
  beginsAfter: number | undefined;

  constructor(log: OpenedLog, until: Instant, mapper: InspectEventMapper) {
    this.#log = log;
    this.#until = until;
    this.#mapper = mapper;
  }

  /** Nothing more can come: minit has ended, or the rest cannot be read. */
  get isOver(): boolean {
    return this.damage.length > 0 || this.#state.init.value === 'halted';
  }

  /** Yields the events for what has been written since the last time. */
  *readOn(): Generator<readonly InspectEvent[], void, undefined> {
    this.#log.findNewSegments();
    let batch: InspectEvent[] = [];
    for (const item of this.#log.items(this.#end)) {
      const events = this.#take(item);
      if (events === undefined) break;
      batch.push(...events);
      this.#end = this.#log.position();
      if (batch.length < batchLength) continue;
      yield batch;
      batch = [];
    }
    for (const note of this.#log.notes)
      if (note.kind === 'damaged') this.damage = [...this.damage, note];
    if (batch.length > 0) yield batch;
  }

  /** `undefined` where the reading ends. */
  #take(item: LogItem): readonly InspectEvent[] | undefined {
    if (item.kind === 'gap' || (item.kind === 'snapshot' && item.seq === this.#state.seq))
      return [];
    if (item.kind === 'snapshot') {
      const restored = restore(item.state);
      if ('reason' in restored) {
        this.#refuse(restored.reason);
        return undefined;
      }
      if (isPast(restored.state, this.#until)) {
        if (this.#state.seq === 0) this.beginsAfter = restored.state.seq;
        return undefined;
      }
      this.#state = restored.state;
      return this.#mapper.resume(this.#state);
    }
    if (isPast(item.record, this.#until)) return undefined;
    const next = foldOne(this.#state, item.record);
    if ('reason' in next) {
      this.#refuse(next.reason);
      return undefined;
    }
    this.#state = next.state;
    this.divergence ??= next.divergence;
    return this.#mapper.observe(item.record, next.state, next.transitions);
  }

  #refuse(reason: string): void {
    this.damage = [...this.damage, { ...placeOf(this.#log), reason }];
  }
}
