/**
 * A chart in characters, for a terminal. Pure: width, characters and colours are handed in.
 *
 * @module
 */
import type { StateName } from '../../machines/state';
import type { Chart, ChartBar, ChartRow } from './chart';
import { axisMarks, preciseDuration } from './time-axis';

export type ChartInk = StateName | 'tick' | 'failure' | 'critical' | 'dim';

export interface TextChartOptions {
  /** Columns of the terminal. */
  readonly width: number;
  /** Its font has more than ASCII. */
  readonly isUnicode: boolean;
  /** How long after the start of minit, from which its times are counted, the axis begins. */
  readonly beginUs: number;
  /** Returns `text` in a colour; as it is on what has none. */
  readonly paint: (text: string, ink: ChartInk) => string;
}

type Glyphs = Readonly<Record<StateName | 'tick' | 'failure' | 'ellipsis' | 'settled', string>>;

const unicode: Glyphs = {
  down: ' ',
  'waiting-deps': '░',
  starting: '▒',
  running: '█',
  'sync-done': '·',
  respawning: '~',
  stopping: '▓',
  finished: ' ',
  failed: '✗',
  tick: '|',
  failure: '✗',
  ellipsis: '…',
  settled: '│',
};
const ascii: Glyphs = {
  ...unicode,
  'waiting-deps': '.',
  starting: '-',
  running: '=',
  'sync-done': '_',
  stopping: '+',
  failed: 'x',
  failure: 'x',
  ellipsis: '~',
  settled: ':',
};

const legend: readonly (readonly [StateName | 'tick' | 'failure', string])[] = [
  ['waiting-deps', 'waiting'],
  ['starting', 'starting'],
  ['running', 'running'],
  ['sync-done', 'done'],
  ['respawning', 'respawning'],
  ['stopping', 'stopping'],
  ['tick', 'respawn'],
  ['failure', 'failed'],
];

const tookWidth = 8;
const widthMin = 40;

interface Columns {
  readonly name: number;
  readonly plot: number;
}

/** The width of the plot itself in a terminal of `width` columns. */
export function textPlotWidth(names: readonly string[], width: number): number {
  return columnsOf(names, width).plot;
}

function columnsOf(names: readonly string[], width: number): Columns {
  const longest = names.reduce((most, name) => Math.max(most, name.length), 'service'.length);
  const name = Math.min(longest, Math.max(8, Math.floor(width / 3)));
  // A mark, the name, the time it took, and two spaces between the columns.
  return { name, plot: Math.max(10, Math.max(widthMin, width) - name - tookWidth - 6) };
}

/** Returns the lines of the chart, each no wider than the terminal. */
export function chartText(chart: Chart, options: TextChartOptions): string[] {
  const columns = columnsOf(
    chart.rows.map(({ name }) => name),
    options.width,
  );
  const rows = chart.rows.map((row) => rowText(row, chart, { options, columns }));
  return [axisText(chart, options.beginUs, columns), ...rows, ...legendText(chart, options)];
}

interface Drawing {
  readonly options: TextChartOptions;
  readonly columns: Columns;
}

function rowText(row: ChartRow, chart: Chart, { options, columns }: Drawing): string {
  const { paint, isUnicode } = options;
  const glyphs = isUnicode ? unicode : ascii;
  const isCritical = row.critical.length > 0;
  const name = paint(
    shorten(row.name, columns.name, glyphs.ellipsis).padEnd(columns.name),
    isCritical ? 'critical' : 'down',
  );
  const took = row.tookUs === undefined ? '' : preciseDuration(row.tookUs);
  const cells = cellsOf(row, chart, columns.plot);
  const plot = cells.map(({ ink, isSettled }) => {
    const glyph = glyphs[ink];
    return glyph === ' ' && isSettled
      ? { text: glyphs.settled, ink: 'dim' as const }
      : { text: glyph, ink };
  });
  const tail = joinInk(plot, paint).replace(/ +$/u, '');
  return `${isCritical ? '*' : ' '} ${name}  ${took.padStart(tookWidth)}  ${tail}`.trimEnd();
}

interface Cell {
  readonly ink: StateName | 'tick' | 'failure';
  readonly isSettled: boolean;
}

function cellsOf(row: ChartRow, { us, settledAt }: Chart, width: number): Cell[] {
  const column = (at: number): number => Math.min(width - 1, Math.floor((at / us) * width));
  const inks: Cell['ink'][] = Array.from({ length: width }, () => 'down');
  const lengths = new Float64Array(width);
  for (const bar of row.bars) fill(bar, { us, width, inks, lengths });
  for (const at of row.respawns) inks[column(at)] = 'tick';
  for (const at of row.failures) inks[column(at)] = 'failure';
  const settled = settledAt === undefined ? -1 : column(settledAt);
  return inks.map((ink, index) => ({ ink, isSettled: index === settled }));
}

/** A cell shows what lasted longest in it; what ended at once is better seen than a state of rest. */
function fill(
  { from, until, state }: ChartBar,
  {
    us,
    width,
    inks,
    lengths,
  }: { us: number; width: number; inks: Cell['ink'][]; lengths: Float64Array },
): void {
  const cellUs = us / width;
  const isRest = state === 'sync-done' || state === 'finished' || state === 'down';
  const last = Math.min(width - 1, Math.floor(until / cellUs));
  for (let cell = Math.min(width - 1, Math.floor(from / cellUs)); cell <= last; cell += 1) {
    const overlap = Math.min(until, (cell + 1) * cellUs) - Math.max(from, cell * cellUs);
    const weight = isRest ? 0.001 * overlap : overlap + 0.001;
    if (weight <= (lengths[cell] ?? 0)) continue;
    inks[cell] = state;
    lengths[cell] = weight;
  }
}

function joinInk(
  cells: readonly { readonly text: string; readonly ink: ChartInk }[],
  paint: TextChartOptions['paint'],
): string {
  let line = '';
  let [run, ink] = ['', undefined as ChartInk | undefined];
  for (const cell of cells) {
    if (cell.ink !== ink && ink !== undefined) {
      line += run.trim() === '' ? run : paint(run, ink);
      run = '';
    }
    run += cell.text;
    ({ ink } = cell);
  }
  return line + (ink === undefined || run.trim() === '' ? run : paint(run, ink));
}

function shorten(name: string, width: number, ellipsis: string): string {
  if (name.length <= width) return name;
  // Half of a character is none.
  return ellipsis + name.slice(name.length - width + 1).replace(/^[\udc00-\udfff]/u, '');
}

function axisText({ us, isCutOff }: Chart, beginUs: number, { name, plot }: Columns): string {
  const line = Array.from({ length: plot }, () => ' ');
  const countMax = Math.max(1, Math.floor(plot / 12));
  for (const { at, label } of axisMarks(us, countMax, isCutOff ? beginUs : 0)) {
    const column = Math.floor((at / us) * plot);
    if (column + label.length + 1 > plot) continue;
    const mark = Array.from(`|${label}`);
    line.splice(column, mark.length, ...mark);
  }
  const head = `  ${'service'.padEnd(name)}  ${'took'.padStart(tookWidth)}  `;
  return `${head}${line.join('')}`.trimEnd();
}

function legendText({ rows, settledAt }: Chart, options: TextChartOptions): string[] {
  const { paint, isUnicode, width } = options;
  const glyphs = isUnicode ? unicode : ascii;
  const seen = new Set<string>(rows.flatMap(({ bars }) => bars.map(({ state }) => state)));
  if (rows.some(({ respawns }) => respawns.length > 0)) seen.add('tick');
  if (seen.has('failed') || rows.some(({ failures }) => failures.length > 0)) seen.add('failure');
  const items: { plain: string; painted: string }[] = legend
    .filter(([ink]) => seen.has(ink))
    .map(([ink, word]) => ({
      plain: `${glyphs[ink]} ${word}`,
      painted: `${paint(glyphs[ink], ink)} ${word}`,
    }));
  const plain = (text: string): void => void items.push({ plain: text, painted: text });
  if (rows.some(({ critical }) => critical.length > 0)) plain('* critical path');
  if (settledAt !== undefined) plain(`${glyphs.settled} boot settled`);
  const lines: { length: number; text: string }[] = [];
  for (const item of items) {
    const line = lines.at(-1);
    if (line === undefined || line.length + item.plain.length + 3 > Math.max(widthMin, width))
      lines.push({ length: 2 + item.plain.length, text: `  ${item.painted}` });
    else {
      line.length += item.plain.length + 3;
      line.text += `   ${item.painted}`;
    }
  }
  return lines.map(({ text }) => text);
}
