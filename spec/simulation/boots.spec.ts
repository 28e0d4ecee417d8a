/**
 * Whole boots of random trees in a hostile simulated world: what must never happen is checked after
 * each event; then the world is healed, and what must happen in the end is awaited.
 *
 * @module
 */
import fc from 'fast-check';
import { toPlain } from '../../machines/snapshot';
import { enact, scenario, type Scenario } from '../support/scenarios';
import { whatWaits } from '../../machines/liveness';
import { type Boot } from '../support/world';

const seconds = (count: number): number => count * 1_000_000;
const fixedSeeds = Array.from({ length: 25 }, (_, index) => index + 1);
const freshSeed = Number(
  process.env['SIMULATION_SEED'] ?? Math.floor(performance.timeOrigin % 2 ** 31),
);
const boots = 60;

function drawn(seed: number): Scenario[] {
  return fc.sample(scenario, { seed, numRuns: boots });
}

/** Longest back-off, the pauses before a log or a FIFO is tried again, and time to start. */
const healingUs = seconds(120);

/** minit, or the machine with it. */
const hasEnded = ({ world }: Boot): boolean =>
  world.exitCode() !== undefined || world.systemEnd() !== undefined;

function healAndCheck(boot: Boot): void {
  boot.world.heal();
  boot.advance(healingUs);
  if (!hasEnded(boot)) expect(whatWaits(boot.state())).toEqual([]);
  if (!hasEnded(boot)) expect(boot.unanswered()).toEqual([]);
}

function shutDownAndCheck(boot: Boot): void {
  const { world } = boot;
  const serviceCount = boot.state().services.size;
  if (boot.state().shutdown === undefined && !hasEnded(boot)) world.signal('SIGTERM');
  // Each service of a chain may take a grace time to drain, one to end, and one until it is dead.
  boot.run(seconds(3 * 3 * (serviceCount + 1)));
  expect(hasEnded(boot)).toBe(true);
  expect(boot.unanswered()).toEqual([]);
}

const simulate = (scenarios: readonly Scenario[]): void => {
  for (const each of scenarios) {
    try {
      const boot = enact(each);
      healAndCheck(boot);
      shutDownAndCheck(boot);
    } catch (error) {
      throw new Error(`in ${JSON.stringify(each)}`, { cause: error });
    }
  }
};

describe('boots in a hostile world', () => {
  it.each(fixedSeeds)('stay safe and come to their end with seed %i', (seed) => {
    simulate(drawn(seed));
  });

  it(`stay safe and come to their end with the fresh seed ${String(freshSeed)} (SIMULATION_SEED)`, () => {
    simulate(drawn(freshSeed));
  });

  it('write the same log byte for byte for the same seed', () => {
    const [first] = drawn(7);
    if (first === undefined) throw new Error('no scenario');
    const logs = [enact(first), enact(first)].map((boot) => {
      boot.run(seconds(60));
      return JSON.stringify([boot.world.records, toPlain(boot.state())]);
    });
    expect(logs[0]).toBe(logs[1]);
  });
});
