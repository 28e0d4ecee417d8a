/**
 * A chart in the language of Graphviz: inner states as clusters, arrows in the tone of the state
 * that they lead to. Pure.
 *
 * @module
 */
import { escapeXml } from './statechart-scxml';
import { lightTone, stateTone, surface } from './palette';
import type { Chart } from './statechart';
import { drawingOf, type Arrow, type Box, type Drawing, type Label } from './statechart-drawing';
import { eventWords, guardWords, words } from './statechart-words';

/** The only one without serifs whose widths Graphviz knows by heart; the SVG gets a list of its equals. */
export const fontName = 'Arial';

/** Returns the chart as a DOT document. Pure. */
export function chartToDot(chart: Chart): string {
  const drawing = drawingOf(chart);
  const first = JSON.stringify(drawing.initial);
  return [
    `digraph ${JSON.stringify(chart.id)} {`,
    `  graph [compound=true, rankdir=TB, nodesep=0.35, ranksep=0.55, pad=0.3, fontname="${fontName}", bgcolor="${surface.background.light}"]`,
    `  node [shape=box, style="rounded,filled", fontname="${fontName}", fontsize=13, margin="0.16,0.08", height=0.4, penwidth=1.4]`,
    `  edge [fontname="${fontName}", fontsize=10, arrowsize=0.7, penwidth=1.2]`,
    ...drawing.boxes.flatMap((box) => boxDot(box, '  ')),
    `  "(initial)" [shape=circle, style=filled, label="", width=0.14, height=0.14, fixedsize=true, color="${surface.text.light}", fillcolor="${surface.text.light}"]`,
    `  "(initial)" -> ${first} [color="${surface.text.light}"]`,
    ...drawing.arrows.map((arrow) => `  ${arrowDot(arrow, drawing)}`),
    '}',
    '',
  ].join('\n');
}

function boxDot(box: Box, indent: string): string[] {
  const tone = lightTone(stateTone(box.path));
  if (box.boxes.length === 0) {
    const attributes = `label=<${boxLabel(box)}>, color="${tone.line}", fillcolor="${tone.fill}", fontcolor="${tone.text}"`;
    return [`${indent}${JSON.stringify(box.path)} [${attributes}]`];
  }
  const line = box.isFrame ? surface.frameLine.light : tone.line;
  const fill = box.isFrame ? surface.frameFill.light : tone.fill;
  return [
    `${indent}subgraph ${clusterName(box.path)} {`,
    `${indent}  label=<${boxLabel(box)}>; labeljust=l; margin=14; fontsize=13; fontcolor="${tone.text}"`,
    `${indent}  style="rounded,filled${box.isFrame ? ',dashed' : ''}"; color="${line}"; fillcolor="${fill}"; penwidth=1.4`,
    ...(box.isFrame ? [`${indent}  rank=same`] : []),
    ...box.boxes.flatMap((inner) => boxDot(inner, `${indent}  `)),
    `${indent}}`,
  ];
}

const clusterName = (path: string): string => JSON.stringify(`cluster ${path}`);

function boxLabel({ title, activities }: Box): string {
  const lines = activities.map((label) => small(`${plainLabel(label)}${label.to === undefined ? '' : ` → ${label.to}`}`));
  return [`<b>${escapeXml(title)}</b>`, ...lines].join('<br align="left"/>') + (lines.length > 0 ? '<br align="left"/>' : '');
}

const small = (text: string): string =>
  `<font point-size="9.5" color="${surface.smallPrint.light}">${escapeXml(text)}</font>`;

/** `stop requested [wanted up] / send terminate`, in one line. */
export function plainLabel({ events, guard, effects }: Label): string {
  const parts = [
    ...(events.length > 0 ? [eventWords(events)] : []),
    ...(guard === undefined ? [] : [`[${guardWords(guard)}]`]),
    ...(effects.length > 0 ? [`/ ${effects.map(words).join(', ')}`] : []),
  ];
  return parts.join(' ');
}

function arrowDot({ from, to, labels }: Arrow, { boxes }: Drawing): string {
  const tone = lightTone(stateTone(to));
  const outer = boxes.find(({ path, boxes: inner }) => path === from && inner.length > 0);
  const tail = outer === undefined ? from : tailIn(outer, to);
  const attributes = [
    `label=<${labels.map(arrowLabel).join('<br align="left"/>')}<br align="left"/>>`,
    `color="${tone.line}"`,
    `fontcolor="${tone.text}"`,
    ...(outer === undefined ? [] : [`ltail=${clusterName(from)}`]),
  ];
  return `${JSON.stringify(tail)} -> ${JSON.stringify(to)} [${attributes.join(', ')}]`;
}

/** Graphviz ties an arrow to a node even where it is to begin at the cluster around it. */
const tailIn = ({ boxes }: Box, _to: string): string => boxes[0]?.path ?? '';

function arrowLabel({ events, guard, effects }: Label): string {
  const head = [
    ...(events.length > 0 ? wrap(eventWords(events)).map((line) => `<b>${escapeXml(line)}</b>`) : []),
    ...(guard === undefined ? [] : wrap(`[${guardWords(guard)}]`).map((line) => `<i>${escapeXml(line)}</i>`)),
  ];
  const tail = effects.length > 0 ? wrap(`/ ${effects.map(words).join(', ')}`).map(small) : [];
  return [...head, ...tail].join('<br align="left"/>');
}

/** Lines of about this many characters keep the picture narrow. */
const lineLengthMax = 26;

function wrap(text: string): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const line = lines.at(-1);
    if (line !== undefined && line.length + word.length < lineLengthMax) lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(word);
  }
  return lines;
}
