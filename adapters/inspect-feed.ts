/**
 * A log, read as far as it goes and read on as it grows, as events of XState's inspect protocol.
 *
 * @module
 */
import type { Divergence } from '../effects/replay';
import type { InspectEvent, InspectEventMapper } from '../insight/inspect-events';
import type { OpenedLog } from './event-log/reader';
import { beginning } from './event-log/series';
import type { Damage } from './fold-log';
import type { Instant } from './log-instant';
import { LogFolder } from './observed-log';

/** So many are handed on together. */
const batchLength = 500;

export class InspectFeed {
  readonly #log: OpenedLog;
  readonly #folder: LogFolder;
  #batch: InspectEvent[] = [];
  #end = beginning;
  /** The first there is. */
  divergence: Divergence | undefined;

  constructor(log: OpenedLog, until: Instant, mapper: InspectEventMapper) {
    this.#log = log;
    this.#folder = new LogFolder(log, until, {
      resume: (state) => {
        this.#batch.push(...mapper.resume(state));
      },
      observe: ({ record, state, transitions, divergence }) => {
        this.divergence ??= divergence;
        this.#batch.push(...mapper.observe(record, state, transitions));
      },
    });
  }

  /** What cannot be read; everything before it counts. */
  get damage(): readonly Damage[] {
    return this.#folder.damage;
  }

  /** The instant lies before the first event that the log still has: after this one. */
  get beginsAfter(): number | undefined {
    return this.#folder.beginsAfter;
  }

  /** Nothing more can come: minit has ended, or the rest cannot be read. */
  get isOver(): boolean {
    return this.damage.length > 0 || this.#folder.state.init.value === 'halted';
  }

  /** Yields the events for what has been written since the last time. */
  *readOn(): Generator<readonly InspectEvent[], void, undefined> {
    this.#log.findNewSegments();
    for (const item of this.#log.itemsToReplay(this.#end)) {
      if (!this.#folder.take(item)) break;
      this.#end = this.#log.position();
      if (this.#batch.length >= batchLength) yield this.#takeBatch();
    }
    this.#folder.noteDamage();
    if (this.#batch.length > 0) yield this.#takeBatch();
  }

  #takeBatch(): readonly InspectEvent[] {
    const batch = this.#batch;
    this.#batch = [];
    return batch;
  }
}
