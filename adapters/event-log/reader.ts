/**
 * Reads event logs: one file, or the newest boot in a directory. What cannot be read ends the
 * log and is noted with its line; all before it is good, because each line vouches for those
 * before it.
 *
 * @module
 */
import { statSync } from 'node:fs';
import type { SegmentHeader } from '../../machines/log-format';
import { parseForReplay, parseRecord, type ParseRecord } from '../../machines/read-record';
import { systemErrorOf } from '../system-error';
import { logError, readSegmentHeader, type LogError, type Segment } from './headers';
import { listSegments } from './segments';
import { readSeries, SeriesProgress, type LogItem, type LogNote, type LogPosition } from './series';

export type { LogItem, LogNote, LogPosition } from './series';

export interface OpenedLog {
  /** Of the first segment that is read. */
  readonly header: SegmentHeader;
  readonly segments: readonly Segment[];
  /** Grows while the items are read; complete when they have ended. */
  readonly notes: readonly LogNote[];
  /** Where the item that was read last stands. */
  readonly place: { readonly path: string; readonly line: number };
  /** Where a reading goes on after the item that was read last. */
  position(): LogPosition;
  /**
   * Reads the segments one after the other, in pieces; each call begins anew, at the beginning or at `from`: what
   * is read there must still go on from what was read before. Never throws.
   */
  items(from?: LogPosition): Generator<LogItem, void, undefined>;
  /** The same for who folds each record with `replayRecord`, which finds out what is wrong with effects. */
  itemsToReplay(from?: LogPosition): Generator<LogItem, void, undefined>;
  /** Of a directory: takes up the segments that the boot has begun since. */
  findNewSegments(): void;
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
  const progress = new SeriesProgress(first.path);
  const read = (
    parse: ParseRecord,
    from: LogPosition | undefined,
  ): Generator<LogItem, void, undefined> => {
    notes.splice(0, notes.length, ...headNotes);
    progress.begin(from);
    return readSeries(series, progress, { notes, parse });
  };
  return {
    place: progress,
    position: () => progress.position(),
    header: first.header,
    segments: series,
    notes,
    items: (from) => read(parseRecord, from),
    itemsToReplay: (from) => read(parseForReplay, from),
    findNewSegments() {
      if (series === segments) series.push(...segmentsAfter(path, series));
    },
  };
}

function isDirectory(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
  } catch {
    return false;
  }
}

/** None where the directory cannot be read any more: what there was is still known. */
function segmentsAfter(directory: string, series: readonly Segment[]): Segment[] {
  const last = series.at(-1);
  try {
    const paths = listSegments(directory).map(({ path }) => path);
    const later = paths.slice(paths.indexOf(last?.path ?? '') + 1).map(readSegmentHeader);
    return later.filter(
      (segment): segment is Segment =>
        !('code' in segment) && segment.header.boot === last?.header.boot,
    );
  } catch {
    return [];
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
  if (boots > 0) return logError('no-logs', `${directory} holds ${String(boots)} boots only`);
  // The reason why none could be read, that of the newest first, is more than that there is none.
  const [note] = notes;
  return note?.kind === 'passed-over'
    ? logError('no-logs', note.reason)
    : logError('no-logs', `${directory} holds no event log`);
}
