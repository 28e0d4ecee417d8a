/**
 * A dependency graph in the language of Graphviz: what is started first stands at the right. Pure.
 *
 * @module
 */
import type { DependencyGraph, GraphDependency, GraphService } from './dependency-graph';
import {
  dependencyColor,
  instantWords,
  modeTones,
  serviceTone,
  stateWords,
} from './dependency-style';
import { escapeXml } from './escape-xml';
import { lightTone, stateTone, surface } from './palette';

const shapes: Readonly<Record<GraphService['mode'], string>> = {
  respawn: 'box',
  sync: 'box',
  oneshot: 'box',
  bundle: 'folder',
  missing: 'box',
};

const styles: Readonly<Record<GraphService['mode'], string>> = {
  respawn: 'rounded,filled',
  sync: 'filled',
  oneshot: 'rounded,filled',
  bundle: 'filled',
  missing: 'rounded,filled,dashed',
};

/** Returns the graph as a DOT document. Pure. */
export function dependenciesToDot(graph: DependencyGraph): string {
  const serviceByName = new Map(graph.services.map((service) => [service.name, service]));
  return [
    'digraph dependencies {',
    `  graph [rankdir=LR, nodesep=0.22, ranksep=0.7, pad=0.25, fontname="Arial", fontsize=10, bgcolor="${surface.background.light}", label=<${legend(graph)}>, labeljust=l]`,
    '  node [fontname="Arial", fontsize=12, height=0.3, margin="0.14,0.06", penwidth=1.3]',
    '  edge [arrowsize=0.65, penwidth=1.3]',
    ...graph.services.map((service) => `  ${serviceDot(service)}`),
    ...graph.services.flatMap(({ name, logs }) =>
      logs === undefined ? [] : [`  { rank=same; ${quote(logs)}; ${quote(name)} }`],
    ),
    ...graph.dependencies.map(
      (dependency) => `  ${dependencyDot(dependency, serviceByName.get(dependency.to))}`,
    ),
    '}',
    '',
  ].join('\n');
}

const quote = (text: string): string => JSON.stringify(text);

function serviceDot(service: GraphService): string {
  const { name, mode, logs, state } = service;
  const { fill, line, text } = lightTone(serviceTone(service));
  const title =
    logs === undefined
      ? `<b>${escapeXml(name)}</b>`
      : `<font point-size="10">${escapeXml(name)}</font>`;
  const label =
    state === undefined
      ? title
      : `${title}<br/><font point-size="9">${escapeXml(stateWords(state))}</font>`;
  const size = logs === undefined ? '' : ', height=0.2, margin="0.1,0.03"';
  return `${quote(name)} [label=<${label}>, shape=${shapes[mode]}, style="${styles[mode]}", color="${line}", fillcolor="${fill}", fontcolor="${text}"${size}]`;
}

function dependencyDot(dependency: GraphDependency, to: GraphService | undefined): string {
  const { from, kind, isInCycle } = dependency;
  const look = {
    hard: 'style=solid',
    soft: 'style=dashed',
    log: 'style=dotted, arrowhead=dot, arrowsize=0.5',
  }[kind];
  return `${quote(from)} -> ${quote(dependency.to)} [${look}, color="${dependencyColor(dependency, to)}"${isInCycle ? ', penwidth=2' : ''}]`;
}

function legend(graph: DependencyGraph): string {
  const lines =
    '&#8212;&#8594; starts when that has terminated &#160; - -&#8594; when that has been started &#160; &#183;&#183;&#183;&#8226; is logged by';
  const words = graph.instant === undefined ? modeLegend(graph) : stateLegend(graph);
  const cycle = graph.dependencies.some(({ isInCycle }) => isInCycle)
    ? ` &#160; ${colored('&#8212;&#8594; is in a cycle', 'failed')}`
    : '';
  return `<font color="${surface.smallPrint.light}">${words.join(' &#160; ')} &#160; ${lines}${cycle}</font>`;
}

const colored = (word: string, tone: Parameters<typeof lightTone>[0]): string =>
  `<font color="${lightTone(tone).text}"><b>${word}</b></font>`;

/** What goes wrong has a word only where it does. */
const modeLegend = ({ services }: DependencyGraph): string[] =>
  (['respawn', 'sync', 'oneshot', 'bundle', 'missing'] as const)
    .filter((mode) => mode !== 'missing' || services.some((service) => service.mode === mode))
    .map((mode) => colored(mode, modeTones[mode]));

/** When it was so; each box says its state, and its shape the mode. */
function stateLegend({ instant, services }: DependencyGraph): string[] {
  const counts = new Map<string, number>();
  for (const { state = '' } of services) {
    const [outer = ''] = state.split('.');
    counts.set(outer, (counts.get(outer) ?? 0) + 1);
  }
  const states = [...counts].map(([state, count]) =>
    colored(`${String(count)} ${stateWords(state)}`, stateTone(state)),
  );
  return [...(instant === undefined ? [] : [`${instantWords(instant)}:`]), ...states];
}
