/**
 * The contract of the port `Timers`.
 *
 * @module
 */
import type { Clock, Timers } from '../../effects/ports';
import { listen, type Subject } from './contract';

/** Describes what holds of any timers. */
export function describeTimersContract(
  name: string,
  make: () => Subject<Timers> & { readonly clock: Clock },
): void {
  const start = () => {
    const made = make();
    return { ...listen(made), clock: made.clock };
  };

  describe(`${name} keeps the contract of Timers`, () => {
    it('fires once after the delay, with its cause', async () => {
      const { port, first, occurrences, clock } = start();
      const startedAt = clock.now();
      port.start({ timer: 'respawn:web', delayMs: 20 }, 7);
      port.start({ timer: 'log', delayMs: 60 }, 8);
      const fired = await first('TimerFired', ({ timer }) => timer === 'log');
      expect(fired).toMatchObject({ cause: 8, event: { type: 'TimerFired', timer: 'log' } });
      // Node's timers count whole milliseconds and may be up to one early.
      expect(fired.at - startedAt).toBeGreaterThanOrEqual(59_000);
      expect(occurrences.map(({ event, cause }) => [event, cause])).toEqual([
        [{ type: 'TimerFired', timer: 'respawn:web' }, 7],
        [{ type: 'TimerFired', timer: 'log' }, 8],
      ]);
    });

    it('does not fire inside the call, not even without a delay', async () => {
      const { port, first, occurrences } = start();
      port.start({ timer: 'log', delayMs: 0 }, 1);
      expect(occurrences).toEqual([]);
      await first('TimerFired');
    });

    it('replaces a timer that is pending', async () => {
      const { port, first, occurrences } = start();
      port.start({ timer: 'stop:web', delayMs: 5 }, 1);
      port.start({ timer: 'stop:web', delayMs: 10 }, 2);
      port.start({ timer: 'log', delayMs: 30 }, 3);
      await first('TimerFired', ({ timer }) => timer === 'log');
      expect(occurrences.map(({ cause }) => cause)).toEqual([2, 3]);
    });

    it('cancels a timer, and one that there is not', async () => {
      const { port, first, occurrences } = start();
      port.start({ timer: 'stop:web', delayMs: 5 }, 1);
      port.cancel({ timer: 'stop:web' });
      port.cancel({ timer: 'control' });
      port.start({ timer: 'log', delayMs: 20 }, 2);
      await first('TimerFired', ({ timer }) => timer === 'log');
      expect(occurrences).toHaveLength(1);
    });

    it('can start a timer again that has fired', async () => {
      const { port, first } = start();
      port.start({ timer: 'log', delayMs: 1 }, 1);
      await first('TimerFired');
      port.start({ timer: 'log', delayMs: 1 }, 2);
      port.start({ timer: 'control', delayMs: 10 }, 3);
      expect((await first('TimerFired', ({ timer }) => timer === 'control')).cause).toBe(3);
    });
  });
}
