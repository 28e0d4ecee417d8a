/**
 * A moment in which nothing happens, for what may hold minit up for some milliseconds.
 *
 * @module
 */
import type { Observable } from 'rxjs';

/**
 * Calls `act` once, when nothing of `occurrence$` has come for `quietMs`, at the latest twice as long after the last. Does not
 * keep the program alive.
 */
export function whenQuiet(
  occurrence$: Observable<unknown>,
  quietMs: number,
  act: () => void,
): void {
  let isQuiet = false;
  const watching = occurrence$.subscribe(() => {
    isQuiet = false;
  });
  const look = (): void => {
    if (isQuiet) {
      watching.unsubscribe();
      act();
      return;
    }
    isQuiet = true;
    setTimeout(look, quietMs).unref();
  };
  look();
}
