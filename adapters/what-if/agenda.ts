/**
 * What is still to happen in an imagined boot, by time; at one instant in the order of the log.
 *
 * @module
 */
import type { MinitEvent } from '../../machines/events';
import { Heap } from '../simulated/heap';

/** An event about to be folded. `recorded`: its number in the log, where it is there. */
export interface Happening {
  readonly event: MinitEvent;
  readonly cause: number | undefined;
  readonly recorded: number | undefined;
}

export interface Entry {
  /** CLOCK_BOOTTIME in µs with which the event is stamped; and when it comes, which may be later. */
  readonly at: number;
  readonly order: number;
  /** What comes at the same instant comes by this, the number in the log, or Infinity. */
  readonly rank: number;
  /** Returns what happens, or nothing where it has become impossible. */
  readonly happen: () => Happening | undefined;
  isCancelled: boolean;
}

interface Placed {
  readonly entry: Entry;
  readonly place: number;
}

const isBefore = (a: Placed, b: Placed): boolean =>
  a.entry.order !== b.entry.order
    ? a.entry.order < b.entry.order
    : a.entry.rank !== b.entry.rank
      ? a.entry.rank < b.entry.rank
      : a.place < b.place;

export class Agenda {
  readonly #heap = new Heap<Placed>(isBefore);
  #added = 0;

  add(entry: Omit<Entry, 'isCancelled'>): Entry {
    const added = { ...entry, isCancelled: false };
    this.#heap.push({ entry: added, place: (this.#added += 1) });
    return added;
  }

  /** The next that is not cancelled; it stays. */
  peek(): Entry | undefined {
    while (this.#heap.peek()?.entry.isCancelled === true) this.#heap.pop();
    return this.#heap.peek()?.entry;
  }

  take(): Entry | undefined {
    const next = this.peek();
    if (next !== undefined) this.#heap.pop();
    return next;
  }
}
