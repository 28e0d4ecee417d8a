/**
 * An RxJS operator that hands on what arrives in rounds: whatever comes while a round is being worked
 * on, from the world or from an effect just performed, belongs to the next one. So no event is ever
 * handled inside another. A few rounds may follow in one turn of the event loop: a boot would otherwise
 * go round it for each directory. The turns of a long piece of work become longer, so that the first service need
 * not wait for many directories, and many services share what a turn costs.
 *
 * @module
 */
import { Observable, type OperatorFunction } from 'rxjs';
import type { Turns } from './ports';

/** Rounds in the first turn: something that happens, and a directory that is read for it. */
const roundsMin = 2;
/** Rounds in any turn: others must have theirs. */
const roundsMax = 16;

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
      let rounds = roundsMin;
      let roundsLeft = 0;
      const isLast = (): boolean => waiting.length === 0 || roundsLeft === 0;
      const turn = (): void => {
        for (roundsLeft = rounds; waiting.length > 0 && roundsLeft > 0;) {
          const items = waiting;
          waiting = [];
          roundsLeft -= 1;
          subscriber.next({ items, isLast });
        }
        isScheduled = waiting.length > 0;
        rounds = isScheduled ? Math.min(2 * rounds, roundsMax) : roundsMin;
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
