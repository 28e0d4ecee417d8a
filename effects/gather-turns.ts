/**
 * An RxJS operator that hands on what arrives in batches: whatever comes while a batch is being worked
 * on, from the world or from an effect just performed, belongs to the next one. So no event is ever
 * handled inside another, and the log is written once a batch. A few batches may follow in one turn of
 * the event loop: a boot would otherwise go round it for each directory.
 *
 * @module
 */
import { Observable, type OperatorFunction } from 'rxjs';
import type { Turns } from './ports';

/** Batches in one turn. */
const roundsMax = 8;

/** Emits non-empty arrays in the order of arrival. Completes after the source, when nothing waits. */
export function gatherTurns<T>(turns: Turns): OperatorFunction<T, readonly T[]> {
  return (source$) =>
    new Observable<readonly T[]>((subscriber) => {
      let waiting: T[] = [];
      let isScheduled = false;
      const turn = (): void => {
        // What comes of a batch at once need not wait for the next turn; but others must have theirs.
        for (let round = 0; waiting.length > 0 && round < roundsMax; round += 1) {
          const batch = waiting;
          waiting = [];
          subscriber.next(batch);
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
