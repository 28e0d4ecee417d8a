/**
 * What is still to happen in an imagined boot, by time; at one instant in the order of the log.
 *
 * @module
 */
import type { MinitEvent } from '../../machines/events';

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

/** A binary heap. */
export class Agenda {
  readonly #heap: Placed[] = [];
  #added = 0;

  add(entry: Omit<Entry, 'isCancelled'>): Entry {
    const added = { ...entry, isCancelled: false };
    const heap = this.#heap;
    const placed = { entry: added, place: (this.#added += 1) };
    let index = heap.length;
    heap.push(placed);
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = heap[parent];
      if (above === undefined || !isBefore(placed, above)) break;
      heap[index] = above;
      index = parent;
    }
    heap[index] = placed;
    return added;
  }

  /** The next that is not cancelled; it stays. */
  peek(): Entry | undefined {
    while (this.#heap[0]?.entry.isCancelled === true) this.#pop();
    return this.#heap[0]?.entry;
  }

  take(): Entry | undefined {
    const next = this.peek();
    if (next !== undefined) this.#pop();
    return next;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let index = 0;
    for (;;) {
      const left = 2 * index + 1;
      const [a, b] = [heap[left], heap[left + 1]];
      if (a === undefined) break;
      const [child, at] = b !== undefined && isBefore(b, a) ? [b, left + 1] : [a, left];
      if (!isBefore(child, last)) break;
      heap[index] = child;
      index = at;
    }
    heap[index] = last;
  }
}
