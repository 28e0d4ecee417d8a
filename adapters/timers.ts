/**
 * The port `Timers`, on Node's. They follow CLOCK_MONOTONIC: time in suspend does not count. None
 * fires before its delay is over by the clock of the event log: Node's may be a millisecond early.
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
      const dueAt = now() + delayMs * 1_000;
      const sleep = (us: number): void => {
        pending.set(timer, setTimeout(look, Math.min(Math.ceil(us / 1_000), delayMsMax)));
      };
      const look = (): void => {
        const at = now();
        if (at < dueAt) {
          sleep(dueAt - at);
          return;
        }
        pending.delete(timer);
        occurrence$.next({ at, cause, event: { type: 'TimerFired', timer } });
      };
      sleep(delayMs * 1_000);
    },
    cancel({ timer }) {
      clearTimeout(pending.get(timer));
      pending.delete(timer);
    },
  };
}
