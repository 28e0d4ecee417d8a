/**
 * Batches: nothing inside another, nothing lost, and a turn for everybody.
 *
 * @module
 */
import { Subject } from 'rxjs';
import { gatherTurns } from '../../effects/gather-turns';

/** Turns that the spec takes itself. */
function byHand() {
  const scheduled: (() => void)[] = [];
  const source$ = new Subject<number>();
  const batches: (readonly number[])[] = [];
  const takeTurn = (): void => scheduled.shift()?.();
  return {
    scheduled,
    source$,
    batches,
    takeTurn,
    turns: { schedule: (turn: () => void) => void scheduled.push(turn) },
  };
}

describe('gathering turns', () => {
  it('hands on nothing before the turn, and then all that came, in order', () => {
    const { source$, batches, turns, takeTurn, scheduled } = byHand();
    source$.pipe(gatherTurns(turns)).subscribe(({ items }) => batches.push(items));
    source$.next(1);
    source$.next(2);
    expect(batches).toEqual([]);
    expect(scheduled).toHaveLength(1);
    takeTurn();
    expect(batches).toEqual([[1, 2]]);
    expect(scheduled).toEqual([]);
  });

  it('puts what comes of a batch into the next one, never inside it', () => {
    const { source$, turns, takeTurn } = byHand();
    const order: string[] = [];
    source$.pipe(gatherTurns(turns)).subscribe(({ items, isLast }) => {
      order.push(`begin ${items.join()}`);
      if (items.includes(1)) source$.next(2);
      order.push(`end ${items.join()}${isLast() ? ', the last' : ''}`);
    });
    source$.next(1);
    takeTurn();
    expect(order).toEqual(['begin 1', 'end 1', 'begin 2', 'end 2, the last']);
  });

  it('leaves the turn to others, after more and more rounds as long as something waits', () => {
    const { source$, turns, takeTurn, scheduled } = byHand();
    let seen: number[] = [];
    let last: boolean[] = [];
    source$.pipe(gatherTurns(turns)).subscribe(({ items, isLast }) => {
      const [number = 0] = items;
      seen.push(number);
      if (number % 100 > 0) source$.next(number - 1);
      last.push(isLast());
    });
    const turnLengths: number[] = [];
    for (const begin of [160, 203]) {
      source$.next(begin);
      while (scheduled.length > 0) {
        [seen, last] = [[], []];
        takeTurn();
        turnLengths.push(seen.length);
        expect(last.indexOf(true)).toBe(last.length - 1);
      }
    }
    // The second piece of work begins anew.
    expect(turnLengths).toEqual([2, 4, 8, 16, 16, 15, 2, 2]);
  });

  it('hands on what waits when the source completes', () => {
    const { source$, batches, turns } = byHand();
    const completed = jest.fn();
    source$
      .pipe(gatherTurns(turns))
      .subscribe({ next: ({ items }) => batches.push(items), complete: completed });
    source$.next(1);
    source$.complete();
    expect(batches).toEqual([[1]]);
    expect(completed).toHaveBeenCalledTimes(1);
  });
});
