/**
 * One segment that is being written. It knows the chain of checks and what of a line is on disk
 * already: a write(2) that was cut short by a full disk is taken up where it stopped.
 *
 * @module
 */
import { closeSync, fstatSync, ftruncateSync, readSync, statSync, unlinkSync } from 'node:fs';
import { dirname } from 'node:path';
import type { SystemError } from '../../machines/events';
import { systemError, systemErrorOf } from '../system-error';
import { readLines } from './lines';
import { ScratchBytes, type Gathered, type WriteBytes } from '../scratch-bytes';
import { addLine, checkLength, verifyLine } from './records';
import type { OpenedSegment } from './segments';

/** What the world is seen and changed by. */
export interface SegmentMeans {
  readonly write: WriteBytes;
  /** Gives what tells, cheaply, that `path` still leads to the file that is open as `fd`; if not stat(2) is asked. */
  readonly watchPath?: ((path: string, fd: number) => (() => boolean) | undefined) | undefined;
}

export interface UncheckedLine {
  readonly seq: number;
  /** A JSON object. */
  readonly json: string;
}

/** `taken`: lines that are on disk. Fewer than were given: give the rest again, or see `error`. */
export interface WriteOutcome {
  readonly taken: number;
  readonly error?: SystemError;
}

/** What is written; each segment is through with it before the next one begins. */
const scratch = new ScratchBytes();

/**
 * - `removed`: nobody can find the file any more.
 * - `hidden`: something was mounted over its directory, or that was replaced.
 */
export type SegmentPlace = 'visible' | 'removed' | 'hidden';

const copyBytes = 65_536;

export class SegmentFile {
  readonly path: string;
  private readonly fd: number;
  private readonly means: SegmentMeans;
  private readonly isStillThere: (() => boolean) | undefined;
  private readonly ino: number;
  private readonly dev: number;
  private readonly directory: { readonly ino: number; readonly dev: number };
  private check = 0;
  /** Bytes up to the end of the last line that is whole. */
  private wholeBytes = 0;
  /** What is to come of a line of which a part is on disk. */
  private torn: { readonly rest: Buffer; readonly lineBytes: number } | undefined;

  constructor({ fd, path }: OpenedSegment, means: SegmentMeans) {
    this.fd = fd;
    this.path = path;
    this.means = means;
    this.isStillThere = means.watchPath?.(path, fd);
    ({ ino: this.ino, dev: this.dev } = fstatSync(fd));
    this.directory = statSync(dirname(path));
  }

  /**
   * Goes on in the segment where another program stopped; a torn line at its end is cut off. `seqMin`: the events up to
   * this one must be in it. `lastSeq`: of the last record in it, 0 where there is none.
   *
   * @throws what read(2) fails with, EINVAL for a file that does not begin as a segment or does not come so far,
   * and SyntaxError for a line that is none of ours.
   */
  static resume(
    opened: OpenedSegment,
    means: SegmentMeans,
    seqMin: number,
  ): { readonly segment: SegmentFile; readonly lastSeq: number } {
    const segment = new SegmentFile(opened, means);
    let lastSeq = 0;
    for (const { bytes, number, isTerminated } of readLines(opened.fd)) {
      const check = verifyLine(bytes, segment.check);
      if (check === undefined || !isTerminated) break;
      segment.check = check;
      segment.wholeBytes += bytes.length + 1;
      if (number > 1) lastSeq = (JSON.parse(bytes.toString()) as { seq: number }).seq;
    }
    if (segment.wholeBytes === 0 || lastSeq < seqMin)
      throw Object.assign(new Error('no header, or too few records'), systemError('EINVAL'));
    ftruncateSync(opened.fd, segment.wholeBytes);
    return { segment, lastSeq };
  }

  get bytes(): number {
    return this.wholeBytes;
  }

  /** What another program needs to go on in it. */
  opened(number: number): OpenedSegment & { readonly number: number } {
    return { fd: this.fd, path: this.path, number };
  }

  /** Whether what is written still goes where people look for it. Costs one stat(2) while it does. */
  get place(): SegmentPlace {
    if (this.isStillThere?.() === true) return 'visible';
    try {
      const found = statSync(this.path, { throwIfNoEntry: false });
      if (found?.ino === this.ino && found.dev === this.dev) return 'visible';
      if (fstatSync(this.fd).nlink === 0) return 'removed';
      // In its directory as it was, it has only been renamed: then it is where somebody wanted it.
      return this.isDirectoryTheSame() ? 'visible' : 'hidden';
    } catch {
      return 'visible';
    }
  }

  private isDirectoryTheSame(): boolean {
    const found = statSync(dirname(this.path), { throwIfNoEntry: false });
    return found?.ino === this.directory.ino && found.dev === this.directory.dev;
  }

  /**
   * Copies all lines to a file that was made for it; returns the segment that goes on there. The present one
   * must have no torn line.
   *
   * @throws what read(2) and write(2) fail with.
   */
  copyTo(opened: OpenedSegment): SegmentFile {
    const copy = new SegmentFile(opened, this.means);
    try {
      const chunk = Buffer.allocUnsafe(Math.min(copyBytes, Math.max(1, this.wholeBytes)));
      for (let position = 0; position < this.wholeBytes;) {
        const length = Math.min(chunk.length, this.wholeBytes - position);
        const count = readSync(this.fd, chunk, { length, position });
        if (count === 0) throw shortOfBytes('read(2)');
        for (let rest = chunk.subarray(0, count); rest.length > 0;)
          rest = rest.subarray(copy.writeSome({ memory: rest, end: rest.length }));
        position += count;
      }
    } catch (error) {
      copy.discard();
      throw error;
    }
    copy.check = this.check;
    copy.wholeBytes = this.wholeBytes;
    return copy;
  }

  /**
   * Writes `lines` with one write(2), and before that what is left of the first one where a full disk has cut it.
   * Never throws.
   */
  write(lines: readonly UncheckedLine[]): WriteOutcome {
    let taken = 0;
    try {
      if (this.torn !== undefined) {
        this.finishTornLine();
        taken = 1;
      }
      const rest = taken === 0 ? lines : lines.slice(taken);
      return { taken: rest.length === 0 ? taken : taken + this.writeLines(rest) };
    } catch (error) {
      return { taken, error: systemErrorOf(error) };
    }
  }

  /** Closes the file; a torn line at its end is cut off where that is possible. */
  close(): void {
    try {
      if (this.torn !== undefined) ftruncateSync(this.fd, this.wholeBytes);
    } catch {
      // The reader copes with a torn last line.
    }
    closeFile(this.fd);
  }

  /** Closes and removes a file that could not even be begun. */
  discard(): void {
    this.close();
    try {
      unlinkSync(this.path);
    } catch {
      // An empty segment is passed over by the reader.
    }
  }

  private finishTornLine(): void {
    while (this.torn !== undefined) {
      const { rest, lineBytes } = this.torn;
      const count = this.writeSome({ memory: rest, end: rest.length });
      if (count < rest.length) {
        this.torn = { ...this.torn, rest: rest.subarray(count) };
      } else {
        this.torn = undefined;
        this.wholeBytes += lineBytes;
      }
    }
  }

  private writeLines(lines: readonly UncheckedLine[]): number {
    scratch.begin(unitsOf(lines));
    let check = this.check;
    for (let index = 0; index < lines.length; index += 1)
      check = addLine(scratch, lines[index]?.json ?? '', check);
    const count = this.writeSome(scratch);
    if (count < scratch.end) return this.noteShortWrite(lines, count);
    scratch.forget();
    this.check = check;
    this.wholeBytes += count;
    return lines.length;
  }

  /** Goes through what was written once more: `count` bytes of it are on disk. Returns how many lines are whole. */
  private noteShortWrite(lines: readonly UncheckedLine[], count: number): number {
    scratch.begin(unitsOf(lines));
    for (const [index, { json }] of lines.entries()) {
      const start = scratch.end;
      if (start === count) return index;
      this.check = addLine(scratch, json, this.check);
      const { memory, end } = scratch;
      if (end > count) {
        this.torn = { rest: Buffer.from(memory.subarray(count, end)), lineBytes: end - start };
        return index;
      }
      this.wholeBytes += end - start;
    }
    return lines.length;
  }

  private writeSome(bytes: Gathered): number {
    const count = this.means.write(this.fd, bytes);
    if (count > 0) return count;
    throw shortOfBytes('write(2)');
  }
}

function unitsOf(lines: readonly UncheckedLine[]): number {
  let units = 0;
  for (let index = 0; index < lines.length; index += 1)
    units += (lines[index]?.json.length ?? 0) + checkLength;
  return units;
}

export function closeFile(fd: number): void {
  try {
    closeSync(fd);
  } catch {
    // close(2) reports an earlier write's error here, and the fd is gone all the same.
  }
}

const shortOfBytes = (call: string): Error =>
  Object.assign(new Error(`${call} did nothing`), systemError('EIO'));
