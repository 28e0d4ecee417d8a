/**
 * The journal: all that minit needs to go on after it has been executed anew, in a file that exists in
 * memory only. A base (the state, what is outstanding, what is not in the event log yet, the descriptors
 * that are kept), then each turn's records, written before anything of the turn is done. When the
 * records have become more than the base, a new base follows in the next quiet moment, and the memory of what was
 * before is given back. The new base goes to the beginning of the file where there is room for it, else behind the
 * records, so that no limit of file sizes (RLIMIT_FSIZE) is reached by and by.
 *
 * Lines of JSON without checks: nobody else writes here. journal-reader.ts reads it back.
 *
 * @module
 */
import { writeSync } from 'node:fs';
import { Outstanding } from '../../effects/outstanding';
import type { Journal as JournalPort, LogRecord } from '../../effects/ports';
import type { SystemError } from '../../machines/events';
import type { Verbosity } from '../../machines/kernel-words';
import type { LogHeader } from '../../machines/log-format';
import type { HeldLog } from '../event-log/writer-options';
import { turnJson, wholeRecordJson } from '../event-log/records';
import { clearCloseOnExec, setCloseOnExec } from '../libc/fcntl';
import { giveBack, mappedBytes } from '../libc/memory-file';
import type { Reaped } from '../libc/wait';
import type { MissingMeans } from '../missing-means';
import { ScratchBytes, type Gathered } from '../scratch-bytes';
import { systemErrorOf } from '../system-error';
import type { FailureReason } from './reasons';
import type { VitalMemory } from './vital-memory';
import type { VitalPage } from './vital-page';

/** What is the same for the whole boot. */
export interface BootFacts {
  readonly header: LogHeader;
  readonly root: string;
  readonly logDirectory: string;
  readonly verbosity: Verbosity;
  /** Files that a service may open; absent where an older version began the boot. */
  readonly openFiles?: number;
}

/** Descriptors that the next program takes over. */
export interface KeptFiles {
  readonly fds: readonly number[];
  /** What whoever keeps them must know of them. */
  readonly note?: unknown;
}

/** Keeps descriptors open over an execve(2), or no longer. */
export interface Keeper {
  keep(key: string, files: KeptFiles): void;
  drop(key: string): void;
}

export interface JournalOptions {
  readonly fd: number;
  readonly page: VitalPage;
  readonly facts: BootFacts;
  /** What of the event log is not on disk. */
  readonly held: () => HeldLog;
  /** What was known before: for a journal that goes on. */
  readonly outstanding?: Outstanding;
  readonly kept?: ReadonlyMap<string, KeptFiles>;
  /** Calls `task` once, between two turns, when there is time for it. */
  readonly whenQuiet: (task: () => void) => void;
  /** Told what the kernel refuses: the errno of a base that cannot be written. */
  readonly onMissing?: MissingMeans['note'];
  /** For specs. */
  readonly write?: typeof writeAll;
}

/** A base is made anew when the records after it have this size, or twice its own; */
const recordBytesMax = 512 * 1_024;
/** at so many times that it does not wait for a quiet moment any more: that of a thousand services takes 10 ms. */
const busyFactor = 3;
const pageBytes = 4_096;
const newline = Buffer.from('\n');
/** Of the file, behind the vital page. */
const journalStart = mappedBytes;

export class Journal implements JournalPort, Keeper {
  private readonly options: JournalOptions;
  private readonly outstanding: Outstanding;
  private readonly kept: Map<string, KeptFiles>;
  private end: number;
  private baseBytes = 0;
  /** The last write failed: only a new base can be trusted, and nothing else is written. */
  private isTorn = false;
  private isBegun: boolean;
  /** Of the last turn, while a new base waits for a quiet moment; and whether one is awaited, for this base or one before. */
  private snapshot: (() => unknown) | undefined;
  private isQuietAwaited = false;
  private readonly scratch = new ScratchBytes();

  constructor(options: JournalOptions) {
    this.options = options;
    this.outstanding = options.outstanding ?? new Outstanding();
    this.kept = new Map(options.kept);
    this.isBegun = options.outstanding !== undefined;
    this.end = Math.max(options.page.end, journalStart);
    // Node has marked what it has inherited close-on-exec.
    for (const { fds } of this.kept.values()) fds.forEach(clearCloseOnExec);
    clearCloseOnExec(options.fd);
  }

  append(records: readonly LogRecord[], snapshot: () => unknown): void {
    records.forEach((record) => {
      this.outstanding.note(record);
    });
    const isFull = this.bytes() > busyFactor * this.bytesMax();
    const canGoOn = this.isBegun && !this.isTorn;
    // Where there is no room for the one, there may be some for the other.
    if (!canGoOn || isFull || !this.write(turnJson(records))) {
      const isBaseWritten = this.writeBase(records, snapshot);
      if (!isBaseWritten && canGoOn && isFull) this.write(turnJson(records));
    }
    if (this.bytes() > this.bytesMax()) this.writeBaseSoon(snapshot);
  }

  performed(seq: number): void {
    this.options.page.performedSeq = seq;
  }

  keep(key: string, files: KeptFiles): void {
    files.fds.forEach(clearCloseOnExec);
    this.kept.set(key, files);
    this.note(keptLine(key, files));
  }

  drop(key: string): void {
    const files = this.kept.get(key);
    if (files === undefined) return;
    this.kept.delete(key);
    files.fds.forEach(setCloseOnExec);
    this.note(JSON.stringify({ dropped: key }));
  }

  /** Puts on record why minit is about to be executed anew, for the program that comes next only. */
  noteReason(reason: FailureReason): void {
    const { count } = this.options.page;
    this.note(JSON.stringify({ reason, count }));
  }

  /** Not behind a turn that is missing: whoever reads on would take the state before it for that after it. */
  private note(line: string): void {
    if (this.isBegun && !this.isTorn) this.write([line]);
  }

  /** What somebody would have to read who goes on from here. */
  private bytes(): number {
    return this.end - this.options.page.begin;
  }

  private bytesMax(): number {
    return Math.max(2 * this.baseBytes, recordBytesMax);
  }

  private writeBaseSoon(snapshot: () => unknown): void {
    this.snapshot = snapshot;
    if (this.isQuietAwaited) return;
    this.isQuietAwaited = true;
    this.options.whenQuiet(() => {
      this.isQuietAwaited = false;
      if (this.snapshot !== undefined) this.writeBase([], this.snapshot);
    });
  }

  /** Returns whether they are written; if not, only a new base can be trusted. */
  private write(lines: readonly string[]): boolean {
    // As one text: each that is written takes longer than the bytes of it.
    this.gather(lines.length === 0 ? [] : [lines.join('\n')]);
    const length = this.scratch.end;
    this.isTorn = this.put(this.end) !== undefined;
    if (this.isTorn) return false;
    this.end += length;
    this.options.page.end = this.end;
    return true;
  }

  /** Puts lines together for {@link put}. */
  private gather(lines: readonly string[]): void {
    this.scratch.begin(lines.reduce((units, line) => units + line.length + 1, 0));
    for (const line of lines) {
      this.scratch.add(line);
      this.scratch.addBytes(newline);
    }
  }

  /** Writes what is gathered. Returns why it did not work: no memory, or a limit. What was written before still counts. */
  private put(start: number): SystemError | undefined {
    const { fd, write = writeAll } = this.options;
    try {
      write(fd, this.scratch, start);
      return undefined;
    } catch (error) {
      return systemErrorOf(error);
    } finally {
      this.scratch.forget();
    }
  }

  /**
   * The records of the turn are in the state already; they stand here for the event log, which has them not. Returns
   * whether it is written; if not, the one before still counts, and whatever is behind it.
   */
  private writeBase(records: readonly LogRecord[], snapshot: () => unknown): boolean {
    const { page, facts, held, onMissing } = this.options;
    const { lines: heldLines, gap } = held();
    this.gather([
      JSON.stringify({ facts }),
      ...[...this.kept].map(([key, files]) => keptLine(key, files)),
      ...(gap === undefined ? [] : [JSON.stringify({ gap })]),
      ...heldLines.map(({ json }) => json),
      ...records.map(wholeRecordJson),
      JSON.stringify({ state: snapshot(), outstanding: this.outstanding.list }),
    ]);
    // Not up to the very byte: the end must lie before the beginning, should the program end in between.
    const { end: length } = this.scratch;
    const start = journalStart + length < page.begin ? journalStart : this.end;
    const error = this.put(start);
    if (error !== undefined) {
      onMissing?.('vital-memory', error.errno);
      return false;
    }
    this.isTorn = false;
    this.snapshot = undefined;
    this.baseBytes = length;
    this.isBegun = true;
    this.beginAt(start);
    return true;
  }

  /** From here on the base that was written at `start` counts, and the memory of what was before is given back. */
  private beginAt(start: number): void {
    const { fd, page } = this.options;
    const before = { begin: page.begin, end: this.end };
    this.end = start + this.baseBytes;
    // In this order: a program that ends in between has left a whole journal (see findVitalMemory).
    page.end = this.end;
    page.begin = start;
    const [from, to] =
      start < before.begin
        ? [pageFrom(this.end), pageFrom(before.end)]
        : [Math.max(journalStart, pageOf(before.begin)), pageOf(start)];
    if (to > from) giveBack(fd, from, to);
  }
}

const pageOf = (offset: number): number => offset - (offset % pageBytes);
const pageFrom = (offset: number): number => pageOf(offset + pageBytes - 1);

/** @throws what write(2) fails with where there is no room for all of them. */
export function writeAll(fd: number, { memory, end }: Gathered, start: number): void {
  for (let done = 0; done < end;) done += writeSync(fd, memory, done, end - done, start + done);
}

/** For a program that has not taken up the journal yet: puts on record that a child has ended. */
export function noteEnded({ fd, page }: VitalMemory, ended: Reaped): void {
  if (page.begin === 0) return;
  const memory = Buffer.from(`${JSON.stringify({ ended })}\n`);
  const end = memory.length;
  try {
    writeAll(fd, { memory, end }, page.end);
  } catch {
    // No memory: that it has gone is noticed all the same, if nobody else gets its PID.
    return;
  }
  page.end += end;
}

const keptLine = (key: string, files: KeptFiles): string => JSON.stringify({ kept: key, ...files });
