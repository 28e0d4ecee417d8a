/**
 * The format of the event log: what its lines say, apart from how they are stored. JSON Lines;
 * the first line of a segment is a header, the second may be a snapshot of the state, all others
 * are records. An old log is brought up to the present format here, record by record. Pure.
 *
 * @module
 */
import type { Effect } from './effects';
import type { RecordedEvent } from './events';

/** Raised when a record changes its shape; an upcaster for the version before comes with it. */
export const logFormatVersion = 1;

/** Names the format in the first line of a segment. */
export const logFormatName = 'event-log';

/** What is known of one boot when it begins; the same in all its segments. */
export interface LogHeader {
  /** A UUID for this run of minit: the segments that carry it are one series. */
  readonly boot: string;
  /** The same instant by the wall clock (ISO 8601, UTC) and by CLOCK_BOOTTIME (µs). */
  readonly wallAt: string;
  readonly at: number;
  /** minit's version. */
  readonly program: string;
  /** Behaviour flags that the fold must honour. */
  readonly flags: readonly string[];
  readonly argv: readonly string[];
  readonly host: string;
  /** Node.js version. */
  readonly node: string;
}

/** First line of a segment. */
export interface SegmentHeader extends LogHeader {
  readonly minit: typeof logFormatName;
  readonly version: number;
  /** 1, 2, 3, … within the boot. */
  readonly segment: number;
  /** First and last seq that could neither be written nor held; the snapshot stands for them. */
  readonly dropped?: readonly [from: number, to: number];
}

/** Second line of a segment that does not begin at the first event: the state after `seq`. */
export interface LogSnapshot {
  readonly seq: number;
  readonly state: unknown;
}

/** An event with the effects that the fold asked for. */
export interface LoggedRecord extends RecordedEvent {
  readonly effects: readonly Effect[];
}

export type HeaderProblem = 'foreign' | 'unknown-version';

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isStrings = (value: unknown): boolean =>
  Array.isArray(value) && value.every((item) => typeof item === 'string');

const isSeq = (value: unknown): value is number =>
  Number.isSafeInteger(value) && (value as number) > 0;

/** Returns the header that the first line of a segment holds, or why it is none. Pure. */
export function parseHeader(value: unknown): SegmentHeader | HeaderProblem {
  if (!isObject(value) || value['minit'] !== logFormatName || typeof value['version'] !== 'number')
    return 'foreign';
  if (value['version'] < 1 || value['version'] > logFormatVersion) return 'unknown-version';
  const texts = ['boot', 'wallAt', 'program', 'host', 'node'];
  const isHeader =
    texts.every((key) => typeof value[key] === 'string') &&
    isSeq(value['segment']) &&
    typeof value['at'] === 'number' &&
    isStrings(value['flags']) &&
    isStrings(value['argv']);
  return isHeader ? (value as unknown as SegmentHeader) : 'foreign';
}

/** Returns the snapshot that a line holds, or `undefined` when it is no snapshot. Pure. */
export function parseSnapshot(value: unknown): LogSnapshot | undefined {
  if (!isObject(value) || !('snapshot' in value)) return undefined;
  return Number.isSafeInteger(value['seq'])
    ? { seq: value['seq'] as number, state: value['snapshot'] }
    : undefined;
}

/** Brings a record of the version with this number to the next one. */
type Upcaster = (record: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>;

/** None yet: there has been one version only. */
const upcasterByVersion: Readonly<Record<number, Upcaster>> = {};

/**
 * Returns a record that was written in format `version` as one of the present format, or what is
 * wrong with it. Pure.
 */
export function upcastRecord(version: number, value: unknown): LoggedRecord | string {
  if (!isObject(value)) return 'the line holds no record';
  let record = value;
  for (let from = version; from < logFormatVersion; from += 1)
    record = upcasterByVersion[from]?.(record) ?? record;
  const problem = recordProblem(record);
  if (problem !== undefined) return problem;
  const { seq, at, cause, event, effects } = record;
  if (!Array.isArray(effects)) return '"effects" is no list';
  // The check belongs to the line, not to the record.
  const upcast =
    cause === undefined ? { seq, at, event, effects } : { seq, at, cause, event, effects };
  return upcast as unknown as LoggedRecord;
}

/** Returns what is wrong with the members of a record, its effects left out. Pure. */
export function recordProblem(value: unknown): string | undefined {
  if (!isObject(value)) return 'the line holds no record';
  const { seq, at, cause, event } = value;
  if (!isSeq(seq)) return '"seq" is no sequence number';
  if (typeof at !== 'number') return '"at" is no time';
  if (cause !== undefined && !isSeq(cause)) return '"cause" is no sequence number';
  if (!isObject(event) || typeof event['type'] !== 'string') return '"event" is no event';
  return undefined;
}
