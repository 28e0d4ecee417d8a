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

  it('leaves the turn to others after eight batches, and goes on in the next', () => {
    const { source$, batches, turns, takeTurn, scheduled } = byHand();
    const last: boolean[] = [];
    source$.pipe(gatherTurns(turns)).subscribe(({ items, isLast }) => {
      batches.push(items);
      const [number = 0] = items;
      if (number < 20) source$.next(number + 1);
      last.push(isLast());
    });
    source$.next(1);
    takeTurn();
    expect(batches).toHaveLength(8);
    expect(last).toEqual([...Array.from({ length: 7 }, () => false), true]);
    expect(scheduled).toHaveLength(1);
    takeTurn();
    takeTurn();
    expect(batches.flat()).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
    expect(scheduled).toEqual([]);
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
