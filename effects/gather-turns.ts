/**
 * An RxJS operator that hands on what arrives in rounds: whatever comes while a round is being worked
 * on, from the world or from an effect just performed, belongs to the next one. So no event is ever
 * handled inside another. A few rounds may follow in one turn of the event loop: a boot would otherwise
 * go round it for each directory.
 *
 * @module
 */
import { Observable, type OperatorFunction } from 'rxjs';
import type { Turns } from './ports';

/** Rounds in one turn. */
const roundsMax = 8;

export interface Round<T> {
  /** In the order of arrival; not empty. */
  readonly items: readonly T[];
  /** Says whether the turn ends here; to be asked when these items, and what comes of them at once, are through. */
  readonly isLast: () => boolean;
}

/** Emits rounds. Completes after the source, when nothing waits. */
export function gatherTurns<T>(turns: Turns): OperatorFunction<T, Round<T>> {
  return (source$) =>
    new Observable<Round<T>>((subscriber) => {
      let waiting: T[] = [];
      let isScheduled = false;
      let roundsLeft = 0;
      const isLast = (): boolean => waiting.length === 0 || roundsLeft === 0;
      const turn = (): void => {
        // What comes of a round at once need not wait for the next turn; but others must have theirs.
        for (roundsLeft = roundsMax; waiting.length > 0 && roundsLeft > 0;) {
          const items = waiting;
          waiting = [];
          roundsLeft -= 1;
          subscriber.next({ items, isLast });
        }
        isScheduled = waiting.length > 0;
        if (isScheduled) turns.schedule(turn);
      };
      return source$.subscribe({
        next: (item) => {
          waiting.push(item);
          if (isScheduled) return;
          isScheduled = true;
          turns.schedule(turn);
        },
        error: (error: unknown) => {
          subscriber.error(error);
        },
        complete: () => {
          while (waiting.length > 0) turn();
          subscriber.complete();
        },
      });
    });
}
