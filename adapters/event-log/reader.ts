/**
 * Reads event logs: one file, or the newest boot in a directory. What cannot be read ends the
 * log and is noted with its line; all before it is good, because each line vouches for those
 * before it.
 *
 * @module
 */
import { closeSync, openSync, statSync } from 'node:fs';
import {
  parseSnapshot,
  upcastRecord,
  type LoggedRecord,
  type LogSnapshot,
  type SegmentHeader,
} from '../../machines/log-format';
import { systemErrorOf } from '../system-error';
import { logError, readSegmentHeader, type LogError, type Segment } from './headers';
import { readLines, type FileLine } from './lines';
import { verifyLine } from './records';
import { listSegments } from './segments';

/** `gap`: records that are in no segment; a snapshot follows, from which a replay goes on. */
export type LogItem =
  | { readonly kind: 'record'; readonly record: LoggedRecord }
  | ({ readonly kind: 'snapshot'; readonly path: string } & LogSnapshot)
  | {
      readonly kind: 'gap';
      readonly from: number;
      readonly to: number;
      readonly reason: 'dropped' | 'missing';
    };

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
  | { readonly kind: 'passed-over'; readonly path: string; readonly reason: string };

export interface OpenedLog {
  /** Of the first segment that is read. */
  readonly header: SegmentHeader;
  readonly segments: readonly Segment[];
  /** Grows while the items are read; complete when they have ended. */
  readonly notes: readonly LogNote[];
  /** Where the item that was read last stands. */
  readonly place: { readonly path: string; readonly line: number };
  /** Reads the segments one after the other, in pieces; each call begins anew. Never throws. */
  items(): Generator<LogItem, void, undefined>;
}

export interface OpenLogOptions {
  /** In a directory: 0 for the newest boot, 1 for the one before, … */
  readonly bootsBack?: number;
}

/** Opens the log at `path`, a segment or a directory with segments. */
export function openLog(
  path: string,
  { bootsBack = 0 }: OpenLogOptions = {},
): OpenedLog | LogError {
  const notes: LogNote[] = [];
  const segments = isDirectory(path) ? findSeries(path, bootsBack, notes) : readSegmentHeader(path);
  if ('code' in segments) return segments;
  const series = Array.isArray(segments) ? segments : [segments];
  const [first] = series;
  if (first === undefined) return logError('no-logs', `${path} holds no event log`);
  const headNotes = [...notes];
  const progress: Progress = { lastSeq: undefined, isDamaged: false, path: first.path, line: 1 };
  return {
    place: progress,
    header: first.header,
    segments: series,
    notes,
    *items() {
      notes.splice(0, notes.length, ...headNotes);
      Object.assign(progress, { lastSeq: undefined, isDamaged: false });
      yield* readSeries(series, notes, progress);
    },
  };
}

/** A log as a whole; for one that is known to be small. */
export function readLog(
  path: string,
  options?: OpenLogOptions,
): (Omit<OpenedLog, 'items'> & { readonly items: readonly LogItem[] }) | LogError {
  const log = openLog(path, options);
  return 'code' in log ? log : { ...log, items: [...log.items()] };
}

function isDirectory(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
  } catch {
    return false;
  }
}

function findSeries(directory: string, bootsBack: number, notes: LogNote[]): Segment[] | LogError {
  const segmentsByBoot = new Map<string, Segment[]>();
  try {
    for (const { path } of listSegments(directory).reverse()) {
      const segment = readSegmentHeader(path);
      if ('code' in segment) {
        notes.push({ kind: 'passed-over', path, reason: segment.text });
        continue;
      }
      const { boot } = segment.header;
      segmentsByBoot.set(boot, [segment, ...(segmentsByBoot.get(boot) ?? [])]);
    }
  } catch (error) {
    return logError('unreadable', `unable to list ${directory}: ${systemErrorOf(error).code}`);
  }
  const series = [...segmentsByBoot.values()].at(bootsBack);
  if (series !== undefined) return series;
  const boots = segmentsByBoot.size;
  return logError(
    'no-logs',
    boots === 0
      ? `${directory} holds no event log`
      : `${directory} holds ${String(boots)} boots only`,
  );
}

/** Where the reading of a series is. */
interface Progress {
  lastSeq: number | undefined;
  isDamaged: boolean;
  path: string;
  line: number;
}

function* readSeries(
  series: readonly Segment[],
  notes: LogNote[],
  progress: Progress,
): Generator<LogItem, void, undefined> {
  for (const segment of series) {
    yield* readSegment(segment, progress, notes);
    if (progress.isDamaged) return;
  }
}

function* readSegment(
  { path, header }: Segment,
  progress: Progress,
  notes: LogNote[],
): Generator<LogItem, void, undefined> {
  let fd: number | undefined;
  let line = 1;
  let check = 0;
  try {
    fd = openSync(path, 'r');
    for (const fileLine of readLines(fd)) {
      line = fileLine.number;
      Object.assign(progress, { path, line });
      const verified = verifyLine(fileLine.bytes, check);
      if (verified === undefined) {
        noteBadLine(fileLine, { path, progress, notes });
        return;
      }
      check = verified;
      if (line > 1) yield* parseLine(fileLine, header, { path, progress });
    }
  } catch (error) {
    progress.isDamaged = true;
    const isLineProblem = error instanceof LineProblem || error instanceof SyntaxError;
    const reason = isLineProblem
      ? error.message
      : `unable to read it: ${systemErrorOf(error).code}`;
    notes.push({ kind: 'damaged', path, line, reason });
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

interface Place {
  readonly path: string;
  readonly progress: Progress;
}

function noteBadLine(
  { bytes, number, isTerminated }: FileLine,
  { path, progress, notes }: Place & { notes: LogNote[] },
): void {
  if (isTerminated) {
    progress.isDamaged = true;
    notes.push({ kind: 'damaged', path, line: number, reason: 'its check does not match' });
  } else {
    notes.push({ kind: 'torn', path, line: number, tornBytes: bytes.length });
  }
}

/** The check matches, but the line says something that cannot be. */
class LineProblem extends Error {}

function* parseLine(
  { bytes, number }: FileLine,
  header: SegmentHeader,
  { path, progress }: Place,
): Generator<LogItem> {
  const value: unknown = JSON.parse(bytes.toString());
  const snapshot = number === 2 ? parseSnapshot(value) : undefined;
  if (snapshot !== undefined) {
    yield* gapBefore(snapshot, header, progress);
    progress.lastSeq = snapshot.seq;
    yield { kind: 'snapshot', path, ...snapshot };
    return;
  }
  const record = upcastRecord(header.version, value);
  if (typeof record === 'string') throw new LineProblem(record);
  const expected = (progress.lastSeq ?? 0) + 1;
  if (record.seq !== expected)
    throw new LineProblem(`"seq" is ${String(record.seq)}, not ${String(expected)}`);
  progress.lastSeq = record.seq;
  yield { kind: 'record', record };
}

function* gapBefore(
  { seq }: LogSnapshot,
  { dropped }: SegmentHeader,
  { lastSeq }: Progress,
): Generator<LogItem> {
  if (dropped !== undefined)
    yield { kind: 'gap', from: dropped[0], to: dropped[1], reason: 'dropped' };
  else if (lastSeq !== undefined && seq > lastSeq) {
    yield { kind: 'gap', from: lastSeq + 1, to: seq, reason: 'missing' };
  }
}
