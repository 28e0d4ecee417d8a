import fc from 'fast-check';
import type { Behaviour } from '../../adapters/simulated/behaviours';
import type { TreeEntry } from '../../adapters/simulated/tree';
import { criticalPath, type CriticalPath, type Link } from '../../insight/chart/critical-path';
import { criticalReport } from '../../insight/chart/critical-report';
import { gather, recordsOf } from '../support/gathered';
import { scenario } from '../support/scenarios';
import { bootTree } from '../support/world';

const runs = { numRuns: 25 };

/** Each link begins when the one before it ended, and together they are the whole. */
function checkChain({ begin, end, links }: CriticalPath): void {
  let { at } = begin;
  for (const { from, until, us } of links) {
    expect(from.at).toBe(at);
    expect(until.at - from.at).toBe(us);
    expect(us).toBeGreaterThanOrEqual(0);
    ({ at } = until);
  }
  expect(at).toBe(end.at);
}

type Program = Pick<Behaviour, 'spawnUs' | 'livesUs' | 'reapUs'>;

/** What a boot of a small tree is made of: services that need some of those before them. */
interface Drawn {
  readonly mode: 'respawn' | 'sync' | 'oneshot';
  readonly depends: readonly number[];
  readonly program: Required<Program>;
}

const us = fc.constantFrom(0, 100, 1_000, 20_000, 500_000).chain((base) => fc.nat(base));
const services: fc.Arbitrary<readonly Drawn[]> = fc.array(
  fc.record({
    mode: fc.constantFrom('respawn', 'sync', 'sync', 'oneshot'),
    depends: fc.array(fc.nat(6), { maxLength: 2 }),
    program: fc.record({ spawnUs: us, livesUs: us, reapUs: us }),
  }),
  { minLength: 1, maxLength: 7 },
);

const nameOf = (index: number): string => `s${String(index)}`;

function bootOf(drawn: readonly Drawn[], changed: Readonly<Record<string, Program>> = {}) {
  const tree: Record<string, TreeEntry> = {
    default: { isBundle: true, depends: drawn.map((_, index) => nameOf(index)) },
    ...Object.fromEntries(
      drawn.map(({ mode, depends }, index) => [
        nameOf(index),
        { mode, depends: depends.filter((other) => other < index).map(nameOf) },
      ]),
    ),
  };
  const behaviours = Object.fromEntries(
    drawn.map(({ mode, program: { livesUs, ...rest } }, index): [string, Behaviour[]] => {
      const name = nameOf(index);
      const lives = mode === 'respawn' ? {} : { livesUs };
      return [name, [{ ...rest, ...lives, ...changed[name] }]];
    }),
  );
  const { world, run } = bootTree({ tree, behaviours });
  run(60_000_000);
  return gather(world.records);
}

/** How the program of a link behaves when that takes no time. */
function freed({ activity }: Link): Program {
  return activity === 'running' ? { livesUs: 0, reapUs: 0 } : { spawnUs: 0 };
}

describe('a critical path', () => {
  it('is the chain that the boot waited for', () => {
    const program = { spawnUs: 1_000, livesUs: 100_000, reapUs: 0 };
    const { path } = bootOf([
      { mode: 'sync', depends: [], program },
      { mode: 'sync', depends: [], program: { ...program, livesUs: 70_000 } },
      { mode: 'respawn', depends: [0, 1], program: { ...program, spawnUs: 5_000 } },
    ]);
    expect(criticalReport(path, 'boot settled')).toEqual([
      'boot settled after 0.106 s; this chain set its length:',
      '   from (s)     took  could save',
      '  +0.000000   1.0 ms      1.0 ms  s0: starting',
      '  +0.001000  0.100 s     30.0 ms  s0: running until it ended -> s2',
      '  +0.101000   5.0 ms      5.0 ms  s2: starting -> default',
      'could save: how much sooner, if the link took no time and all else as long as it did',
    ]);
  });

  it('is that of the boot also where nothing is left to run as soon as it has settled', () => {
    const program = { spawnUs: 1_000, livesUs: 100_000, reapUs: 0 };
    const { path, timeline } = bootOf([{ mode: 'sync', depends: [], program }]);
    expect(timeline.settled).toEqual(timeline.end);
    expect(path.links.map(({ activity, us: length }) => [activity, length])).toEqual([
      ['starting', 1_000],
      ['running', 100_000],
    ]);
  });

  it('has links without a gap, from the start of a boot to where it had settled', () => {
    fc.assert(
      fc.property(scenario, (drawn) => {
        const { path, timeline, graph } = gather(recordsOf(drawn));
        checkChain(path);
        expect(path.begin).toEqual(timeline.begin);
        expect(path.end.at).toBe((timeline.settled ?? timeline.end).at);
        expect(path.waiting.length > 0 && graph.settled !== undefined).toBe(false);
        for (const { savesUs, activity, services: read, service } of path.links) {
          if (graph.settled === undefined) expect(savesUs).toBeUndefined();
          if (activity === 'reading') expect(read.at(-1)).toBe(service);
          else expect(read).toEqual([]);
        }
        expect(criticalReport(path, 'boot settled').join('\n')).not.toMatch(/undefined|NaN/u);
      }),
      runs,
    );
  });

  it('leads to each service, and saves at no link more than that takes', () => {
    fc.assert(
      fc.property(scenario, (drawn) => {
        const { graph } = gather(recordsOf(drawn));
        for (const target of graph.settledByService.values()) {
          const path = criticalPath(graph, target);
          checkChain(path);
          expect(path.end).toEqual(graph.nodes[target]?.moment);
          for (const { savesUs, us: length } of path.links) {
            expect(savesUs).toBeGreaterThanOrEqual(0);
            expect(savesUs).toBeLessThanOrEqual(length);
          }
        }
      }),
      runs,
    );
  });

  it('saves what it says: the boot without a link settles just so much sooner', () => {
    fc.assert(
      fc.property(services, (drawn) => {
        const { path, timeline } = bootOf(drawn);
        const lengthOf = ({ begin, settled }: typeof timeline): number =>
          (settled?.at ?? NaN) - begin.at;
        for (const link of path.links) {
          expect(['starting', 'running']).toContain(link.activity);
          const { timeline: other } = bootOf(drawn, { [link.service ?? '']: freed(link) });
          expect(lengthOf(timeline) - lengthOf(other)).toBe(link.savesUs);
        }
      }),
      { numRuns: 40 },
    );
  });

  it('of a boot that has not settled ends with what it waits for', () => {
    const { world, run } = bootTree({
      tree: {
        default: { isBundle: true, depends: ['web'] },
        web: { mode: 'respawn', depends: ['db'] },
        db: { mode: 'sync' },
      },
      behaviours: { db: [{ livesUs: Infinity }] },
    });
    run(5_000_000);
    const { path } = gather(world.records);
    expect(criticalReport(path, 'boot settled')).toMatchInlineSnapshot(`
      [
        "not settled after 500 µs; what it waits for:",
        "   from (s)    took",
        "  +0.000000  500 µs  db: starting",
        "  +0.000500    0 µs  db: running until it ended (not over)",
        "still on their way up:",
        "  default: waiting for web",
        "  web: waiting for db",
      ]
    `);
    expect(path.waiting.map(({ service }) => service)).toEqual(['default', 'web']);
  });
});
