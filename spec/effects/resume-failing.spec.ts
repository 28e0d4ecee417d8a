/**
 * What a minit that was executed anew performs once more, and what it leaves out.
 *
 * @module
 */
import { createWorld } from '../../adapters/simulated/world';
import { defineTree } from '../../adapters/simulated/tree';
import type { Ports } from '../../effects/ports';
import { finish } from '../../effects/resume';
import type { Effect } from '../../machines/effects';
import { failuresBeforeLeftOut } from '../../machines/limits';

const timer: Effect = { type: 'StartTimer', params: { timer: 'log', delayMs: 1_000 } };
const report: Effect = {
  type: 'Report',
  params: { severity: 'note', code: 'boot', text: 'boot settled' },
};
const unfinished = {
  outstanding: [{ seq: 1, at: 0, effect: timer }],
  unperformed: [{ seq: 2, at: 0, event: { type: 'ControlOpened' }, effects: [report] } as const],
};

/** A world in which no timer can be started. */
function brokenWorld() {
  const { ports, reports } = createWorld({ seed: 1, tree: defineTree({}) });
  const broken: Ports = {
    ...ports,
    timers: {
      ...ports.timers,
      start: () => {
        throw new Error('a bug of ours');
      },
    },
  };
  return { broken, reports };
}

it('ends the program by an effect that throws, as long as that may help', () => {
  const { broken } = brokenWorld();
  const failuresInARow = failuresBeforeLeftOut - 1;
  expect(() => {
    finish(broken, { ...unfinished, failuresInARow });
  }).toThrow('a bug of ours');
});

it('leaves it out then, says so, and performs all others', () => {
  const { broken, reports } = brokenWorld();
  finish(broken, { ...unfinished, failuresInARow: failuresBeforeLeftOut });
  expect(reports.map(({ text }) => text)).toEqual([
    'internal error: StartTimer is left out, because minit has failed 3 times in a row: a bug of ours',
    'boot settled',
  ]);
});
