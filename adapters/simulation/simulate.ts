/**
 * Many simulated runs of one tree, one seed after the other, and what they brought to light.
 *
 * @module
 */
import type { LogRecord } from '../../effects/ports';
import type { ServiceName } from '../../machines/definition';
import { drawScenario, type FaultKind } from './draw';
import type { Finding } from './findings';
import type { Scenario } from './incidents';
import { runScenario, type Run, type RunOptions } from './run';
import { shrink } from './shrink';
import type { SimulatedTree } from './tree';

export interface SimulationOptions extends RunOptions {
  readonly runs: number;
  /** Of the first run; the next ones have the next seeds. */
  readonly seed: number;
  readonly faults: readonly FaultKind[];
  /** So many different findings are enough to begin with. */
  readonly findingsMax?: number;
}

/** The same finding in one run or more, told by its shortest schedule. */
export interface ShrunkFinding {
  readonly finding: Finding;
  /** How many runs showed it. */
  readonly runs: number;
  /** Incidents in the run that showed it first. */
  readonly incidentsAtFirst: number;
  readonly scenario: Scenario;
  readonly records: readonly LogRecord[];
}

export interface Simulation {
  readonly runs: number;
  readonly events: number;
  readonly services: number;
  /** Enough was found before all runs were made. */
  readonly isCutShort: boolean;
  readonly findings: readonly ShrunkFinding[];
}

export const findingsMaxDefault = 5;
const seedMax = 2 ** 31;

/** Simulates until all runs are made, or enough was found. */
export function simulate(simulated: SimulatedTree, asked: SimulationOptions): Simulation {
  const calm: Scenario = { seed: asked.seed, incidents: [] };
  const first = runScenario(simulated, calm, asked);
  // Who folds otherwise may do so in another way each time.
  const options = { ...asked, known: asked.fold === undefined ? first.path : [] };
  const findings = new Map<string, ShrunkFinding>();
  for (const finding of [...first.neverUp, ...(first.finding ? [first.finding] : [])])
    findings.set(finding.key, { ...shrunkOf(first, calm, finding), incidentsAtFirst: 0 });
  const ofTree = findings.size;
  const services = servicesIn(first);
  const enough = ofTree + (options.findingsMax ?? findingsMaxDefault);
  let [runs, events] = [0, first.records.length];
  while (runs < options.runs && findings.size < enough) {
    const seed = (options.seed + runs) % seedMax;
    const scenario = drawScenario(seed, { services, faults: options.faults });
    const run = runScenario(simulated, scenario, options);
    runs += 1;
    events += run.records.length;
    const { finding } = run;
    if (finding === undefined) continue;
    const known = findings.get(finding.key);
    findings.set(
      finding.key,
      known === undefined
        ? shrinkRun(simulated, { scenario, finding }, options)
        : { ...known, runs: known.runs + 1 },
    );
  }
  const isCutShort = runs < options.runs;
  return { runs, events, services: services.length, isCutShort, findings: [...findings.values()] };
}

/** What the boot reaches: incidents elsewhere would change nothing. */
const servicesIn = ({ records }: Run): ServiceName[] =>
  records
    .flatMap(({ event }) => (event.type === 'ServiceRead' ? [event.service] : []))
    .filter(isFirst);

const isFirst = <T>(value: T, index: number, all: readonly T[]): boolean =>
  all.indexOf(value) === index;

const shrunkOf = (
  run: Run,
  scenario: Scenario,
  finding: Finding,
): Omit<ShrunkFinding, 'incidentsAtFirst'> => ({
  finding,
  runs: 1,
  scenario,
  records: run.records,
});

interface Failure {
  readonly scenario: Scenario;
  readonly finding: Finding;
}

function shrinkRun(
  simulated: SimulatedTree,
  { scenario, finding }: Failure,
  options: RunOptions,
): ShrunkFinding {
  const again = (candidate: Scenario): Run => runScenario(simulated, candidate, options);
  const shortest = shrink(scenario, (candidate) => again(candidate).finding?.key === finding.key);
  const run = again(shortest);
  return {
    ...shrunkOf(run, shortest, run.finding ?? finding),
    incidentsAtFirst: scenario.incidents.length,
  };
}
