/**
 * Reads the segments of one boot, one after the other, from the beginning or from a place where an
 * earlier reading was. The first line that is not right ends it.
 *
 * @module
 */
import { closeSync, openSync } from 'node:fs';
import {
  parseSnapshot,
  type LoggedRecord,
  type LogSnapshot,
  type SegmentHeader,
} from '../../machines/log-format';
import type { ParseRecord } from '../../machines/read-record';
import { systemErrorOf } from '../system-error';
import type { Segment } from './headers';
import { readLines, type FileLine } from './lines';
import { checkLength, verifyLine } from './records';

/** Records that are in no segment; a snapshot follows, from which a replay goes on. */
interface LogGap {
  readonly kind: 'gap';
  readonly from: number;
  readonly to: number;
  readonly reason: 'dropped' | 'missing';
}

export type LogItem =
  | { readonly kind: 'record'; readonly record: LoggedRecord }
  | ({ readonly kind: 'snapshot'; readonly path: string } & LogSnapshot)
  | LogGap;

/** What is to be said about a log beside its records. `line` is 1-based. */
export type LogNote =
  | {
      readonly kind: 'torn';
      readonly path: string;
      readonly line: number;
      readonly tornBytes: number;
    }
  | {
      readonly kind: 'damaged';
      readonly path: string;
      readonly line: number;
      readonly reason: string;
    }
  | { readonly kind: 'passed-over'; readonly path: string; readonly reason: string }
  | LogGap;

/** Where a reading goes on: after `line` of the segment with this index, whose check was `check`. */
export interface LogPosition {
  readonly segment: number;
  readonly line: number;
  readonly offset: number;
  readonly check: number;
  readonly lastSeq: number | undefined;
}

export const beginning: LogPosition = {
  segment: 0,
  line: 0,
  offset: 0,
  check: 0,
  lastSeq: undefined,
};

/** How far the reading of a series has come. */
export class SeriesProgress {
  segment = 0;
  line = 1;
  offset = 0;
  check = 0;
  lastSeq: number | undefined;
  isDamaged = false;

  constructor(public path: string) {}

  begin(from: LogPosition = beginning): void {
    Object.assign(this, from);
    this.isDamaged = false;
  }

  beginSegment(segment: number): void {
    Object.assign(this, { ...beginning, segment, lastSeq: this.lastSeq });
  }

  position(): LogPosition {
    const { segment, line, offset, check, lastSeq } = this;
    return { segment, line, offset, check, lastSeq };
  }
}

/** How a reading is done: what it says of the log, and how its records are parsed. */
export interface Reading {
  readonly notes: LogNote[];
  readonly parse: ParseRecord;
}

export function* readSeries(
  series: readonly Segment[],
  progress: SeriesProgress,
  reading: Reading,
): Generator<LogItem, void, undefined> {
  for (let index = progress.segment; index < series.length; index += 1) {
    const segment = series[index];
    if (segment === undefined) return;
    if (index !== progress.segment) progress.beginSegment(index);
    yield* readSegment(segment, progress, reading);
    if (progress.isDamaged) return;
  }
}

function* readSegment(
  { path, header }: Segment,
  progress: SeriesProgress,
  { notes, parse }: Reading,
): Generator<LogItem, void, undefined> {
  let fd: number | undefined;
  const { offset, line: linesBefore } = progress;
  progress.path = path;
  try {
    fd = openSync(path, 'r');
    for (const fileLine of readLines(fd, { offset, number: linesBefore + 1 })) {
      progress.line = fileLine.number;
      const check = verifyLine(fileLine.bytes, progress.check);
      if (check === undefined) {
        noteBadLine(fileLine, progress, notes);
        return;
      }
      progress.check = check;
      progress.offset = fileLine.end;
      if (fileLine.number === 1) continue;
      const item = parseLine(fileLine, header, parse);
      if (item.kind === 'snapshot') {
        const gap = gapBefore(item, header, progress);
        progress.lastSeq = item.seq;
        if (gap !== undefined) yield gap;
        yield { kind: 'snapshot', path, seq: item.seq, state: item.state };
        // Of no interest to who does not go on beyond it.
        if (gap !== undefined) notes.push(gap);
      } else {
        expectNext(item.record, progress);
        yield item;
      }
    }
  } catch (error) {
    progress.isDamaged = true;
    const isLineProblem = error instanceof LineProblem || error instanceof SyntaxError;
    const reason = isLineProblem
      ? error.message
      : `unable to read it: ${systemErrorOf(error).code}`;
    notes.push({ kind: 'damaged', path, line: Math.max(1, progress.line), reason });
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

function noteBadLine(
  { bytes, number: line, isTerminated }: FileLine,
  progress: SeriesProgress,
  notes: LogNote[],
): void {
  const { path } = progress;
  if (isTerminated) {
    progress.isDamaged = true;
    notes.push({ kind: 'damaged', path, line, reason: 'its check does not match' });
  } else {
    notes.push({ kind: 'torn', path, line, tornBytes: bytes.length });
  }
}

/** The check matches, but the line says something that cannot be. */
class LineProblem extends Error {}

type LineItem =
  | { readonly kind: 'record'; readonly record: LoggedRecord }
  | ({ readonly kind: 'snapshot' } & LogSnapshot);

/** @throws LineProblem, and SyntaxError for what is no JSON. */
function parseLine(
  { bytes, number }: FileLine,
  { version }: SegmentHeader,
  parse: ParseRecord,
): LineItem {
  const text = bytes.toString();
  const snapshot = number === 2 ? parseSnapshot(JSON.parse(text)) : undefined;
  if (snapshot !== undefined) return { kind: 'snapshot', ...snapshot };
  const record = parse(version, `${text.slice(0, -checkLength)}}`);
  if (typeof record === 'string') throw new LineProblem(record);
  return { kind: 'record', record };
}

/** @throws LineProblem for a record that does not follow the one before. */
function expectNext({ seq }: LoggedRecord, progress: SeriesProgress): void {
  const expected = (progress.lastSeq ?? 0) + 1;
  if (seq !== expected) throw new LineProblem(`"seq" is ${String(seq)}, not ${String(expected)}`);
  progress.lastSeq = seq;
}

function gapBefore(
  { seq }: LogSnapshot,
  { dropped }: SegmentHeader,
  { lastSeq }: SeriesProgress,
): LogGap | undefined {
  if (dropped !== undefined)
    return { kind: 'gap', from: dropped[0], to: dropped[1], reason: 'dropped' };
  if (lastSeq !== undefined && seq > lastSeq)
    return { kind: 'gap', from: lastSeq + 1, to: seq, reason: 'missing' };
  return undefined;
}
