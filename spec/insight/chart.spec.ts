import fc from 'fast-check';
import {
  bootLength,
  chartOf,
  type Chart,
  type ChartBar,
  type Stretch,
} from '../../insight/chart/chart';
import { chartSvg } from '../../diagrams/chart-svg';
import { replay } from '../../effects/replay';
import { TimelineBuilder, type Span } from '../../insight/timeline';
import { initialState } from '../../machines/fold';
import { gather, recordsOf, type Gathered } from '../support/gathered';
import { scenario } from '../support/scenarios';
import { bootTree } from '../support/world';

const runs = { numRuns: 25 };

const lengthOf = ({ from, until }: Stretch): number => until - from;
const sum = (stretches: readonly Stretch[]): number =>
  stretches.reduce((total, each) => total + lengthOf(each), 0);

/** Any boot, on an axis that may end anywhere, with cells of any width. */
const drawing = fc.record({
  drawn: scenario,
  part: fc.oneof(fc.constant(1), fc.double({ min: 0.001, max: 1, noNaN: true })),
  cells: fc.integer({ min: 1, max: 200 }),
});

function chartFrom({
  drawn,
  part,
  cells,
}: typeof drawing extends fc.Arbitrary<infer T> ? T : never) {
  const gathered = gather(recordsOf(drawn));
  const { begin, end } = gathered.timeline;
  const us = Math.max(1, Math.ceil((end.at - begin.at) * part));
  return { gathered, us, cells, chart: chartOf(gathered, { us, unitUs: us / cells }) };
}

const spansOf = ({ timeline }: Gathered, name: string): readonly Span[] =>
  timeline.services.find((line) => line.name === name)?.spans ?? [];

describe('a chart', () => {
  it('has a row for each service, in the order in which they were let go', () => {
    const { world, run } = bootTree({
      tree: {
        default: { isBundle: true, depends: ['web', 'cron'] },
        web: { mode: 'respawn', depends: ['db'] },
        db: { mode: 'sync' },
        cron: { mode: 'respawn' },
      },
      behaviours: { cron: [{ livesUs: 5_000, exit: { code: 1 } }, {}] },
    });
    run(5_000_000);
    const gathered = gather(world.records);
    const us = bootLength(gathered.timeline);
    const { rows, arrows, settledAt } = chartOf(gathered, { us, unitUs: 1 });
    expect([us, settledAt]).toEqual([12_988, 11_100]);
    const shown = ({ state, from, until, isOpen }: ChartBar): string =>
      `${state} ${String(from)}-${String(until)}${isOpen ? '…' : ''}`;
    expect(
      rows.map(({ name, bars, respawns, failures, critical, tookUs }) => ({
        ...{ name, bars: bars.map(shown), respawns, failures, tookUs },
        critical: critical.map((each) => lengthOf(each)),
      })),
    ).toMatchInlineSnapshot(`
      [
        {
          "bars": [
            "starting 0-500",
            "running 500-10600",
            "sync-done 10600-12988…",
          ],
          "critical": [
            500,
            10100,
          ],
          "failures": [],
          "name": "db",
          "respawns": [],
          "tookUs": 10600,
        },
        {
          "bars": [
            "starting 0-500",
            "running 500-5600",
            "respawning 5600-12988…",
          ],
          "critical": [],
          "failures": [
            5600,
          ],
          "name": "cron",
          "respawns": [],
          "tookUs": 500,
        },
        {
          "bars": [
            "waiting-deps 0-10600",
            "starting 10600-11100",
            "running 11100-12988…",
          ],
          "critical": [
            500,
          ],
          "failures": [],
          "name": "web",
          "respawns": [],
          "tookUs": 500,
        },
        {
          "bars": [
            "waiting-deps 0-11100",
            "finished 11100-12988…",
          ],
          "critical": [],
          "failures": [],
          "name": "default",
          "respawns": [],
          "tookUs": undefined,
        },
      ]
    `);
    expect(arrows).toMatchInlineSnapshot(`
      [
        {
          "at": 10600,
          "from": 0,
          "isCritical": true,
          "isLast": true,
          "to": 2,
        },
        {
          "at": 11100,
          "from": 2,
          "isCritical": true,
          "isLast": true,
          "to": 3,
        },
        {
          "at": 500,
          "from": 1,
          "isCritical": false,
          "isLast": false,
          "to": 3,
        },
      ]
    `);
  });

  it('has bars that cover the life of a service without overlap', () => {
    fc.assert(
      fc.property(drawing, (given) => {
        const { gathered, chart, us } = chartFrom(given);
        const { begin } = gathered.timeline;
        for (const { name, bars } of chart.rows) {
          const spans = spansOf(gathered, name);
          expect(bars[0]?.from).toBe((spans[0]?.from.at ?? NaN) - begin.at);
          for (const [index, { from, until, isOpen }] of bars.entries()) {
            expect(until).toBeGreaterThanOrEqual(from);
            expect(until).toBe(bars[index + 1]?.from ?? us);
            if (index < bars.length - 1) expect(isOpen).toBe(false);
          }
        }
        const late = gathered.timeline.services.filter(
          ({ spans }) => (spans[0]?.from.at ?? 0) - begin.at > us,
        );
        expect(chart.rows.length + late.length).toBe(gathered.timeline.services.length);
      }),
      runs,
    );
  });

  it('shows in each bar a state that the service was in, and has no more bars than can be seen', () => {
    fc.assert(
      fc.property(drawing, (given) => {
        const { gathered, chart, us, cells } = chartFrom(given);
        const { begin, end } = gathered.timeline;
        for (const { name, bars, respawns, failures } of chart.rows) {
          expect(bars.length).toBeLessThanOrEqual(2 * (cells + 1));
          expect(Math.max(respawns.length, failures.length)).toBeLessThanOrEqual(cells + 1);
          for (const { from, until, state } of bars) {
            const within = spansOf(gathered, name).filter((span) => {
              const start = span.from.at - begin.at;
              return start <= until && (span.until ?? end).at - begin.at >= from;
            });
            expect(within.map((span) => span.state)).toContain(state);
          }
          for (const at of [...respawns, ...failures]) expect(at).toBeLessThanOrEqual(us);
        }
      }),
      runs,
    );
  });

  it('marks all of the critical path, each part at the service that it is about', () => {
    fc.assert(
      fc.property(scenario, (drawn) => {
        const gathered = gather(recordsOf(drawn));
        const { begin, end } = gathered.path;
        const us = Math.max(1, end.at - begin.at);
        const chart = chartOf(gathered, { us, unitUs: us / 100 });
        const marked = sum([...chart.critical, ...chart.rows.flatMap(({ critical }) => critical)]);
        expect(marked).toBe(end.at - begin.at);
        expect(chart.settledAt).toBe(
          gathered.timeline.settled && gathered.timeline.settled.at - begin.at,
        );
      }),
      runs,
    );
  });

  it('has arrows from what was waited for to what waited, and one at the last of each', () => {
    fc.assert(
      fc.property(drawing, (given) => {
        const { gathered, chart, us } = chartFrom(given);
        checkArrows(gathered, chart, us);
      }),
      runs,
    );
  });

  it('shows only the services that are chosen', () => {
    fc.assert(
      fc.property(drawing, fc.subarray(['default', 'a', 'b', 'f/g']), (given, names) => {
        const { gathered, chart: whole, us, cells } = chartFrom(given);
        const services = new Set(names);
        const chosen = chartOf(gathered, { us, unitUs: us / cells, services });
        expect(chosen.rows).toEqual(whole.rows.filter(({ name }) => services.has(name)));
      }),
      runs,
    );
  });
});

function checkArrows({ graph, timeline }: Gathered, { rows, arrows }: Chart, us: number): void {
  for (const { at, from, to, isLast, isCritical } of arrows) {
    const [row, needed] = [rows[to], rows[from]];
    const release = graph.releases.get(row?.name ?? '');
    expect(release).toBeDefined();
    expect(at).toBeGreaterThanOrEqual(0);
    expect(at).toBeLessThanOrEqual(us);
    expect(at + timeline.begin.at).toBeLessThanOrEqual(release?.at.at ?? NaN);
    if (from === -1) expect([isLast, isCritical, release?.by]).toEqual([true, true, undefined]);
    else expect(row?.needs).toContain(needed?.name);
    if (isCritical) expect(isLast).toBe(true);
    if (isLast && from !== -1) expect(needed?.name).toBe(release?.by);
  }
}

describe('the chart of a log whose beginning is gone', () => {
  it('is as long as the log is, and does not say when the boot had settled', () => {
    const { world, run } = bootTree({
      tree: { default: { mode: 'respawn' } },
      behaviours: { default: [{ livesUs: 2_000_000 }] },
    });
    run(9_000_000);
    const { states, records, graph } = gather(world.records);
    const [cut = initialState()] = states.slice(8);
    const lines = new TimelineBuilder();
    lines.resume(cut);
    for (const { state, transitions } of replay(cut, records.slice(9)))
      lines.observe(state, transitions);
    const timeline = lines.finish();
    const us = bootLength(timeline);
    expect(us).toBe(timeline.end.at - cut.at);
    expect(us).toBeGreaterThan(4_000_000);
    const chart = chartOf({ timeline, graph, path: undefined }, { us, unitUs: us / 100 });
    expect([chart.isCutOff, chart.settledAt]).toEqual([true, undefined]);
    const heading = { title: '', subtitle: '', beginUs: 55_600_000 };
    const svg = chartSvg(chart, heading);
    expect(svg).not.toMatch(/minit: booting|boot settled/u);
    // The axis counts from the start of minit, as what stands under the pointer does.
    expect(svg).not.toMatch(/>0(?:\.0)? (?:s|ms)</u);
  });
});

describe('the length of a boot on the axis', () => {
  const moment = (at: number) => ({ seq: at, at });
  const base = { begin: moment(1_000), isCutOff: false, services: [] };
  it.each([
    // A little beyond the moment at which it had settled.
    [{ settled: 101_000, ending: undefined, end: 900_000 }, 109_000],
    // No further than the log goes, or than it took until the end began.
    [{ settled: 101_000, ending: undefined, end: 102_000 }, 101_000],
    [{ settled: 101_000, ending: 105_000, end: 900_000 }, 103_999],
    // All that there is.
    [{ settled: undefined, ending: undefined, end: 900_000 }, 899_000],
    [{ settled: undefined, ending: 5_000, end: 900_000 }, 899_000],
    [{ settled: 101_000, ending: 50_000, end: 900_000 }, 109_000],
  ])('of %j is %d µs', ({ settled, ending, end }, us) => {
    expect(
      bootLength({
        ...base,
        settled: settled === undefined ? undefined : moment(settled),
        ending: ending === undefined ? undefined : moment(ending),
        end: moment(end),
      }),
    ).toBe(us);
  });
});
