/**
 * What is wrong between services: dependencies that do not exist, cycles, services that nothing
 * starts. The order is that of minit's own walk, so that a cycle is told at the very line that
 * minit will skip. Pure.
 *
 * @module
 */
import { findTangles, type Tangle } from './cycles';
import type { Dependency, ServiceName } from './definition';
import { describeErrorCode } from './describe-failure';
import { loggedService, nameProblem, showName } from './names';
import type { SurveyedService, TreeFinding, TreeSurvey } from './tree-facts';

/** Cycles that are told of services which are all in each other's way; there can be millions. */
export const cyclesToldMax = 10;

/** What minit starts without being asked by anybody: by a key (init(8)), or to end the system. */
const startedByMinit: readonly ServiceName[] = [
  'ctrlaltdel',
  'kbreq',
  'reboot',
  'halt',
  'poweroff',
];

/** Returns what is wrong with the dependencies of the tree, when `starts` are started. Pure. */
export function checkGraph(survey: TreeSurvey, starts: readonly ServiceName[]): TreeFinding[] {
  const serviceByName = new Map(survey.services.map((service) => [service.name, service]));
  const order = startOrder(serviceByName, [...starts, ...startedByMinit]);
  return [
    ...missingStarts(survey, serviceByName, starts),
    ...survey.services.flatMap((service) => missingDependencies(survey, serviceByName, service)),
    ...cycles(serviceByName, order),
    ...unreachable(survey, order, starts),
  ];
}

/** Returns what a service waits for, its own log service first, as minit walks them. Pure. */
export function dependenciesOf({
  name,
  definition,
}: Pick<SurveyedService, 'name' | 'definition'>): readonly Dependency[] {
  return definition.hasLog
    ? [{ name: `${name}/log`, line: 0 }, ...definition.depends]
    : definition.depends;
}

function missingStarts(
  { root, missing }: TreeSurvey,
  serviceByName: ReadonlyMap<ServiceName, SurveyedService>,
  starts: readonly ServiceName[],
): TreeFinding[] {
  return starts
    .filter((name) => !serviceByName.has(name))
    .map((name) => ({
      severity: 'error',
      file: `${root}/${name}`,
      service: name,
      code: 'start-missing',
      text: missingStartText(name, missing.get(name)?.code ?? 'ENOENT'),
    }));
}

function missingStartText(name: ServiceName, code: string): string {
  const problem = nameProblem(name);
  if (problem !== undefined) return `${showName(name)} names no service, as ${problem}`;
  if (code !== 'ENOENT') return unreadableText(name, code);
  return name === 'default'
    ? 'there is no service "default": minit starts only what its command line names (say so with --start NAME)'
    : `there is no service ${showName(name)} to start`;
}

const unreadableText = (name: ServiceName, code: string): string =>
  `the service ${showName(name)} cannot be read: ${describeErrorCode(code)} (${code})`;

function missingDependencies(
  { missing }: TreeSurvey,
  serviceByName: ReadonlyMap<ServiceName, SurveyedService>,
  service: SurveyedService,
): TreeFinding[] {
  return dependenciesOf(service).flatMap((dependency): TreeFinding[] => {
    if (serviceByName.has(dependency.name)) return [];
    const code = missing.get(dependency.name)?.code ?? 'ENOENT';
    const text =
      code === 'ENOENT'
        ? `there is no service ${showName(dependency.name)}: make it, or remove the line`
        : unreadableText(dependency.name, code);
    return [
      {
        severity: 'error',
        ...placeOf(service, dependency),
        service: service.name,
        code: 'dependency-missing',
        text,
      },
    ];
  });
}

function placeOf(
  { definition }: SurveyedService,
  { line }: Dependency,
): Pick<TreeFinding, 'file' | 'line'> {
  // Line 0 stands for the dependency that a log directory implies.
  return line === 0
    ? { file: `${definition.directory}/log` }
    : { file: `${definition.directory}/depends`, line };
}

interface StartOrder {
  /** Every service once: those that are reached from the starts, in the order in which minit meets them, then the others. */
  readonly names: readonly ServiceName[];
  readonly reachedCount: number;
}

function startOrder(
  serviceByName: ReadonlyMap<ServiceName, SurveyedService>,
  starts: readonly ServiceName[],
): StartOrder {
  const reached = new Set<ServiceName>();
  const walk = (start: ServiceName): void => {
    const waiting = [start];
    for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
      const service = serviceByName.get(name);
      if (service === undefined || reached.has(name)) continue;
      reached.add(name);
      waiting.push(
        ...dependenciesOf(service)
          .map((dependency) => dependency.name)
          .reverse(),
      );
    }
  };
  starts.forEach(walk);
  const reachedCount = reached.size;
  [...serviceByName.keys()].sort().forEach(walk);
  return { names: [...reached], reachedCount };
}

function cycles(
  serviceByName: ReadonlyMap<ServiceName, SurveyedService>,
  { names }: StartOrder,
): TreeFinding[] {
  const indexByName = new Map(names.map((name, index) => [name, index]));
  const services = names.flatMap((name) => serviceByName.get(name) ?? []);
  const adjacency = services.map((service) =>
    dependenciesOf(service).flatMap(({ name }) => indexByName.get(name) ?? []),
  );
  return findTangles(adjacency, cyclesToldMax).flatMap((tangle) =>
    tangleFindings(tangle, services),
  );
}

function tangleFindings(
  { members, cycles: found, hasMore }: Tangle,
  services: readonly SurveyedService[],
): TreeFinding[] {
  const findings = found.flatMap((cycle) =>
    cycleFinding(cycle.flatMap((node) => services[node] ?? [])),
  );
  const first = services[members[0] ?? -1];
  if (!hasMore || first === undefined) return findings;
  return [
    ...findings,
    {
      severity: 'error',
      file: `${first.definition.directory}/depends`,
      service: first.name,
      code: 'dependency-cycle',
      text: `more cycles go through the ${String(members.length)} services that depend on each other here: the first ${String(found.length)} are told`,
    },
  ];
}

/** Told at the line that closes the cycle: it is the one that minit skips. */
function cycleFinding(cycle: readonly SurveyedService[]): TreeFinding[] {
  const first = cycle[0];
  const last = cycle.at(-1);
  const closing = last && dependenciesOf(last).find(({ name }) => name === first?.name);
  if (first === undefined || last === undefined || closing === undefined) return [];
  const path = [...cycle, first].map(({ name }) => name).join(' -> ');
  return [
    {
      severity: 'error',
      ...placeOf(last, closing),
      service: last.name,
      code: 'dependency-cycle',
      text: `the dependency closes the cycle ${path}: minit skips it; remove one of these dependencies`,
    },
  ];
}

function unreachable(
  { services }: TreeSurvey,
  { names, reachedCount }: StartOrder,
  starts: readonly ServiceName[],
): TreeFinding[] {
  const unreached = new Set(names.slice(reachedCount));
  // Without a place to start from, nothing is reached, and that is told already.
  if (!services.some(({ name }) => starts.includes(name))) return [];
  const present = new Set(names);
  return (
    services
      // What is to be told of a log service is told of the service whose output it logs.
      .filter(({ name }) => unreached.has(name) && !present.has(loggedService(name) ?? ''))
      .map(({ name, definition }) => ({
        severity: 'note',
        file: definition.directory,
        service: name,
        code: 'unreachable',
        text: `not reached from ${starts.join(' or ')}: it starts only when somebody asks for it`,
      }))
  );
}
