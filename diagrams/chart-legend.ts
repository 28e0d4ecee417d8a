/**
 * What the bars and marks of a chart mean, in one line below it. Pure.
 *
 * @module
 */
import type { Chart } from '../insight/chart/chart';
import type { StateName } from '../machines/state';
import { lightTone, stateTone, surface } from './palette';

const words: readonly (readonly [StateName, string])[] = [
  ['waiting-deps', 'waiting'],
  ['starting', 'starting'],
  ['running', 'running'],
  ['sync-done', 'done'],
  ['finished', 'finished'],
  ['respawning', 'respawning'],
  ['stopping', 'stopping'],
  ['failed', 'failed'],
];

interface Item {
  /** Drawn with its left edge at `x` and its middle at `y`, 14 pixels wide. */
  readonly sample: (x: number, y: number) => string;
  readonly word: string;
}

export interface LegendPlace {
  readonly left: number;
  readonly right: number;
  /** Middle of its first line. */
  readonly middle: number;
}

export const legendLineHeight = 20;

/** Returns the legend of what `chart` has, and how many lines it takes. */
export function chartLegend(
  chart: Chart,
  { left, right, middle }: LegendPlace,
): { readonly svg: string; readonly lines: number } {
  let [x, y] = [left, middle];
  const drawn = itemsOf(chart).map(({ sample, word }) => {
    const width = 20 + Math.ceil(word.length * 6) + 14;
    if (x + width > right) [x, y] = [left, y + legendLineHeight];
    const label = `<text x="${String(x + 20)}" y="${String(y + 4)}" font-size="11" fill="${surface.smallPrint.light}">${word}</text>`;
    const item = `${sample(x, y)}${label}`;
    x += width;
    return item;
  });
  return { svg: drawn.join('\n'), lines: (y - middle) / legendLineHeight + 1 };
}

function itemsOf({ rows, critical, settledAt, arrows }: Chart): Item[] {
  const states = new Set(rows.flatMap(({ bars }) => bars.map(({ state }) => state)));
  const stroke = (path: string, color: string, rest = ''): string =>
    `<path d="${path}" stroke="${color}" fill="none" ${rest}/>`;
  const at = (x: number, y: number): string => `M${String(x)} ${String(y)}`;
  const items: Item[] = words
    .filter(([state]) => states.has(state))
    .map(([state, word]) => ({ word, sample: (x, y) => stateSample(state, x, y) }));
  if (rows.some(({ respawns }) => respawns.length > 0))
    items.push({
      word: 'started again',
      sample: (x, y) =>
        stroke(`${at(x + 7, y - 7)}v14`, lightTone('retrying').line, 'stroke-width="1.6"'),
    });
  if (rows.some(({ failures }) => failures.length > 0))
    items.push({
      word: 'ended badly',
      sample: (x, y) =>
        stroke(
          `${at(x + 7, y)}m-3.5 -3.5l7 7m0 -7l-7 7`,
          lightTone('failed').text,
          'stroke-width="1.6"',
        ),
    });
  if (arrows.length > 0)
    items.push({
      word: 'waited for last',
      sample: (x, y) =>
        `${stroke(`${at(x + 7, y - 7)}v9`, surface.smallPrint.light, 'stroke-width="0.8"')}<path d="${at(x + 7, y + 7)}l-3 -5h6z" fill="${surface.smallPrint.light}"/>`,
    });
  if (arrows.some(({ isLast }) => !isLast))
    items.push({
      word: 'needed, done before',
      sample: (x, y) =>
        stroke(
          `${at(x + 7, y - 7)}v14`,
          surface.smallPrint.light,
          'stroke-width="0.8" stroke-dasharray="1.5 2.5"',
        ),
    });
  if (critical.length > 0 || rows.some((row) => row.critical.length > 0))
    items.push({
      word: 'critical path',
      sample: (x, y) => stroke(`${at(x, y)}h14`, surface.text.light, 'stroke-width="3"'),
    });
  if (settledAt !== undefined)
    items.push({
      word: 'boot settled',
      sample: (x, y) =>
        stroke(`${at(x + 7, y - 7)}v14`, lightTone('running').line, 'stroke-dasharray="5 3"'),
    });
  return items;
}

function stateSample(state: StateName, x: number, y: number): string {
  const { fill, line } = lightTone(stateTone(state));
  if (state === 'sync-done' || state === 'finished')
    return `<path d="M${String(x)} ${String(y)}h14" stroke="${line}" stroke-width="1.5"/>`;
  const height = state === 'waiting-deps' ? 5 : 10;
  return `<rect x="${String(x)}" y="${String(y - height / 2)}" width="14" height="${String(height)}" fill="${fill}" stroke="${line}"/>`;
}
