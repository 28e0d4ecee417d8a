/**
 * Rules of a whole run on runs that keep them, by the checker that each simulated boot has. That they find what is
 * wrong is the business of the canary (spec/simulation).
 */
import { bootTree } from '../support/world';

it('a logger may be told to end while its writer lives when all end at once, and their time is up', () => {
  const { world, advance, run } = bootTree({
    tree: {
      default: { isBundle: true, depends: ['a'] },
      a: { mode: 'respawn', hasLog: true },
      'a/log': { mode: 'respawn' },
    },
    words: ['default'],
  });
  advance(5_000_000);
  world.request('p\u0001{"do":"shutdown","how":"reboot","isOrdered":false,"graceMs":0}');
  run();
  const terminated = world.records.flatMap(({ event, effects }) =>
    effects.flatMap(({ type, params }) =>
      type === 'SendSignal' && params.signal === 15 ? [[event.type, params.service]] : [],
    ),
  );
  expect(terminated).toContainEqual(['TimerFired', 'a/log']);
});
