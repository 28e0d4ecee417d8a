/**
 * A moment in which nothing happens, for what may hold minit up for some milliseconds.
 *
 * @module
 */
import type { Observable } from 'rxjs';

/** Nothing has happened for so long. */
const quietMs = 500;

/** Calls `act` once, when nothing of `occurrence$` has come for half a second. Does not keep the program alive. */
export function whenQuiet(occurrence$: Observable<unknown>, act: () => void): void {
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
