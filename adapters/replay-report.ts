/**
 * What `minit-replay` prints, as text and as JSON.
 *
 * @module
 */
import type { ReplayedEvent } from '../effects/replay';
import { describeDuration, describeTransition } from '../machines/describe';
import { describeEffect, describeEvent } from '../machines/describe-event';
import { toPlain } from '../machines/snapshot';
import { servicesInOrder, stateName } from '../machines/state';
import { statusOf } from '../machines/status';
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
    if (options.service === undefined) printServices(report, print);
    else for (const event of report.touching) printEvent(event, report.startedAt, print);
  }
  printVerdict(report, print);
}

function printHead(
  { header, state, eventCount, startedAt }: ReplayReport,
  print: (line: string) => void,
): void {
  const span = describeDuration(state.at - startedAt);
  print(
    `boot ${header.boot} of ${state.root} on ${header.host}, ${header.wallAt}, minit ${header.program}`,
  );
  print(
    `event ${String(state.seq)}, ${span} after the start; ${String(eventCount)} events folded; minit is ${state.init.value}`,
  );
}

function printServices({ state }: ReplayReport, print: (line: string) => void): void {
  const services = servicesInOrder(state).map((service) => statusOf(service, state.at));
  const width = Math.max(7, ...services.map(({ name }) => name.length));
  print(
    `${'service'.padEnd(width)}  ${'state'.padEnd(12)}  ${'want'.padEnd(4)}  ${'since'.padStart(11)}  why`,
  );
  for (const { name, state: value, want, since, reason } of services) {
    const duration = describeDuration(since * 1_000_000).padStart(11);
    print(`${name.padEnd(width)}  ${value.padEnd(12)}  ${want.padEnd(4)}  ${duration}  ${reason}`);
  }
}

function printEvent(
  { record, transitions }: ReplayedEvent,
  startedAt: number,
  print: (line: string) => void,
): void {
  const seconds = ((record.at - startedAt) / 1_000_000).toFixed(6);
  const cause = record.cause === undefined ? '' : ` (because of ${String(record.cause)})`;
  print(`${String(record.seq).padStart(7)}  +${seconds}  ${describeEvent(record.event)}${cause}`);
  for (const transition of transitions) {
    const { before, after } = transition;
    const from = before === undefined ? '' : `${stateName(before)} -> `;
    print(
      `           ${after.context.name}: ${from}${stateName(after)}  ${describeTransition(transition)}`,
    );
  }
  for (const effect of record.effects) print(`           ${describeEffect(effect)}`);
}

function printVerdict(
  { divergence, notes, eventCount }: ReplayReport,
  print: (line: string) => void,
): void {
  for (const note of notes) {
    if (note.kind === 'torn')
      print(
        `note: ${note.path}:${String(note.line)}: torn last line cut off (${String(note.tornBytes)} bytes)`,
      );
    if (note.kind === 'passed-over') print(`note: ${note.path} passed over: ${note.reason}`);
  }
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
      ...record,
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
