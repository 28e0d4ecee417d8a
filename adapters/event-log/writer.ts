/**
 * Writes the event log. Records that cannot be written are held, bounded by a snapshot, and
 * written as soon as that is possible; a full disk or a read-only one never stops minit and
 * never loses a record in silence.
 *
 * @module
 */
import { Subject } from 'rxjs';
import type { EventLog, Occurrence } from '../../effects/ports';
import type { SystemError } from '../../machines/events';
import { logBufferBytesMax, segmentBytesMax, segmentsMax } from '../../machines/limits';
import { logFormatName, logFormatVersion } from '../../machines/log-format';
import { writeBytes } from '../scratch-bytes';
import { systemError, systemErrorOf } from '../system-error';
import { HeldRecords, type Gap } from './held-records';
import { headerJson, snapshotJson, turnJson } from './records';
import { takeUpLog } from './resumed-log';
import { closeFile, SegmentFile, type SegmentMeans, type UncheckedLine } from './segment-file';
import { dropOldSegments, makeSegment } from './segments';
import type { EventLogLimits, EventLogOptions, HeldLog, ResumedLog } from './writer-options';

/** While writing fails, so much is tried at once: enough to learn whether it still does. */
const probeBytes = 65_536;
/** Between attempts to have the log where people look for it, when the one before has failed. */
const moveDelayUs = 5_000_000;

interface Told {
  readonly cause?: number;
  readonly path?: string | undefined;
}

export interface RealEventLog extends EventLog {
  /** What is not on disk now. */
  held(): HeldLog;
}

/** Returns the port that writes to `directory`; nothing is touched before `open` or `append`. */
export function createEventLog(options: EventLogOptions): RealEventLog {
  return new EventLogWriter(options);
}

class EventLogWriter implements RealEventLog {
  readonly occurrence$ = new Subject<Occurrence>();
  private readonly options: EventLogOptions;
  private readonly limits: EventLogLimits;
  private readonly means: SegmentMeans;
  private readonly heldRecords = new HeldRecords();
  private segment: SegmentFile | undefined;
  private segmentCount = 0;
  /** The segment is full when it has so many bytes. */
  private rotateAtBytes = 0;
  /** What was last told: that the log is written, or the code of the error; nothing yet. */
  private condition: string | undefined;
  private nextMoveAt = 0;
  private nextReplacedAt = 0;
  private lastSeq = 0;
  private isClosed = false;
  /** Its file has been let go of: nothing is written until somebody asks. */
  private isReleased = false;
  /** The fd of the segment of the program before in which nothing can go on, which nobody has been told yet. */
  private forsakenFd: number | undefined;
  /** It is not to be opened yet, so that everything is held. */
  private isPutOff: boolean;

  constructor(options: EventLogOptions) {
    this.options = options;
    this.means = { write: options.write ?? writeBytes, watchPath: options.watchPath };
    this.limits = options.limits ?? {
      segmentBytesMax,
      segmentsMax,
      bufferBytesMax: logBufferBytesMax,
    };
    this.isPutOff = options.later !== undefined && options.resumed === undefined;
    if (options.resumed !== undefined) this.resume(options.resumed);
  }

  held(): HeldLog {
    const { lines, gap } = this.heldRecords;
    return { lines, ...(gap && { gap }) };
  }

  open(cause: number): void {
    const { later } = this.options;
    const open = (): void => {
      if (this.isClosed) return;
      this.isPutOff = false;
      this.isReleased = false;
      this.tell(this.flush(), { cause });
    };
    if (this.isPutOff && later !== undefined) later(open);
    else open();
  }

  append(records: Parameters<EventLog['append']>[0], snapshot: () => unknown): void {
    if (this.isClosed) return;
    const lines = turnJson(records);
    for (let index = 0; index < lines.length; index += 1)
      this.heldRecords.hold({ seq: records[index]?.seq ?? 0, json: lines[index] ?? '' });
    this.lastSeq = records.at(-1)?.seq ?? this.lastSeq;
    if (this.forsakenFd !== undefined) this.use(undefined);
    if (this.isReleased || this.isPutOff) {
      this.bound(snapshot);
      return;
    }
    let error = this.flush();
    const place = this.segment?.place;
    if (place === 'removed') error = this.replaceRemoved(error, snapshot);
    if (error !== undefined) this.bound(snapshot);
    this.tell(error);
    if (error !== undefined) return;
    if (place === 'hidden') this.moveToSight();
    if ((this.segment?.bytes ?? 0) >= this.rotateAtBytes) this.rotate(snapshot);
  }

  release(): void {
    if (this.isClosed || this.isReleased) return;
    this.flush();
    this.replace(undefined);
    this.isReleased = true;
  }

  close(): void {
    if (this.isClosed) return;
    if (!this.isReleased) this.flush();
    this.replace(undefined);
    this.isClosed = true;
  }

  /** Takes the log up where it is. */
  private resume(resumed: ResumedLog): void {
    const { segment, held, lastSeq } = takeUpLog(resumed, this.means);
    this.segmentCount = resumed.segment?.number ?? 0;
    if (segment === undefined) this.forsakenFd = resumed.segment?.fd;
    else {
      this.condition = 'open';
      this.segment = segment;
      this.rotateAtBytes = Math.max(this.limits.segmentBytesMax, 2 * segment.bytes);
    }
    this.heldRecords.take(held.lines, held.gap);
    this.lastSeq = lastSeq;
  }

  /** Lets go of the present segment only when nobody is told of it any more: another file could have its number. */
  private replace(segment: SegmentFile | undefined): void {
    const before = this.segment;
    this.use(segment);
    before?.close();
  }

  private use(segment: SegmentFile | undefined): void {
    this.segment = segment;
    this.options.onSegment?.(segment?.opened(this.segmentCount));
    if (this.forsakenFd === undefined) return;
    closeFile(this.forsakenFd);
    this.forsakenFd = undefined;
  }

  /** Writes all that is held; returns why that did not work. */
  private flush(): SystemError | undefined {
    if (this.segment === undefined) {
      const opened = this.makeSegment(this.heldRecords.gap);
      if (!(opened instanceof SegmentFile)) return opened;
      this.use(opened);
      this.heldRecords.forgetGap();
    }
    const segment = this.segment;
    let isFailing = this.condition !== 'open';
    while (segment !== undefined && !this.heldRecords.isEmpty) {
      const lines = this.heldRecords.first(isFailing ? probeBytes : this.limits.bufferBytesMax);
      const { taken, error } = segment.write(lines);
      this.heldRecords.forget(taken);
      if (error !== undefined) return error;
      isFailing = false;
    }
    return undefined;
  }

  /** Emits what has changed, or in any case when somebody asked (`cause`). */
  private tell(
    error: SystemError | undefined,
    { cause, path = this.segment?.path ?? this.options.directory }: Told = {},
  ): void {
    const condition = error?.code ?? 'open';
    if (condition === this.condition && cause === undefined) return;
    this.condition = condition;
    const event =
      error === undefined
        ? ({ type: 'LogOpened', path } as const)
        : ({ type: 'LogFailed', path, error } as const);
    this.occurrence$.next({
      at: this.options.now(),
      ...(cause !== undefined && { cause }),
      event,
    });
  }

  /** Keeps what is held below its limit. */
  private bound(snapshot: () => unknown): void {
    if (this.heldRecords.bytes > this.limits.bufferBytesMax) this.letGo(snapshot);
  }

  /** The present segment ends here; the next one begins with a snapshot of the present state. */
  private letGo(snapshot: () => unknown): void {
    this.heldRecords.replaceBySnapshot({ seq: this.lastSeq, state: snapshot() });
    this.replace(undefined);
  }

  /**
   * What was in the file that is gone is lost, which is told, and its room on the disk is given back. While no other
   * can be made all is held, as before there was a file: nobody is told that it is written. `error`: why the present
   * one takes nothing. Returns why no other does.
   */
  private replaceRemoved(
    error: SystemError | undefined,
    snapshot: () => unknown,
  ): SystemError | undefined {
    const { now } = this.options;
    if (now() < this.nextReplacedAt) return error;
    const path = this.segment?.path;
    this.letGo(snapshot);
    const failure = this.flush();
    if (failure !== undefined) return failure;
    if (this.condition === 'open') this.tell(systemError('ENOENT'), { path });
    // A file system that takes each file away at once gets no more of them than one now and then.
    if (this.segment?.place !== 'visible') this.nextReplacedAt = now() + moveDelayUs;
    return undefined;
  }

  /**
   * Something was mounted over the directory (a tmpfs on /run, in the middle of a boot): the log is carried
   * over to where people look for it, from its first line. Where that fails it goes on as it is for a while.
   */
  private moveToSight(): void {
    const { directory, now } = this.options;
    if (this.segment === undefined || now() < this.nextMoveAt) return;
    this.nextMoveAt = now() + moveDelayUs;
    try {
      this.replace(this.segment.copyTo(makeSegment(directory)));
    } catch (error) {
      // Only the system's errors are the world's; others are thrown on.
      systemErrorOf(error);
      return;
    }
    this.occurrence$.next({ at: now(), event: { type: 'LogOpened', path: this.segment.path } });
  }

  private rotate(snapshot: () => unknown): void {
    const line = {
      seq: this.lastSeq,
      json: snapshotJson({ seq: this.lastSeq, state: snapshot() }),
    };
    const next = this.makeSegment({ snapshot: line });
    if (next instanceof SegmentFile) {
      this.replace(next);
      return;
    }
    // The present segment still takes records, so it grows on for a while before the next attempt.
    this.rotateAtBytes += Math.ceil(this.limits.segmentBytesMax / 8);
    this.tell(next);
  }

  private makeSegment(start: Partial<Gap> | undefined): SegmentFile | SystemError {
    const { directory, header } = this.options;
    let segment: SegmentFile;
    try {
      segment = new SegmentFile(makeSegment(directory), this.means);
    } catch (error) {
      return systemErrorOf(error);
    }
    const { snapshot, dropped } = start ?? {};
    const first = headerJson({
      minit: logFormatName,
      version: logFormatVersion,
      ...header,
      segment: this.segmentCount + 1,
      ...(dropped && { dropped }),
    });
    const error = writeAll(segment, [{ seq: 0, json: first }, ...(snapshot ? [snapshot] : [])]);
    if (error !== undefined) {
      segment.discard();
      return error;
    }
    this.segmentCount += 1;
    // A state larger than a segment must not make each append begin a new one.
    this.rotateAtBytes = Math.max(this.limits.segmentBytesMax, 2 * segment.bytes);
    dropOldSegments(directory, this.limits.segmentsMax, segment.path);
    return segment;
  }
}

function writeAll(segment: SegmentFile, lines: readonly UncheckedLine[]): SystemError | undefined {
  let rest = lines;
  while (rest.length > 0) {
    const { taken, error } = segment.write(rest);
    if (error !== undefined) return error;
    rest = rest.slice(taken);
  }
  return undefined;
}
