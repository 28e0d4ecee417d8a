/**
 * Which formats there are, and the one door to each exporter. Pure.
 *
 * @module
 */
import { dependenciesToDot } from './dependency-dot';
import type { DependencyGraph } from './dependency-graph';
import { dependenciesToMermaid } from './dependency-mermaid';
import { instantWords } from './dependency-style';
import type { ChartTally } from '../insight/chart-tally';
import { serviceMachine } from '../machines/xstate-machines';
import { chartOf, type Chart } from './statechart';
import { chartToDot, drawingToDot } from './statechart-dot';
import { drawingOf } from './statechart-drawing';
import { chartToJson } from './statechart-json';
import { chartToMermaid, drawingToMermaid } from './statechart-mermaid';
import { chartToScxml } from './statechart-scxml';
import { withVisits } from './statechart-visits';
import { dotToSvg, type LayOut } from './svg';

export const formats = ['mermaid', 'dot', 'svg', 'json', 'scxml'] as const;
export type Format = (typeof formats)[number];

/** Returns the format that a file name asks for by its ending. Pure. */
export function formatOfFile(path: string): Format | undefined {
  const ending = /\.([a-z]+)$/u.exec(path)?.[1] ?? '';
  return ending === 'mmd' || ending === 'md'
    ? 'mermaid'
    : formats.find((format) => format === ending);
}

/** Returns the ending of a picture that is none of ours: whoever asks for one does not want Mermaid in it. Pure. */
export const foreignPicture = (path: string): string | undefined =>
  /\.(png|jpe?g|gif|webp|pdf|e?ps)$/u.exec(path)?.[1];

/** Returns the chart in `format`. `layOut` is called for a picture only. Pure. */
export function chartAs(chart: Chart, format: Format, layOut: LayOut): string {
  switch (format) {
    case 'mermaid':
      return chartToMermaid(chart);
    case 'dot':
      return chartToDot(chart);
    case 'svg':
      return dotToSvg(chartToDot(chart), `The states of the machine "${chart.id}"`, layOut);
    case 'json':
      return chartToJson(chart);
    case 'scxml':
      return chartToScxml(chart);
  }
}

/** What one service went through, up to an instant. */
export interface CountedChart {
  readonly service: string;
  readonly instant: NonNullable<DependencyGraph['instant']>;
  /** The log begins after this event; 0 where it is whole. */
  readonly beginsAfter: number;
  readonly tally: ChartTally;
}

/** Returns the chart of a service's machine with what was counted, in `format`. Pure. */
export function chartTallyAs(
  counted: CountedChart,
  format: Exclude<Format, 'scxml'>,
  layOut: LayOut,
): string {
  const drawing = () =>
    withVisits(drawingOf(chartOf(serviceMachine)), counted.tally, about(counted));
  switch (format) {
    case 'mermaid':
      return drawingToMermaid(drawing());
    case 'dot':
      return drawingToDot(drawing(), serviceMachine.id);
    case 'svg':
      return dotToSvg(drawingToDot(drawing(), serviceMachine.id), about(counted), layOut);
    case 'json': {
      const { tally, ...about } = counted;
      return `${JSON.stringify({ ...about, ...tally }, undefined, 2)}\n`;
    }
  }
}

function about({ service, instant, beginsAfter }: CountedChart): string {
  const from = beginsAfter === 0 ? '' : ` from event ${String(beginsAfter)}, where the log begins,`;
  return `${service}${from} up to ${instantWords(instant)}. 3×: how often it entered the state, or went that way; then the time it spent there. Grey: never. Thick: where it was then`;
}

/** Returns the dependency graph in `format`. Pure. */
export function dependenciesAs(
  graph: DependencyGraph,
  format: Exclude<Format, 'scxml'>,
  layOut: LayOut,
): string {
  switch (format) {
    case 'mermaid':
      return dependenciesToMermaid(graph);
    case 'dot':
      return dependenciesToDot(graph);
    case 'svg':
      return dotToSvg(dependenciesToDot(graph), 'What depends on what', layOut);
    case 'json':
      return `${JSON.stringify(graph, undefined, 2)}\n`;
  }
}
