/**
 * A dependency graph in the language of Mermaid. Pure.
 *
 * @module
 */
import type { DependencyGraph, GraphDependency, GraphService } from './dependency-graph';
import { dependencyColor, instantWords, serviceTone, stateWords } from './dependency-style';
import { lightTone, type ToneName } from './palette';

/** Returns the graph as a Mermaid flow chart. Pure. */
export function dependenciesToMermaid({
  services,
  dependencies,
  instant,
}: DependencyGraph): string {
  // A name may be any word of Mermaid's own (`end`), so that ids are numbers.
  const idByName = new Map(services.map(({ name }, index) => [name, `s${String(index)}`]));
  const serviceByName = new Map(services.map((service) => [service.name, service]));
  const red = dependencies.flatMap((dependency, index) =>
    dependencyColor(dependency, serviceByName.get(dependency.to)) === lightTone('failed').line
      ? [String(index)]
      : [],
  );
  return [
    'flowchart LR',
    ...(instant === undefined ? [] : [`  %% ${instantWords(instant)}`]),
    ...services.map(
      (service) => `  ${idByName.get(service.name) ?? ''}${shapeOf(service)}:::${classOf(service)}`,
    ),
    ...dependencies.map(
      (dependency) =>
        `  ${idByName.get(dependency.from) ?? ''} ${arrowOf(dependency)} ${idByName.get(dependency.to) ?? ''}`,
    ),
    ...classDefinitions(services),
    ...(red.length > 0
      ? [`  linkStyle ${red.join(',')} stroke:${lightTone('failed').line},stroke-width:2px`]
      : []),
    '',
  ].join('\n');
}

function shapeOf({ name, mode, state }: GraphService): string {
  const safeName = name.replace(
    /[^\p{L}\p{N} ./_-]/gu,
    (character) => `#${String(character.codePointAt(0) ?? 0)};`,
  );
  const label = `"${safeName}${state === undefined ? '' : `<br/>${stateWords(state)}`}"`;
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

const classOf = (service: GraphService): string =>
  service.state === undefined ? service.mode : serviceTone(service);

function classDefinitions(services: readonly GraphService[]): string[] {
  const toneByClass = new Map<string, ToneName>(
    services.map((service) => [classOf(service), serviceTone(service)]),
  );
  return [...toneByClass].map(([name, tone]) => {
    const { fill, line, text } = lightTone(tone);
    return `  classDef ${name} fill:${fill},stroke:${line},color:${text}`;
  });
}
