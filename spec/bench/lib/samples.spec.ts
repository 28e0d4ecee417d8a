/**
 * Medians, and ratios within a round.
 *
 * @module
 */
import { benchModule } from '../../support/bench-module';

interface Summary {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}
interface Where {
  readonly peer: string;
  readonly count: number;
  readonly round: number;
}
interface Samples {
  add: (where: Where, numbers: Readonly<Record<string, number>>) => void;
  fail: (where: Where, workload: string, reason: string) => void;
  failureOf: (peer: string, count: number, workload: string) => { reason: string } | undefined;
  summary: (peer: string, count: number, metric: string) => Summary | undefined;
  ratio: (
    peer: string,
    count: number,
    metric: string,
    other: { peer: string; count: number },
  ) => Summary | undefined;
}
const { createSamples } = benchModule('lib/samples.mjs') as { createSamples: () => Samples };

/** Samples of one metric: by peer, a value or undefined for each round. */
function given(values: Readonly<Record<string, readonly (number | undefined)[]>>): Samples {
  const samples = createSamples();
  for (const [peer, list] of Object.entries(values)) {
    for (const [round, ms] of list.entries())
      if (ms !== undefined) samples.add({ peer, count: 100, round }, { ms });
  }
  return samples;
}
const floor = { peer: 'floor', count: 100 };

describe('samples', () => {
  it('are summed up by their median, with the least and the most', () => {
    const samples = given({ minit: [30, 10, 20] });
    expect(samples.summary('minit', 100, 'ms')).toEqual({ median: 20, min: 10, max: 30 });
  });

  it('of an even number have the mean of the two in the middle', () => {
    expect(given({ minit: [1, 2, 4, 100] }).summary('minit', 100, 'ms')?.median).toBe(3);
  });

  it('are compared within each round, not by their medians', () => {
    const samples = given({ floor: [10, 100, 1_000], minit: [20, 300, 1_000] });
    expect(samples.ratio('minit', 100, 'ms', floor)).toEqual({ median: 2, min: 1, max: 3 });
  });

  it('leave a round out of the ratio that one of the two lacks', () => {
    const samples = given({ floor: [10, undefined, 10], minit: [20, 500, undefined] });
    expect(samples.ratio('minit', 100, 'ms', floor)).toEqual({ median: 2, min: 2, max: 2 });
    expect(samples.summary('minit', 100, 'ms')?.max).toBe(500);
  });

  it('that do not exist are nothing, and a failure has its reason', () => {
    const samples = given({ floor: [10] });
    samples.fail({ peer: 'minit', count: 100, round: 0 }, 'flat', 'it ended with 1');
    expect(samples.summary('minit', 100, 'ms')).toBeUndefined();
    expect(samples.ratio('minit', 100, 'ms', floor)).toBeUndefined();
    expect(samples.failureOf('minit', 100, 'flat')?.reason).toBe('it ended with 1');
  });
});
