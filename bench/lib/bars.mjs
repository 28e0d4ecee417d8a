/**
 * Bars as SVG: a panel for each measure, in it a bar for each supervisor. Pure.
 *
 * @module
 */
import { metrics } from './metrics.mjs';
import { showSummary } from './report.mjs';

const width = 760;
const labelWidth = 110;
const valueWidth = 170;
const barHeight = 18;
const rowHeight = 24;
const titleHeight = 34;
const barsWidth = width - labelWidth - valueWidth - 20;
/** A bar that is longer than so many of minit's is cut off, so that the others can be seen. */
const timesMax = 4;

const shown = [
  ['flat', 'Boot of {} services, launch to last one up'],
  ['graph-10ms', 'Boot of {} services in ten layers, half of them one-shots of 10 ms'],
  ['restart', 'Restart after kill -9, one of {} services'],
  ['storm', 'All of {} services killed at once, until all are back'],
  ['stop', 'Stop of {} services'],
  ['statusAll', 'Status of all {} services in one command'],
  ['pss', 'Memory (PSS) of the supervisor with {} services'],
];

/** The whole picture. */
export function bars({ samples, peers, counts, chainCount, workloads }, about) {
  const panels = counts.flatMap((count) =>
    shown.map(([metric, title]) => panelOf({ samples, peers }, { metric, title, count })),
  );
  const chain = { metric: 'chain', title: 'Chain of {} one-shots', count: chainCount };
  panels.push(panelOf({ samples, peers }, chain));
  const wanted = panels.filter(
    ({ metric, rows }) => workloads.includes(metric.workload) && rows.length > 0,
  );
  let y = 50;
  const drawn = wanted.map((panel) => {
    const text = drawPanel(panel, y);
    y += titleHeight + panel.rows.length * rowHeight + 14;
    return text;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${String(width)}" height="${String(y)}" viewBox="0 0 ${String(width)} ${String(y)}" font-family="sans-serif" font-size="12">`,
    `<rect width="100%" height="100%" fill="#ffffff"/>`,
    `<text x="16" y="24" font-size="15" fill="#1f2328">${escape('Median of the rounds, with a line from the least to the most; // is cut off')}</text>`,
    `<text x="16" y="42" font-size="11" fill="#656d76">${escape(about)}</text>`,
    ...drawn,
    '</svg>\n',
  ].join('\n');
}

/** What a panel shows: supervisors that have a value, or have failed. */
function panelOf({ samples, peers }, { metric: key, title, count }) {
  const metric = metrics.find((one) => one.key === key);
  const rows = peers.flatMap(({ name }) => {
    const found = samples.summary(name, count, key);
    if (found !== undefined) return [{ name, found }];
    return samples.failureOf(name, count, metric.workload) === undefined ? [] : [{ name }];
  });
  return { metric, title: title.replace('{}', String(count)), rows };
}

function drawPanel({ metric, title, rows }, top) {
  const values = rows.flatMap(({ found }) => (found === undefined ? [] : [found.max]));
  const ours = rows.find(({ name }) => name === 'minit')?.found?.max;
  const most = Math.min(Math.max(...values), ours === undefined ? Infinity : ours * timesMax);
  const scale = (value) => (most > 0 ? Math.min(value / most, 1) * barsWidth : 0);
  return [
    `<g class="panel" data-metric="${metric.key}">`,
    text({ x: 16, y: top + 20, weight: 'bold' }, title),
    ...rows.map((row, index) =>
      drawRow(row, { metric, scale, most, y: top + 34 + index * rowHeight }),
    ),
    '</g>',
  ].join('\n');
}

function drawRow({ name, found }, { metric, scale, most, y }) {
  const label = text({ x: labelWidth, y: y + 13, anchor: 'end' }, name);
  const x = labelWidth + 8;
  const height = barHeight;
  if (found === undefined) {
    const failed = text({ x: x + 4, y: y + 13, fill: '#cf222e' }, 'failed');
    return `${rect({ x, y, width: 1, height, fill: '#cf222e' }, name)}${label}${failed}`;
  }
  const end = x + scale(found.median);
  const middle = y + barHeight / 2;
  const isCut = found.median > most;
  // White, across the bar: it goes on.
  const cut = `<path d="M${point(end - 16, y + height + 1)} l8 -20 M${point(end - 10, y + height + 1)} l8 -20" stroke="#ffffff" stroke-width="3"/>`;
  const spread = `<path d="M${point(x + scale(found.min), middle)} H${(x + scale(found.max)).toFixed(1)}" stroke="#1f2328" stroke-width="1.5"/>`;
  return [
    rect({ x, y, width: Math.max(scale(found.median), 1), height, fill: colourOf(name) }, name),
    isCut ? cut : spread,
    label,
    text(
      { x: Math.max(end, x + scale(found.max)) + 6, y: y + 13 },
      showSummary(found, metric.unit),
    ),
  ].join('');
}

const colourOf = (name) =>
  name === 'minit' ? '#0969da' : name === 'floor' ? '#8c959f' : '#bfd4ea';

const point = (x, y) => `${x.toFixed(1)} ${y.toFixed(1)}`;

const rect = ({ x, y, width: w, height, fill }, name) =>
  `<rect class="bar" data-supervisor="${escape(name)}" x="${x.toFixed(1)}" y="${String(y)}" width="${w.toFixed(1)}" height="${String(height)}" fill="${fill}"/>`;

const text = ({ x, y, anchor = 'start', weight = 'normal', fill = '#1f2328' }, content) =>
  `<text x="${x.toFixed(1)}" y="${String(y)}" text-anchor="${anchor}" font-weight="${weight}" fill="${fill}">${escape(content)}</text>`;

const escape = (content) =>
  content.replace(/[&<>"]/gu, (sign) => `&#${String(sign.codePointAt(0))};`);
