/**
 * A chart in the language of Graphviz: a card for each state, a row for each reaction. An arrow
 * leads from the row to a state in the same or the next column; any other state is named in the
 * row, in its own tone. So no label and no long arrow lies over anything. Pure.
 *
 * @module
 */
import { escapeXml } from './escape-xml';
import { columnsOf, type Column } from './statechart-columns';
import { lightTone, stateTone, surface } from './palette';
import type { Chart } from './statechart';
import { allCards, drawingOf, type Card, type Drawing, type Row } from './statechart-drawing';
import { cardTone, takenWords, timesTaken, visitsWords } from './statechart-visits';
import { eventWords, guardWords, words, wrapWords } from './statechart-words';

/** The only font without serifs whose widths Graphviz knows by heart; the SVG gets a list of its equals. */
export const fontName = 'Arial';

const rowLengthMax = 34;

/** Returns the chart as a DOT document. Pure. */
export const chartToDot = (chart: Chart): string => drawingToDot(drawingOf(chart), chart.id);

/** Returns the drawing as a DOT document. Pure. */
export function drawingToDot(drawing: Drawing, id: string): string {
  const columns = columnsOf(drawing);
  const draw: Draw = { columns, isNear: nearness(columns) };
  return [
    `digraph ${quote(id)} {`,
    `  graph [rankdir=LR, newrank=true, nodesep=0.18, ranksep=0.9, pad=0.25, fontname="${fontName}", bgcolor="${surface.background.light}"]`,
    `  node [shape=plain, fontname="${fontName}", fontsize=11]`,
    `  edge [arrowsize=0.65, penwidth=1.3]`,
    ...drawing.cards.flatMap((card) => cardDot(card, draw, '  ')),
    ...initialDot(drawing),
    ...columnsDot(columns),
    ...allCards(drawing.cards).flatMap((card) => arrowsDot(card, draw)),
    `  label=<${font(surface.smallPrint.light, 10, legendDot(drawing))}>; labeljust=l`,
    '}',
    '',
  ].join('\n');
}

function legendDot({ cards, subject }: Drawing): string {
  if (subject !== undefined) return escapeXml(subject);
  const hasEventless = allCards(cards).some(({ rows }) =>
    rows.some(({ events }) => events.length === 0),
  );
  const eventless = hasEventless
    ? '. A row without an event counts as soon as its guard holds.'
    : '';
  return `<b>event</b> <i>[guard]</i> / effects${eventless}`;
}

interface Draw {
  readonly columns: Columns;
  /** Whether an arrow is drawn from one card to the other. */
  readonly isNear: (from: string, to: string) => boolean;
}

type Columns = readonly Column[];

function nearness(columns: Columns): Draw['isNear'] {
  const columnOf = new Map(
    columns.flatMap(({ nodes }, index) => nodes.map((path) => [path, index] as const)),
  );
  return (from, to) => {
    const distance = (columnOf.get(to) ?? 0) - (columnOf.get(from) ?? 0);
    return distance === 0 || distance === 1;
  };
}

const quote = (text: string): string => JSON.stringify(text);

/** A card with inner ones is a cluster, whose own rows are a node in it. */
function cardDot(card: Card, draw: Draw, indent: string): string[] {
  const tone = lightTone(cardTone(card));
  if (card.cards.length === 0) return [nodeDot(card, draw, indent)];
  const line = card.isFrame ? surface.frameLine.light : tone.line;
  const fill = card.isFrame ? surface.frameFill.light : tone.fill;
  return [
    `${indent}subgraph ${quote(`cluster ${card.path}`)} {`,
    `${indent}  id=${quote(chartId(card.path))}; label=<<b>${escapeXml(card.title)}</b>${visitsDot(card)}>; labeljust=l; margin=10; fontsize=13; fontcolor="${tone.text}"`,
    `${indent}  style="rounded,filled${card.isFrame ? ',dashed' : ''}"; color="${line}"; fillcolor="${fill}"; penwidth=1.3`,
    ...(card.rows.length > 0 ? [nodeDot({ ...card, title: '' }, draw, `${indent}  `)] : []),
    ...card.cards.flatMap((inner) => cardDot(inner, draw, `${indent}  `)),
    `${indent}}`,
  ];
}

/** Under which a page finds the card of a state in the SVG. */
const chartId = (path: string): string => `state ${path}`;

function nodeDot(card: Card, draw: Draw, indent: string): string {
  const { title, rows, path, visits } = card;
  const tone = lightTone(cardTone(card));
  const ground = path.includes('.') || title === '' ? surface.background.light : tone.fill;
  const align = rows.length > 0 ? 'left' : 'center';
  const head =
    title === ''
      ? ''
      : `<tr><td port="title" colspan="2" align="${align}">${font(tone.text, 12, `<b>${escapeXml(title)}</b>${visitsDot(card)}`)}</td></tr>`;
  const body = rows.map((row, index) =>
    rowDot(row, index, row.to !== undefined && !draw.isNear(path, row.to)),
  );
  const isPresent = title !== '' && visits?.isPresent === true;
  const table =
    `<table border="${isPresent ? '3' : '1'}" cellborder="0" cellspacing="0" cellpadding="3" style="rounded" color="${tone.line}" bgcolor="${ground}">` +
    `${head}${body.join('')}</table>`;
  const id = title === '' ? '' : `id=${quote(chartId(path))}, `;
  return `${indent}${quote(path)} [${id}label=<${table}>]`;
}

/** How often the state was entered, and for how long, behind its name. */
const visitsDot = ({ visits }: Card): string =>
  visits === undefined || visits.entered + visits.us === 0
    ? ''
    : ` <font point-size="10">${visitsWords(visits)}</font>`;

const font = (color: string, size: number, content: string): string =>
  `<font color="${color}" point-size="${String(size)}">${content}</font>`;

const portOf = (index: number): string => `r${String(index)}`;

function rowDot(row: Row, index: number, isNamed: boolean): string {
  const span = isNamed ? '' : ' colspan="2"';
  const text = `<td port="${portOf(index)}" align="left" balign="left"${span}>${textDot(row)}</td>`;
  const target = isNamed ? `<td align="right" valign="top">${pillDot(row)}</td>` : '';
  return `<tr>${text}${target}</tr>`;
}

/** The name of a state that is too far away for an arrow. */
function pillDot({ to = '', toName = to }: Row): string {
  const tone = lightTone(stateTone(to));
  const inside = font(tone.text, 9, `&#8594; <b>${escapeXml(toName)}</b>`);
  // Without a size of its own it would grow to that of the row.
  const size = `fixedsize="true" width="${String(Math.round(19 + toName.length * 5.1))}" height="16"`;
  return (
    `<table align="right" valign="middle" border="0" cellborder="1" cellspacing="0" cellpadding="0" ${size}>` +
    `<tr><td ${size} style="rounded" color="${tone.line}" bgcolor="${tone.fill}">${inside}</td></tr></table>`
  );
}

function textDot(row: Row): string {
  const { events, guard, effects, to } = row;
  const times = timesTaken(row);
  const isDim = to === undefined || times === 0;
  const color = isDim ? surface.smallPrint.light : lightTone(stateTone(to)).text;
  const count = takenWords(times);
  const event = eventWords(events);
  const condition = guard === undefined ? '' : `[${guardWords(guard)}]`;
  const isShort = `${event} ${condition}`.length <= rowLengthMax;
  const bold = wrapWords(event, rowLengthMax).map((line) => `<b>${escapeXml(line)}</b>`);
  const italic = wrapWords(condition, rowLengthMax).map((line) => `<i>${escapeXml(line)}</i>`);
  const texts = isShort ? [[...bold, ...italic].join(' ')] : [...bold, ...italic];
  const head = texts.map((line, index) => (index === 0 ? `${count}${line}` : line));
  const small = wrapWords(
    effects.length > 0 ? `/ ${effects.map(words).join(', ')}` : '',
    rowLengthMax + 6,
  );
  return [
    font(color, 11, head.join('<br/>')),
    ...(small.length > 0
      ? [font(surface.smallPrint.light, 9, small.map(escapeXml).join('<br/>'))]
      : []),
  ].join('<br/>');
}

function initialDot({ initial }: Drawing): string[] {
  const color = surface.text.light;
  return [
    `  "(initial)" [shape=circle, style=filled, label="", width=0.13, height=0.13, fixedsize=true, color="${color}", fillcolor="${color}"]`,
    `  "(initial)" -> ${quote(initial)}:title:w [color="${color}"]`,
  ];
}

/** Keeps the columns in their order, and each one's cards below each other (Graphviz turns LR graphs upside down). */
function columnsDot(columns: Columns): string[] {
  const chains = columns
    .filter(({ nodes }) => nodes.length > 1)
    .map(
      ({ nodes }) =>
        `  { rank=same; ${[...nodes].reverse().map(quote).join(' -> ')} [style=invis, weight=100] }`,
    );
  // Ties between neighbours keep clusters of one column in their order, which the chain alone does not.
  const ties = columns.flatMap(({ heads }, index) =>
    heads.flatMap((head, position) => {
      const neighbour = columns[index + 1]?.heads[position];
      return neighbour === undefined
        ? []
        : [`  ${quote(head)} -> ${quote(neighbour)} [style=invis, weight=10]`];
    }),
  );
  return [...chains, ...ties];
}

function arrowsDot({ path, rows }: Card, { isNear, columns }: Draw): string[] {
  const isSameColumn = (from: string, to: string): boolean =>
    columns.some(({ nodes }) => nodes.includes(from) && nodes.includes(to));
  return rows.flatMap((row, index) => {
    const { to } = row;
    if (to === undefined || !isNear(path, to)) return [];
    const color = timesTaken(row) === 0 ? surface.frameLine.light : lightTone(stateTone(to)).line;
    const side = isSameColumn(path, to) ? 'e' : 'w';
    return [
      `  ${quote(path)}:${portOf(index)}:e -> ${quote(to)}:title:${side} [color="${color}", constraint=false]`,
    ];
  });
}
