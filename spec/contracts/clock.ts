/**
 * The contract of the port `Clock`.
 *
 * @module
 */
import type { Clock } from '../../effects/ports';
import type { Subject } from './contract';

/** Describes what holds of any clock. */
export function describeClockContract(name: string, make: () => Subject<Clock>): void {
  describe(`${name} keeps the contract of Clock`, () => {
    const { port, goOn, close } = make();
    afterAll(() => close?.());

    it('counts whole microseconds that never go back', () => {
      const readings = Array.from({ length: 100 }, () => port.now());
      expect(
        readings.every(
          (reading, i) => Number.isInteger(reading) && reading >= (readings[i - 1] ?? 0),
        ),
      ).toBe(true);
      goOn();
      expect(port.now()).toBeGreaterThan(readings[0] ?? 0);
    });

    it('tells the wall time as ISO 8601 in UTC', () => {
      expect(port.wallAt()).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/u);
    });
  });
}
