/**
 * A chart as SVG, readable in light and dark, with what a bar means under the pointer. Pure.
 *
 * @module
 */
import type { Chart, ChartArrow, ChartBar, ChartRow, Stretch } from '../insight/chart/chart';
import { axisMarks, preciseDuration } from '../insight/chart/time-axis';
import { chartLegend, legendLineHeight } from './chart-legend';
import { escapeXml } from './escape-xml';
import { lightTone, stateTone, surface } from './palette';
import { styleSheet } from './svg';

export interface ChartHeading {
  /** `/etc/minit on host`. */
  readonly title: string;
  /** What is to be said of the boot in one sentence. */
  readonly subtitle: string;
  /** How long after the start of minit, from which its times are counted, the axis begins. */
  readonly beginUs: number;
}

/** The width of the plot, in pixels: {@link Chart} is made for it. */
export const plotWidth = 960;

const rowHeight = 18;
const barHeight = 10;
const top = 74;
const margin = 16;
const tookWidth = 64;
const characterWidth = 6.3;
const nameWidthMax = 260;

interface Frame {
  readonly chart: Chart;
  /** Left edge of the plot, and its pixels for a µs. */
  readonly left: number;
  readonly scale: number;
  readonly bottom: number;
  /** Of {@link ChartHeading}. */
  readonly beginUs: number;
}

/** Returns the picture of `chart`. */
export function chartSvg(chart: Chart, heading: ChartHeading): string {
  const longest = Math.max(5, ...chart.rows.map(({ name }) => name.length));
  const nameWidth = Math.min(nameWidthMax, Math.ceil(longest * characterWidth) + 12);
  const left = margin + nameWidth + tookWidth;
  const bottom = top + (chart.rows.length + 1) * rowHeight;
  const frame = { chart, left, scale: plotWidth / chart.us, bottom, beginUs: heading.beginUs };
  const width = left + plotWidth + margin * 2;
  const place = { left: margin, right: width - margin, middle: bottom + 30 };
  const legend = chartLegend(chart, place);
  const height = bottom + 30 + legend.lines * legendLineHeight;
  const body = [
    `<rect width="${px(width)}" height="${px(height)}" fill="${surface.background.light}"/>`,
    text(heading.title, { x: margin, y: 24, size: 15, fill: surface.text.light, bold: true }),
    text(heading.subtitle, { x: margin, y: 42, size: 12, fill: surface.smallPrint.light }),
    axis(frame),
    minitRow(frame),
    ...chart.rows.map((row, index) => serviceRow(row, index, frame)),
    ...chart.arrows.map((arrow) => arrowLine(arrow, frame)),
    settledLine(frame),
    legend.svg,
  ].join('\n');
  const size = `width="${px(width)}" height="${px(height)}" viewBox="0 0 ${px(width)} ${px(height)}"`;
  return [
    `<svg role="img" xmlns="http://www.w3.org/2000/svg" ${size}>`,
    `<title>${escapeXml(`${heading.title}: ${heading.subtitle}`)}</title>`,
    `<style>${styleSheet(body)}</style>`,
    body,
    '</svg>\n',
  ].join('\n');
}

const px = (value: number): string => String(Math.round(value * 10) / 10);

interface TextStyle {
  readonly x: number;
  readonly y: number;
  readonly size: number;
  readonly fill: string;
  readonly bold?: boolean;
  readonly anchor?: 'middle' | 'end';
}

function text(words: string, { x, y, size, fill, bold, anchor }: TextStyle): string {
  const weight = bold === true ? ' font-weight="bold"' : '';
  const where = anchor === undefined ? '' : ` text-anchor="${anchor}"`;
  return `<text x="${px(x)}" y="${px(y)}" font-size="${String(size)}" fill="${fill}"${weight}${where}>${escapeXml(words)}</text>`;
}

const rowTop = (index: number): number => top + (index + 1) * rowHeight;
const rowMiddle = (index: number): number => rowTop(index) + rowHeight / 2;

function axis({ chart, left, scale, bottom, beginUs }: Frame): string {
  return axisMarks(chart.us, 10, chart.isCutOff ? beginUs : 0)
    .flatMap(({ at, label }) => {
      const x = left + at * scale;
      return [
        `<path d="M${px(x)} ${px(top - 4)}V${px(bottom)}" stroke="${surface.frameLine.light}" stroke-width="0.5"/>`,
        text(label, {
          ...{ x, y: top - 10, size: 11, fill: surface.smallPrint.light, anchor: 'middle' },
        }),
      ];
    })
    .join('\n');
}

/** minit itself, above the services: until the boot had settled, and from when all are told to go down. */
function minitRow(frame: Frame): string {
  const { chart, left } = frame;
  const booted = chart.settledAt ?? chart.endingAt ?? chart.us;
  const bars: ChartBar[] = [
    ...(chart.isCutOff
      ? []
      : [
          {
            ...{ state: 'starting' as const, from: 0, until: booted, isOpen: false },
            reason: 'minit: booting',
          },
        ]),
    ...(chart.endingAt === undefined
      ? []
      : [
          {
            ...{ state: 'stopping' as const, from: chart.endingAt, until: chart.us },
            ...{ isOpen: true, reason: 'minit: taking all services down' },
          },
        ]),
  ];
  return [
    text('minit', { x: margin, y: rowTop(-1) + 13, size: 11, fill: surface.smallPrint.light }),
    ...bars.map((bar) => barShape(bar, { middle: rowMiddle(-1), words: bar.reason }, frame)),
    ...chart.critical.map((stretch) => criticalShape(stretch, rowMiddle(-1), frame)),
    ...(chart.settledAt === undefined
      ? []
      : [
          text(preciseDuration(chart.settledAt), {
            ...{ x: left - 10, y: rowTop(-1) + 13, size: 10, anchor: 'end' },
            fill: surface.smallPrint.light,
          }),
        ]),
  ].join('\n');
}

function serviceRow(row: ChartRow, index: number, frame: Frame): string {
  const { left, scale } = frame;
  const middle = rowMiddle(index);
  const isCritical = row.critical.length > 0;
  const hasFailed = row.failures.length > 0;
  const mark = (at: number, path: (x: string) => string, stroke: string): string =>
    `<path d="${path(px(left + at * scale))}" stroke="${stroke}" stroke-width="1.6" fill="none"/>`;
  const nameMax = Math.floor(nameWidthMax / characterWidth) - 2;
  const name = row.name.length > nameMax ? `…${row.name.slice(1 - nameMax)}` : row.name;
  const words = [row.name, row.needs.length > 0 ? `needs ${row.needs.join(', ')}` : ''];
  return [
    `<g><title>${escapeXml(words.filter((each) => each !== '').join(': '))}</title>`,
    text(name, {
      ...{ x: margin, y: middle + 4, size: 11, bold: isCritical },
      fill: hasFailed ? lightTone('failed').text : surface.text.light,
    }),
    row.tookUs === undefined
      ? ''
      : text(preciseDuration(row.tookUs), {
          ...{ x: left - 10, y: middle + 4, size: 10, anchor: 'end' },
          fill: surface.smallPrint.light,
        }),
    '</g>',
    ...row.bars.map((bar) => barShape(bar, { middle, words: barWords(row, bar, frame) }, frame)),
    ...row.respawns.map((at) =>
      mark(at, (x) => `M${x} ${px(middle - 7)}v14`, lightTone('retrying').line),
    ),
    ...row.failures.map((at) =>
      mark(at, (x) => `M${x} ${px(middle)}m-3.5 -3.5l7 7m0 -7l-7 7`, lightTone('failed').text),
    ),
    ...row.critical.map((stretch) => criticalShape(stretch, middle, frame)),
  ]
    .filter((part) => part !== '')
    .join('\n');
}

function barWords(
  { name }: ChartRow,
  { state, from, until, isOpen, reason }: ChartBar,
  { beginUs }: Frame,
): string {
  const end = isOpen ? 'lasts' : `for ${preciseDuration(until - from)}`;
  return `${name}: ${state} from +${preciseDuration(beginUs + from)}, ${end}: ${reason}`;
}

/** How high a state is drawn; 0: as a line. */
function heightOf({ state }: ChartBar): number | undefined {
  if (state === 'down') return undefined;
  if (state === 'finished' || state === 'sync-done') return 0;
  return state === 'waiting-deps' ? 5 : barHeight;
}

function barShape(
  bar: ChartBar,
  { middle, words }: { readonly middle: number; readonly words: string },
  { left, scale }: Frame,
): string {
  const height = heightOf(bar);
  if (height === undefined) return '';
  const tone = lightTone(stateTone(bar.state));
  const x = left + bar.from * scale;
  const width = Math.max(1, (bar.until - bar.from) * scale);
  const title = `<title>${escapeXml(words)}</title>`;
  if (height === 0)
    return `<path d="M${px(x)} ${px(middle)}h${px(width)}" stroke="${tone.line}" stroke-width="1.5">${title}</path>`;
  const place = `x="${px(x)}" y="${px(middle - height / 2)}" width="${px(width)}" height="${String(height)}"`;
  return `<rect ${place} fill="${tone.fill}" stroke="${tone.line}">${title}</rect>`;
}

function criticalShape({ from, until }: Stretch, middle: number, { left, scale }: Frame): string {
  const [x, width] = [left + from * scale, Math.max(1, (until - from) * scale)];
  return `<path d="M${px(x)} ${px(middle + barHeight / 2 + 1.5)}h${px(width)}" stroke="${surface.text.light}" stroke-width="3"/>`;
}

function arrowLine({ at, from, to, isLast, isCritical }: ChartArrow, frame: Frame): string {
  const x = frame.left + at * frame.scale;
  const down = to > from ? 1 : -1;
  const [begin, end] = [rowMiddle(from), rowMiddle(to)];
  const stroke = isCritical ? surface.text.light : surface.smallPrint.light;
  const width = isCritical ? 1.6 : 0.8;
  const dash = isLast ? '' : ' stroke-dasharray="1.5 2.5"';
  const line = `<path d="M${px(x)} ${px(begin + down * 5)}V${px(end - down * 4)}" stroke="${stroke}" stroke-width="${String(width)}"${dash}/>`;
  if (!isLast) return line;
  const tip = `M${px(x)} ${px(end - down * 2)}l-3 ${px(-down * 5)}h6z`;
  return `${line}<path d="${tip}" fill="${stroke}"/>`;
}

function settledLine({ chart, left, scale, bottom }: Frame): string {
  if (chart.settledAt === undefined) return '';
  const x = left + chart.settledAt * scale;
  const { line } = lightTone('running');
  return `<path d="M${px(x)} ${px(top)}V${px(bottom)}" stroke="${line}" stroke-width="1.2" stroke-dasharray="5 3"><title>boot settled after ${preciseDuration(chart.settledAt)}</title></path>`;
}
