/**
 * An RxJS operator that hands on what arrives in batches, one a turn of the event loop: whatever
 * comes while a batch is being worked on, from the world or from an effect just performed, waits
 * for the next one. So no event is ever handled inside another, and the log is written once a turn.
 *
 * @module
 */
import { Observable, type OperatorFunction } from 'rxjs';
import type { Turns } from './ports';

/** Emits non-empty arrays in the order of arrival. Completes after the source, when nothing waits. */
export function gatherTurns<T>(turns: Turns): OperatorFunction<T, readonly T[]> {
  return (source$) =>
    new Observable<readonly T[]>((subscriber) => {
      let waiting: T[] = [];
      let isScheduled = false;
      const turn = (): void => {
        isScheduled = false;
        const batch = waiting;
        waiting = [];
        if (batch.length > 0) subscriber.next(batch);
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
          turn();
          subscriber.complete();
        },
      });
    });
}
