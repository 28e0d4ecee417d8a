/**
 * What the kernel refuses to minit, said once for each: an operator should know what does not work
 * as it should. Nothing here stops anything.
 *
 * @module
 */
import { Subject } from 'rxjs';
import type { Occurrence, Source } from '../effects/ports';
import type { Means } from '../machines/events';
import { libcError } from './libc/errors';

export interface MissingMeans extends Source {
  /** Emits `MeansMissing` in a later turn, unless that has been said. `errno` is positive. */
  readonly note: (means: Means, errno: number) => void;
}

/** `now`: CLOCK_BOOTTIME, µs. */
export function createMissingMeans(now: () => number): MissingMeans {
  const occurrence$ = new Subject<Occurrence>();
  const noted = new Set<Means>();
  return {
    occurrence$,
    note(means, errno) {
      if (noted.has(means)) return;
      noted.add(means);
      const error = libcError(errno);
      // Some is found out before there is a loop to hear of it, and the first event must stay the first.
      setImmediate(() => {
        occurrence$.next({ at: now(), event: { type: 'MeansMissing', means, error } });
      });
    },
  };
}
