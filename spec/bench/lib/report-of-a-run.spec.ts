/**
 * The tables, goals and bars of a run, from given samples.
 *
 * @module
 */
import { DOMParser } from '@xmldom/xmldom';
import { benchModule } from '../../support/bench-module';

interface Samples {
  add: (where: object, numbers: Readonly<Record<string, number>>) => void;
  fail: (where: object, workload: string, reason: string) => void;
}
interface Goal {
  readonly title: string;
  readonly limit: number;
  readonly found?: { readonly median: number };
}
const { createSamples, bareNode } = benchModule('lib/samples.mjs') as {
  createSamples: () => Samples;
  bareNode: { readonly peer: string; readonly count: number };
};
const { goals, isHeld, goalsTable } = benchModule('lib/goals.mjs') as {
  goals: (run: object) => readonly Goal[];
  isHeld: (goal: Goal) => boolean;
  goalsTable: (goals: readonly Goal[], how: { isJudged: boolean; isQuiet?: boolean }) => string;
};
const { tables } = benchModule('lib/tables.mjs') as { tables: (run: object) => string };
const { bars } = benchModule('lib/bars.mjs') as { bars: (run: object, about: string) => string };

const peers = [
  { name: 'floor' },
  { name: 'minit', canOrder: true, isNode: true },
  { name: 'dinit', canOrder: true },
  { name: 's6' },
];

function givenRun() {
  const samples = createSamples();
  const add = (peer: string, round: number, numbers: Readonly<Record<string, number>>) => {
    samples.add({ peer, count: 100, round }, numbers);
  };
  for (const round of [0, 1]) {
    samples.add({ ...bareNode, round }, { bare: 40 });
    add('floor', round, { flat: 100 * (round + 1), storm: 50 });
    add('minit', round, { flat: 190 * (round + 1), flatLess: 160 * (round + 1) });
    add('minit', round, {
      'graph-10ms': 230,
      statusAll: 55,
      statusBare: 40,
      restart: 0.9,
      restartWorst: 3,
    });
    add('dinit', round, { flat: 90, 'graph-10ms': 200 });
    samples.add({ peer: 'minit', count: 1_000, round }, { 'graph-10ms': 600 });
    samples.add({ peer: 'C minit', count: 1_000, round }, { 'graph-10ms': 5_000 });
  }
  add('minit', 1, { restartWorst: 7 });
  samples.fail({ peer: 's6', count: 100, round: 0 }, 'flat', 'it ended with 1 <&>');
  return {
    ...{ samples, peers, counts: [100], chainCount: 200, hugeCount: 10_000 },
    workloads: ['flat', 'graph-10ms', 'restart', 'status'],
  };
}

describe('the goals', () => {
  const rows = goals(givenRun());
  const goalOf = (title: RegExp): Goal => {
    const found = rows.find((row) => title.test(row.title));
    if (found === undefined) throw new Error(`no goal ${String(title)}`);
    return found;
  };

  it.each([
    [/^boot flat at 100/u, 1.9, true],
    [/less Node's start \/ floor/u, 1.6, false],
    [/graph with 10 ms .* dinit's/u, 1.15, true],
    [/graph with 10 ms .* the C minit's/u, 0.12, false],
    [/restart after/u, 0.9, true],
    [/status of all/u, 15, true],
  ])('%s is judged by its median', (title, median, held) => {
    const goal = goalOf(title);
    expect(goal.found?.median).toBeCloseTo(median);
    expect(isHeld(goal)).toBe(held);
  });

  it('of a worst case are judged by the worst of all rounds', () => {
    expect(isHeld(goalOf(/the worst/u))).toBe(false);
  });

  it('that are of time are judged in parentheses where the machine was not quiet', () => {
    const table = goalsTable(rows, { isJudged: true, isQuiet: false });
    expect(table).toMatch(/^\| boot flat at 100 .* \| \(yes\) \|$/mu);
    expect(table).toMatch(/^\| the same, less Node's .* \| \(\*\*no\*\*\) \|$/mu);
  });

  it('that were not measured are not judged, nor is a smoke run', () => {
    expect(goalOf(/^storm/u).found).toBeUndefined();
    expect(goalsTable(rows, { isJudged: true })).toContain('**no**');
    expect(goalsTable(rows, { isJudged: true })).toContain('| not measured | ≤ 1.5 | |');
    expect(goalsTable(rows, { isJudged: false })).not.toMatch(/\*\*no\*\*|yes/u);
  });
});

describe('the tables', () => {
  const text = tables(givenRun());
  const rowOf = (name: string): string | undefined =>
    text.split('\n').find((line) => line.startsWith(`| ${name} |`));

  it('give median, spread and the ratio to the floor within each round', () => {
    expect(rowOf('minit')).toBe('| minit | 285 [190–380] | 1.90 | 240 [160–320] | 1.60 | 230 |');
  });

  it('say what failed, with the reason below, and what cannot be expressed', () => {
    expect(rowOf('s6')).toBe('| s6 | failed (1) | — | — | — | — |');
    expect(text).toContain('(1) it ended with 1 <&>');
  });
});

describe('the bars', () => {
  const errors: string[] = [];
  const svg = bars(givenRun(), 'a <machine>');
  const document = new DOMParser({
    onError: (_level, message) => errors.push(message),
  }).parseFromString(svg, 'image/svg+xml');

  it('are well-formed, one for each supervisor with a value or a failure', () => {
    expect(errors).toEqual([]);
    const panels = [...document.getElementsByTagName('g')];
    const flat = panels.find((panel) => panel.getAttribute('data-metric') === 'flat');
    const names = [...(flat?.getElementsByTagName('rect') ?? [])].map((bar) =>
      bar.getAttribute('data-supervisor'),
    );
    expect(names).toEqual(['floor', 'minit', 'dinit', 's6']);
  });

  it('are as long as the values', () => {
    const widthOf = (name: string): number =>
      Number(
        new RegExp(`data-supervisor="${name}" x="[^"]*" y="[^"]*" width="([^"]*)"`, 'u').exec(
          svg,
        )?.[1],
      );
    expect(widthOf('minit') / widthOf('floor')).toBeCloseTo(1.9, 1);
  });
});
