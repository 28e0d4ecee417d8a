/**
 * The port `Timers`, on Node's. They follow CLOCK_MONOTONIC: time in suspend does not count.
 *
 * @module
 */
import { Subject } from 'rxjs';
import type { Occurrence, Timers } from '../effects/ports';
import type { TimerId } from '../machines/events';

/** setTimeout takes no more; what is longer would fire at once. About 24.8 days. */
const delayMsMax = 2_147_483_647;

/** Returns timers; a pending one keeps the program alive. `now`: CLOCK_BOOTTIME, µs. */
export function createTimers({ now }: { readonly now: () => number }): Timers {
  const occurrence$ = new Subject<Occurrence>();
  const pending = new Map<TimerId, NodeJS.Timeout>();
  return {
    occurrence$,
    start({ timer, delayMs }, cause) {
      clearTimeout(pending.get(timer));
      const fire = (): void => {
        pending.delete(timer);
        occurrence$.next({ at: now(), cause, event: { type: 'TimerFired', timer } });
      };
      pending.set(timer, setTimeout(fire, Math.min(delayMs, delayMsMax)));
    },
    cancel({ timer }) {
      clearTimeout(pending.get(timer));
      pending.delete(timer);
    },
  };
}
