/**
 * What `minit-replay` prints, as text and as JSON.
 *
 * @module
 */
import type { ReplayedEvent } from '../effects/replay';
import { describeDuration, describeTransition } from '../machines/describe';
import { describeEffect, describeEvent } from '../machines/describe-event';
import { plainRecord } from '../machines/read-record';
import { toPlain } from '../machines/snapshot';
import { servicesInOrder, stateName, type SupervisorState } from '../machines/state';
import { statusOf } from '../machines/status';
import { noteTexts } from './log-notes';
import type { ReplayReport } from './replay-log';

export interface ReplayReportOptions {
  readonly service?: string;
  readonly json?: true;
  readonly verify?: true;
}

/** Prints line by line. */
export function printReport(
  report: ReplayReport,
  options: ReplayReportOptions,
  print: (line: string) => void,
): void {
  if (options.json) {
    print(JSON.stringify(asJson(report)));
    return;
  }
  if (!options.verify) {
    printHead(report, print);
    const lines =
      options.service === undefined
        ? serviceLines(report.state)
        : report.touching.flatMap((event) => eventLines(event, report.header.at));
    for (const line of lines) print(line);
  }
  printVerdict(report, print);
}

function printHead(
  { header, state, eventCount }: ReplayReport,
  print: (line: string) => void,
): void {
  const span = describeDuration(Math.max(0, state.at - header.at));
  print(
    `boot ${header.boot} of ${state.root} on ${header.host}, ${header.wallAt}, minit ${header.program}`,
  );
  print(
    `event ${String(state.seq)}, ${span} after the start; ${String(eventCount)} events folded; minit is ${state.init.value}`,
  );
}

/** The table of all services, its titles first. */
export function serviceLines(state: SupervisorState): string[] {
  const services = servicesInOrder(state).map((service) => statusOf(service, state.at));
  const width = Math.max(7, ...services.map(({ name }) => name.length));
  const titles = `${'service'.padEnd(width)}  ${'state'.padEnd(12)}  ${'want'.padEnd(4)}  ${'since'.padStart(11)}  why`;
  return [
    titles,
    ...services.map(({ name, state: value, want, since, reason }) => {
      const duration = describeDuration(since * 1_000_000).padStart(11);
      return `${name.padEnd(width)}  ${value.padEnd(12)}  ${want.padEnd(4)}  ${duration}  ${reason}`;
    }),
  ];
}

type ShownEvent = Pick<ReplayedEvent, 'record' | 'transitions'>;

/** What happened, in one line. `startedAt`, here and below: as `--at` counts, CLOCK_BOOTTIME µs. */
export function eventLine({ record }: ShownEvent, startedAt: number): string {
  const seconds = ((record.at - startedAt) / 1_000_000).toFixed(6);
  const cause = record.cause === undefined ? '' : ` (because of ${String(record.cause)})`;
  return `${String(record.seq).padStart(7)}  +${seconds}  ${describeEvent(record.event)}${cause}`;
}

/** What happened, what it changed, and what minit did. */
export function eventLines(event: ShownEvent, startedAt: number): string[] {
  const transitions = event.transitions.map((transition) => {
    const { before, after } = transition;
    const from = before === undefined ? '' : `${stateName(before)} -> `;
    return `           ${after.context.name}: ${from}${stateName(after)}  ${describeTransition(transition)}`;
  });
  const effects = event.record.effects.map((effect) => `           ${describeEffect(effect)}`);
  return [eventLine(event, startedAt), ...transitions, ...effects];
}

function printVerdict(
  { divergence, notes, eventCount }: ReplayReport,
  print: (line: string) => void,
): void {
  for (const text of noteTexts(notes)) print(`note: ${text}`);
  if (divergence === undefined) {
    print(`verified: ${String(eventCount)} events ask for the recorded effects again`);
    return;
  }
  const { seq, service, recorded, replayed } = divergence;
  print(`diverged at event ${String(seq)}${service === undefined ? '' : `, service ${service}`}:`);
  print(`  recorded: ${recorded === undefined ? 'nothing' : JSON.stringify(recorded)}`);
  print(`  replayed: ${replayed === undefined ? 'nothing' : JSON.stringify(replayed)}`);
}

function asJson({
  header,
  state,
  eventCount,
  touching,
  divergence,
  damage,
  notes,
}: ReplayReport): object {
  return {
    header,
    seq: state.seq,
    at: state.at,
    init: state.init.value,
    events: eventCount,
    services: servicesInOrder(state).map((service) => statusOf(service, state.at)),
    touching: touching.map(({ record, transitions }) => ({
      ...plainRecord(record),
      transitions: transitions.map(({ before, after }) => ({
        service: after.context.name,
        from: before === undefined ? null : stateName(before),
        to: stateName(after),
      })),
    })),
    verified: divergence === undefined && damage.length === 0,
    divergence: divergence ?? null,
    damage,
    notes,
    state: toPlain(state),
  };
}
