/**
 * Reads the journal of the program that ran before: the state it had come to, and all that was its.
 *
 * @module
 */
import { readSync } from 'node:fs';
import { Outstanding, type Asked } from '../../effects/outstanding';
import type { LogRecord } from '../../effects/ports';
import type { ExitStatus } from '../../machines/events';
import { fold } from '../../machines/fold';
import type { LoggedRecord, LogSnapshot } from '../../machines/log-format';
import { withWholeReplies } from '../../machines/recorded-replies';
import { fromPlain, type PlainState } from '../../machines/snapshot';
import type { SupervisorState } from '../../machines/state';
import type { Gap } from '../event-log/held-records';
import { recordJson } from '../event-log/records';
import type { HeldLog } from '../event-log/writer-options';
import type { Reaped } from '../libc/wait';
import type { BootFacts, KeptFiles } from './journal';
import type { FailureReason } from './reasons';
import type { VitalPage } from './vital-page';

export interface Legacy {
  readonly facts: BootFacts;
  readonly state: SupervisorState;
  readonly outstanding: Outstanding;
  readonly kept: ReadonlyMap<string, KeptFiles>;
  /** Children that were reaped while nobody could take note of it but here, by PID. */
  readonly ended: ReadonlyMap<number, ExitStatus>;
  /** What may not be in the event log yet. */
  readonly held: HeldLog;
  /** The state that the journal begins with. */
  readonly base: LogSnapshot;
  /** Records that are on record, but whose effects may not all have been performed. */
  readonly unperformed: readonly LogRecord[];
  readonly reason: FailureReason | undefined;
}

type Line =
  | { readonly facts: BootFacts }
  | ({ readonly kept: string } & KeptFiles)
  | { readonly dropped: string }
  | { readonly gap: Gap }
  /** `count`: how often minit had been executed anew; an older version does not say. */
  | { readonly reason: FailureReason; readonly count?: number }
  | { readonly ended: Reaped }
  | { readonly state: PlainState; readonly outstanding: readonly Asked[] }
  | LoggedRecord;

/** What has been read so far. A base begins with the facts, and all before it is void. */
interface Reading {
  facts: BootFacts | undefined;
  kept: Map<string, KeptFiles>;
  ended: Map<number, ExitStatus>;
  gap: Gap | undefined;
  records: LogRecord[];
  base: LogSnapshot | undefined;
  state: SupervisorState | undefined;
  outstanding: Outstanding;
  noted: { readonly reason: FailureReason; readonly count?: number } | undefined;
}

const nothing = (): Reading => ({
  facts: undefined,
  kept: new Map(),
  ended: new Map(),
  gap: undefined,
  records: [],
  base: undefined,
  state: undefined,
  outstanding: new Outstanding(),
  noted: undefined,
});

/** Returns all that the program before has left, or `undefined` where it came to no first turn. */
export function readJournal(fd: number, page: VitalPage): Legacy | undefined {
  if (page.begin === 0) return undefined;
  const bytes = Buffer.alloc(page.end - page.begin);
  for (let done = 0; done < bytes.length;) {
    const count = readSync(fd, bytes, done, bytes.length - done, page.begin + done);
    if (count === 0) return undefined;
    done += count;
  }
  const reading = nothing();
  for (let start = 0; start < bytes.length;) {
    const end = bytes.indexOf('\n', start);
    take(reading, JSON.parse(bytes.toString('utf8', start, end)) as Line);
    start = end + 1;
  }
  return legacyOf(reading, page);
}

function take(reading: Reading, line: Line): void {
  if ('facts' in line) Object.assign(reading, nothing(), { facts: line.facts });
  else if ('kept' in line) reading.kept.set(line.kept, line);
  else if ('dropped' in line) reading.kept.delete(line.dropped);
  else if ('gap' in line) reading.gap = line.gap;
  else if ('reason' in line) reading.noted = line;
  else if ('ended' in line) takeEnded(reading, line.ended);
  else if ('state' in line) {
    reading.state = fromPlain(line.state);
    reading.base = { seq: reading.state.seq, state: line.state };
    reading.outstanding = new Outstanding(line.outstanding);
  } else takeRecord(reading, line);
}

/** The first end of a PID is that of the process which is on record. */
function takeEnded({ ended }: Reading, { pid, status }: Reaped): void {
  if (!ended.has(pid)) ended.set(pid, status);
}

/** Before the state they are in it already, and stand there for the event log. */
function takeRecord(reading: Reading, record: LoggedRecord): void {
  if (reading.state === undefined) {
    reading.records.push(record);
    return;
  }
  // The ends are events of the turn that this one begins.
  if (record.event.type === 'SupervisorResumed') reading.ended.clear();
  const { state, effects } = fold(reading.state, record);
  reading.state = state;
  reading.outstanding.note(record);
  reading.records.push({ ...record, effects: withWholeReplies(record.effects, effects) });
}

function legacyOf(
  reading: Reading,
  { performedSeq, count }: Pick<VitalPage, 'performedSeq' | 'count'>,
): Legacy | undefined {
  const { facts, kept, ended, gap, records, base, state, outstanding, noted } = reading;
  if (facts === undefined || base === undefined || state === undefined) return undefined;
  // It failed at the very first event, which is in no journal: whoever went on from here would start nothing.
  if (state.seq === 0) return undefined;
  return {
    facts,
    state,
    outstanding,
    kept,
    ended,
    // A program that ended before it could note anything must not be taken for the update before it.
    reason: noted !== undefined && count <= (noted.count ?? count) + 1 ? noted.reason : undefined,
    held: {
      lines: records.map((record) => ({ seq: record.seq, json: recordJson(record) })),
      ...(gap && { gap }),
    },
    base,
    unperformed: records.filter(({ seq }) => seq > performedSeq),
  };
}
