/**
 * A dependency graph in the language of Mermaid. Pure.
 *
 * @module
 */
import type { DependencyGraph, GraphDependency, GraphService } from './dependency-graph';
import { dependencyColor, modeTones } from './dependency-style';
import { lightTone } from './palette';

/** Returns the graph as a Mermaid flow chart. Pure. */
export function dependenciesToMermaid({ services, dependencies }: DependencyGraph): string {
  // A name may be any word of Mermaid's own (`end`), so that ids are numbers.
  const idByName = new Map(services.map(({ name }, index) => [name, `s${String(index)}`]));
  const serviceByName = new Map(services.map((service) => [service.name, service]));
  const modes = [...new Set(services.map(({ mode }) => mode))];
  const red = dependencies.flatMap((dependency, index) =>
    dependencyColor(dependency, serviceByName.get(dependency.to)) === lightTone('failed').line
      ? [String(index)]
      : [],
  );
  return [
    'flowchart LR',
    ...services.map(
      (service) => `  ${idByName.get(service.name) ?? ''}${shapeOf(service)}:::${service.mode}`,
    ),
    ...dependencies.map(
      (dependency) =>
        `  ${idByName.get(dependency.from) ?? ''} ${arrowOf(dependency)} ${idByName.get(dependency.to) ?? ''}`,
    ),
    ...modes.map(classDefinition),
    ...(red.length > 0
      ? [`  linkStyle ${red.join(',')} stroke:${lightTone('failed').line},stroke-width:2px`]
      : []),
    '',
  ].join('\n');
}

function shapeOf({ name, mode }: GraphService): string {
  const label = `"${name.replace(/[^\p{L}\p{N} ./_-]/gu, (character) => `#${String(character.codePointAt(0) ?? 0)};`)}"`;
  switch (mode) {
    case 'respawn':
    case 'oneshot':
      return `(${label})`;
    case 'sync':
      return `[${label}]`;
    case 'bundle':
      return `[[${label}]]`;
    case 'missing':
      return `{{${label}}}`;
  }
}

const arrowOf = ({ kind }: GraphDependency): string =>
  ({ hard: '-->', soft: '-.->', log: '-.-o' })[kind];

function classDefinition(mode: GraphService['mode']): string {
  const { fill, line, text } = lightTone(modeTones[mode]);
  return `  classDef ${mode} fill:${fill},stroke:${line},color:${text}`;
}
