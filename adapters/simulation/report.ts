/**
 * What a simulation found, for people and for programs. The same simulation reads the same, byte for byte:
 * how long it took is not in it.
 *
 * @module
 */
import { describeIncident } from './incidents';
import type { ShrunkFinding, Simulation } from './simulate';

/** Returns the lines of the report. */
export function simulationText(simulation: Simulation, firstSeed: number): string[] {
  const { runs, events, services, findings, isCutShort } = simulation;
  const seeds = runs === 0 ? '' : `, seeds ${String(firstSeed)} to ${String(firstSeed + runs - 1)}`;
  return [
    ...findings.flatMap(findingLines),
    `${count(runs, 'run')}${seeds}: ${count(services, 'service')}, ${count(events, 'event')}, ${count(findings.length, 'finding')}`,
    ...(isCutShort ? ['stopped: that is enough to begin with'] : []),
  ];
}

function findingLines({ finding, runs, scenario, incidentsAtFirst }: ShrunkFinding): string[] {
  const { kind, text } = finding;
  const { incidents, seed } = scenario;
  if (kind === 'never-up') return [`${kind}: ${text}`];
  if (incidents.length === 0) return [`${kind}: ${text}`, '  without any incident'];
  return [
    `${kind}: ${text}`,
    `  seed ${String(seed)}, in ${count(runs, 'run')}; shortest schedule, ${String(incidents.length)} of ${count(incidentsAtFirst, 'incident')}:`,
    ...incidents.map((incident) => `    ${describeIncident(incident)}`),
  ];
}

const count = (amount: number, noun: string): string =>
  `${String(amount)} ${noun}${amount === 1 ? '' : 's'}`;

/** The report as data, without the records. */
export function simulationJson({ findings, ...totals }: Simulation, seed: number): string {
  const told = findings.map(({ finding, records, scenario, ...rest }) => ({
    kind: finding.kind,
    service: finding.service ?? null,
    text: finding.text,
    ...rest,
    seed: scenario.seed,
    incidents: scenario.incidents.map((incident) => ({
      ...incident,
      text: describeIncident(incident),
    })),
    events: records.length,
  }));
  return JSON.stringify({ seed, ...totals, findings: told }, undefined, 2);
}
