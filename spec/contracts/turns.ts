/**
 * The contract of the port `Turns`.
 *
 * @module
 */
import type { Turns } from '../../effects/ports';
import type { Subject } from './contract';

/** Describes what holds of any turns. */
export function describeTurnsContract(name: string, make: () => Subject<Turns>): void {
  const run = (
    { port, goOn }: Subject<Turns>,
    schedule: (last: () => void) => void,
  ): Promise<void> =>
    new Promise((resolve) => {
      schedule(() => {
        // Behind everything that was scheduled before.
        port.schedule(resolve);
      });
      goOn();
    });

  describe(`${name} keeps the contract of Turns`, () => {
    it('calls later, never inside', async () => {
      const made = make();
      const calls: string[] = [];
      await run(made, (last) => {
        made.port.schedule(() => calls.push('turn'));
        calls.push('after the call');
        last();
      });
      expect(calls).toEqual(['after the call', 'turn']);
    });

    it('calls in the order of asking, and what a turn asks for behind it', async () => {
      const made = make();
      const calls: number[] = [];
      await run(made, (last) => {
        made.port.schedule(() => {
          calls.push(1);
          made.port.schedule(() => {
            calls.push(3);
            last();
          });
        });
        made.port.schedule(() => calls.push(2));
      });
      expect(calls).toEqual([1, 2, 3]);
    });
  });
}
