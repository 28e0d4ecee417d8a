/**
 * Virtual time: a priority queue of what is to happen, and the turns of a virtual event loop. Time
 * stands still while something happens and jumps to whatever is next.
 *
 * @module
 */
import { Heap } from './heap';
import type { Random } from './random';

/** Names an action that is still to come, so that it can be cancelled. */
export interface Ticket {
  isCancelled: boolean;
}

export interface Schedule {
  now(): number;
  /** Lets `action` happen `delayUs` from now; 0: soon, but not inside what is under way. */
  after(delayUs: number, action: () => void): Ticket;
  /** Lets `turn` happen before time goes on, in the order of asking. */
  immediately(turn: () => void): void;
  /** Does the next thing that is due no later than `untilUs`; returns `false` when there is none. */
  step(untilUs: number): boolean;
  /** Tells whether nothing is left to happen. */
  isEmpty(): boolean;
  /** Jumps over a time in which nothing is due. */
  jumpTo(atUs: number): void;
  /** From now on what is due at one instant happens in the order of asking. */
  stopReordering(): void;
}

interface Entry {
  readonly at: number;
  readonly tieBreak: number;
  readonly order: number;
  readonly action: () => void;
  readonly ticket: Ticket;
}

/** Returns a schedule that begins at `startUs`; with `reorder` simultaneous things happen in drawn order. */
export function createSchedule(startUs: number, reorder: Random | undefined): Schedule {
  const heap = new Heap<Entry>(isBefore);
  let turns: (() => void)[] = [];
  let now = startUs;
  let asked = 0;
  let shuffle = reorder;

  const nextDue = (): Entry | undefined => {
    while (heap.peek()?.ticket.isCancelled === true) heap.pop();
    return heap.peek();
  };
  // A real loop may hand on one thing that happened, or several, before the turn comes.
  const isTurnFirst = (due: Entry | undefined): boolean =>
    turns.length > 0 && (due === undefined || due.at > now || (shuffle?.chance(0.5) ?? false));

  return {
    now: () => now,
    after(delayUs, action) {
      const ticket = { isCancelled: false };
      asked += 1;
      const at = now + Math.max(0, Math.round(delayUs));
      heap.push({ at, tieBreak: shuffle?.next() ?? 0, order: asked, action, ticket });
      return ticket;
    },
    immediately(turn) {
      turns.push(turn);
    },
    step(untilUs) {
      const due = nextDue();
      if (isTurnFirst(due)) {
        const [turn, ...rest] = turns;
        turns = rest;
        turn?.();
        return true;
      }
      if (due === undefined || due.at > untilUs) return false;
      heap.pop();
      now = Math.max(now, due.at);
      due.action();
      return true;
    },
    isEmpty: () => turns.length === 0 && nextDue() === undefined,
    jumpTo(atUs) {
      now = Math.max(now, atUs);
    },
    stopReordering() {
      shuffle = undefined;
    },
  };
}

const isBefore = (a: Entry, b: Entry): boolean =>
  a.at !== b.at
    ? a.at < b.at
    : a.tieBreak !== b.tieBreak
      ? a.tieBreak < b.tieBreak
      : a.order < b.order;
