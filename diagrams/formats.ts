/**
 * Which formats there are, and the one door to each exporter. Pure.
 *
 * @module
 */
import { dependenciesToDot } from './dependency-dot';
import type { DependencyGraph } from './dependency-graph';
import { dependenciesToMermaid } from './dependency-mermaid';
import type { Chart } from './statechart';
import { chartToDot } from './statechart-dot';
import { chartToJson } from './statechart-json';
import { chartToMermaid } from './statechart-mermaid';
import { chartToScxml } from './statechart-scxml';
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
