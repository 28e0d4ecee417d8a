import fc from 'fast-check';
import { bootLength, chartOf, type Chart, type ChartRow } from '../../insight/chart/chart';
import { chartText, textPlotWidth, type ChartInk } from '../../insight/chart/chart-text';
import { axisMarks } from '../../insight/chart/time-axis';
import { gather, recordsOf } from '../support/gathered';
import { scenario } from '../support/scenarios';
import { bootTree } from '../support/world';

const plain = (text: string): string => text;
/** Each run of one ink in braces, so that it can be seen where colours begin and end. */
const braced = (text: string, ink: ChartInk): string => `{${ink}:${text}}`;
const columnsOf = (line: string): number => Array.from(line).length;

const row = (name: string, more: Partial<ChartRow> = {}): ChartRow => ({
  ...{ name, bars: [], respawns: [], failures: [], critical: [] },
  ...{ tookUs: undefined, needs: [], ...more },
});
const bar = (state: ChartRow['bars'][number]['state'], from: number, until: number) => ({
  ...{ state, from, until, reason: '', isOpen: false },
});
const chart = (rows: readonly ChartRow[], us = 1_000_000): Chart => ({
  ...{
    us,
    isCutOff: false,
    settledAt: undefined,
    endingAt: undefined,
    critical: [],
    rows,
    arrows: [],
  },
});

describe('the time axis of a log whose beginning is gone', () => {
  it('counts from the start of minit, as --at does, and not from where the log begins', () => {
    const cut = { ...chart([row('web')], 40_000_000), isCutOff: true };
    const [axis] = chartText(cut, {
      width: 60,
      beginUs: 55_600_000,
      isUnicode: true,
      paint: plain,
    });
    expect(axis).toMatchInlineSnapshot(
      `"  service      took      |60 s     |70 s    |80 s     |90 s"`,
    );
    const [first] = axisMarks(cut.us, 3, 55_600_000);
    expect(first).toEqual({ at: 4_400_000, label: '60 s' });
  });
});

describe('a chart as text', () => {
  it('shows what each service did, as wide as the terminal', () => {
    const { world, run } = bootTree({
      tree: {
        default: { isBundle: true, depends: ['web', 'cron'] },
        web: { mode: 'respawn', depends: ['db'] },
        db: { mode: 'sync' },
        cron: { mode: 'respawn' },
      },
      behaviours: {
        db: [{ livesUs: 500_000 }],
        cron: [{ livesUs: 200_000, exit: { code: 1 } }, {}],
      },
    });
    run(30_000_000);
    const gathered = gather(world.records);
    const us = bootLength(gathered.timeline);
    const drawn = chartOf(gathered, { us, unitUs: us / textPlotWidth(['default'], 60) });
    const text = (isUnicode: boolean): string =>
      `\n${chartText(drawn, { width: 60, beginUs: 0, isUnicode, paint: plain }).join('\n')}\n`;
    expect(text(true)).toMatchInlineSnapshot(`
      "
        service      took  |0.0 s        |0.2 s        |0.4 s
      * db        0.501 s  █████████████████████████████████████··
        cron       500 µs  ██████████████✗~~~~~~~~~~~~~~~~~~~~~~~~
      * web        500 µs  ░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░███
        default            ░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░
        ░ waiting   ▒ starting   █ running   · done   ~ respawning
        ✗ failed   * critical path   │ boot settled
      "
    `);
    expect(text(false)).toMatchInlineSnapshot(`
      "
        service      took  |0.0 s        |0.2 s        |0.4 s
      * db        0.501 s  =====================================__
        cron       500 µs  ==============x~~~~~~~~~~~~~~~~~~~~~~~~
      * web        500 µs  ....................................===
        default            .....................................
        . waiting   - starting   = running   _ done   ~ respawning
        x failed   * critical path   : boot settled
      "
    `);
  });

  it('shows in a cell what lasted longest, and a rest only where there is nothing else', () => {
    const [, line] = chartText(
      chart([
        row('a', {
          bars: [
            bar('waiting-deps', 0, 300_000),
            bar('starting', 300_000, 316_000),
            bar('running', 316_000, 320_000),
            bar('sync-done', 320_000, 1_000_000),
          ],
        }),
      ]),
      { width: 40, beginUs: 0, isUnicode: false, paint: plain },
    );
    // 19 cells of 52,632 µs.
    expect(line).toBe('  a                  ......=____________');
  });

  it('shows respawns and failures above the bars, and where the boot had settled', () => {
    const [, web, idle] = chartText(
      {
        ...chart([
          row('web', {
            bars: [bar('running', 0, 1_000_000)],
            respawns: [500_000],
            failures: [100_000],
            tookUs: 1_500,
          }),
          row('idle'),
        ]),
        settledAt: 999_000,
      },
      { width: 40, beginUs: 0, isUnicode: false, paint: braced },
    );
    expect(web).toBe(
      '  {down:web    }    1.5 ms  {running:=}{failure:x}{running:=======}{tick:|}{running:=========}',
    );
    expect(idle).toBe(`  {down:idle   }            ${' '.repeat(18)}{dim::}`);
  });

  it('paints nothing but what can be seen, and is the same without the paint', () => {
    fc.assert(
      fc.property(scenario, (drawn) => {
        const gathered = gather(recordsOf(drawn));
        const us = Math.max(1, gathered.timeline.end.at - gathered.timeline.begin.at);
        const full = chartOf(gathered, { us, unitUs: us / 50 });
        const lines = (paint: typeof braced): string[] =>
          chartText(full, { width: 80, beginUs: 0, isUnicode: true, paint });
        const unpainted = lines(braced).map((line) =>
          line.replace(/\{[a-z-]+:([^}]*)\}/gu, '$1').trimEnd(),
        );
        expect(unpainted).toEqual(lines(plain));
      }),
      { numRuns: 15 },
    );
  });

  it('is never wider than the terminal, and as wide where something lasts to the end', () => {
    const options = { width: fc.integer({ min: 1, max: 300 }), isUnicode: fc.boolean() };
    const part = fc.double({ min: 0.001, max: 1, noNaN: true });
    fc.assert(
      fc.property(scenario, part, fc.record(options), (drawn, share, { width, isUnicode }) => {
        const gathered = gather(recordsOf(drawn));
        const { begin, end, services } = gathered.timeline;
        const us = Math.max(1, Math.ceil((end.at - begin.at) * share));
        const names = services.map(({ name }) => name);
        const drawnChart = chartOf(gathered, { us, unitUs: us / textPlotWidth(names, width) });
        const lines = chartText(drawnChart, { width, beginUs: 0, isUnicode, paint: plain });
        // What is narrower than 40 columns cannot hold a chart.
        const columns = Math.max(40, width);
        for (const line of lines) {
          expect(columnsOf(line)).toBeLessThanOrEqual(columns);
          if (!isUnicode) expect(line).toMatch(/^[ -~äµ]*$/u);
        }
        const rows = lines.slice(1, 1 + drawnChart.rows.length);
        for (const [index, { bars }] of drawnChart.rows.entries())
          if (bars.at(-1)?.state === 'running' && isLong(bars.at(-1), us))
            expect(columnsOf(rows[index] ?? '')).toBe(columns);
      }),
      { numRuns: 25 },
    );
  });

  it('shortens a long name at its beginning, between two characters', () => {
    const nameIn = (name: string): string | undefined =>
      chartText(chart([row(name)]), { width: 40, beginUs: 0, isUnicode: true, paint: plain })[1];
    expect(nameIn('a/service/that/is/long')).toBe('  …that/is/long');
    expect(nameIn(`${'🚀'.repeat(20)}/end`)).toBe(`  …${'🚀'.repeat(4)}/end`);
    expect(nameIn(`${'🚀'.repeat(20)}/ends`)).toBe(`  …${'🚀'.repeat(3)}/ends`);
  });
});

/** It fills the last cell. */
const isLong = (last: ChartRow['bars'][number] | undefined, us: number): boolean =>
  last !== undefined && last.until - last.from > us / 10;
