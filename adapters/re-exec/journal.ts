/**
 * The journal: all that minit needs to go on after it has been executed anew, in a file that exists in
 * memory only. A base (the state, what is outstanding, what is not in the event log yet, the descriptors
 * that are kept), then each turn's records, written before anything of the turn is done. When the
 * records have become more than the base, a new base follows in the next quiet moment, and the memory before it
 * is given back.
 *
 * Lines of JSON without checks: nobody else writes here. journal-reader.ts reads it back.
 *
 * @module
 */
import { writeSync } from 'node:fs';
import { Outstanding } from '../../effects/outstanding';
import type { Journal as JournalPort, LogRecord } from '../../effects/ports';
import type { Verbosity } from '../../machines/kernel-words';
import type { LogHeader } from '../../machines/log-format';
import type { HeldLog } from '../event-log/writer-options';
import { turnJson, wholeRecordJson } from '../event-log/records';
import { clearCloseOnExec, setCloseOnExec } from '../libc/fcntl';
import { giveBack, mappedBytes } from '../libc/memory-file';
import type { Reaped } from '../libc/wait';
import { ScratchBytes } from '../scratch-bytes';
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
  /** For specs. */
  readonly write?: typeof writeAll;
}

/** A base is made anew when the records after it have this size, or twice its own; */
const recordBytesMax = 512 * 1_024;
/** at so many times that it does not wait for a quiet moment any more: that of a thousand services takes 10 ms. */
const busyFactor = 3;
const pageBytes = 4_096;

export class Journal implements JournalPort, Keeper {
  readonly #options: JournalOptions;
  readonly #outstanding: Outstanding;
  readonly #kept: Map<string, KeptFiles>;
  #end: number;
  #baseBytes = 0;
  /** The last write failed: only a new base can be trusted, and nothing else is written. */
  #isTorn = false;
  #isBegun: boolean;
  /** Of the last turn, while a new base waits for a quiet moment; and whether one is awaited, for this base or one before. */
  #snapshot: (() => unknown) | undefined;
  #isQuietAwaited = false;
  readonly #scratch = new ScratchBytes();

  constructor(options: JournalOptions) {
    this.#options = options;
    this.#outstanding = options.outstanding ?? new Outstanding();
    this.#kept = new Map(options.kept);
    this.#isBegun = options.outstanding !== undefined;
    this.#end = Math.max(options.page.end, mappedBytes);
    // Node has marked what it has inherited close-on-exec.
    for (const { fds } of this.#kept.values()) fds.forEach(clearCloseOnExec);
    clearCloseOnExec(options.fd);
  }

  append(records: readonly LogRecord[], snapshot: () => unknown): void {
    for (const record of records) this.#outstanding.note(record);
    const isFull = this.#bytes() > busyFactor * this.#bytesMax();
    if (!this.#isBegun || this.#isTorn || isFull) this.#writeBase(records, snapshot);
    else this.#write(turnJson(records));
    if (this.#bytes() > this.#bytesMax()) this.#writeBaseSoon(snapshot);
  }

  performed(seq: number): void {
    this.#options.page.performedSeq = seq;
  }

  keep(key: string, files: KeptFiles): void {
    files.fds.forEach(clearCloseOnExec);
    this.#kept.set(key, files);
    this.#note(keptLine(key, files));
  }

  drop(key: string): void {
    const files = this.#kept.get(key);
    if (files === undefined) return;
    this.#kept.delete(key);
    files.fds.forEach(setCloseOnExec);
    this.#note(JSON.stringify({ dropped: key }));
  }

  /** Puts on record why minit is about to be executed anew, for the program that comes next only. */
  noteReason(reason: FailureReason): void {
    const { count } = this.#options.page;
    this.#note(JSON.stringify({ reason, count }));
  }

  /** Not behind a turn that is missing: whoever reads on would take the state before it for that after it. */
  #note(line: string): void {
    if (this.#isBegun && !this.#isTorn) this.#write([line]);
  }

  /** What somebody would have to read who goes on from here. */
  #bytes(): number {
    return this.#end - this.#options.page.begin;
  }

  #bytesMax(): number {
    return Math.max(2 * this.#baseBytes, recordBytesMax);
  }

  #writeBaseSoon(snapshot: () => unknown): void {
    this.#snapshot = snapshot;
    if (this.#isQuietAwaited) return;
    this.#isQuietAwaited = true;
    this.#options.whenQuiet(() => {
      this.#isQuietAwaited = false;
      if (this.#snapshot !== undefined) this.#writeBase([], this.#snapshot);
    });
  }

  /** Returns whether it is written; if not, only a new base can be trusted. */
  #write(lines: readonly string[]): boolean {
    let units = 0;
    for (const line of lines) units += line.length + 1;
    const scratch = this.#scratch;
    scratch.begin(units);
    for (const line of lines) {
      scratch.add(line);
      scratch.add('\n');
    }
    const bytes = scratch.take();
    const { fd, page, write = writeAll } = this.#options;
    try {
      write(fd, bytes, this.#end);
    } catch {
      // No memory: what was written before still counts, and the next turn begins with a new base.
      this.#isTorn = true;
      return false;
    }
    this.#end += bytes.length;
    page.end = this.#end;
    return true;
  }

  /** The records of the turn are in the state already; they stand here for the event log, which has them not. */
  #writeBase(records: readonly LogRecord[], snapshot: () => unknown): void {
    const { fd, page, facts, held } = this.#options;
    const { lines: heldLines, gap } = held();
    const start = this.#end;
    this.#isTorn = !this.#write([
      JSON.stringify({ facts }),
      ...[...this.#kept].map(([key, files]) => keptLine(key, files)),
      ...(gap === undefined ? [] : [JSON.stringify({ gap })]),
      ...heldLines.map(({ json }) => json),
      ...records.map(wholeRecordJson),
      JSON.stringify({ state: snapshot(), outstanding: this.#outstanding.list }),
    ]);
    if (this.#isTorn) return;
    this.#snapshot = undefined;
    const before = page.begin;
    page.begin = start;
    this.#baseBytes = this.#end - start;
    this.#isBegun = true;
    const firstPage = Math.max(mappedBytes, before - (before % pageBytes));
    const lastPage = start - (start % pageBytes);
    if (lastPage > firstPage) giveBack(fd, firstPage, lastPage);
  }
}

/** @throws Error where there is no memory for all of them. */
function writeAll(fd: number, bytes: Buffer, start: number): void {
  for (let done = 0; done < bytes.length;) {
    done += writeSync(fd, bytes, done, bytes.length - done, start + done);
  }
}

/** For a program that has not taken up the journal yet: puts on record that a child has ended. */
export function noteEnded({ fd, page }: VitalMemory, ended: Reaped): void {
  if (page.begin === 0) return;
  const bytes = Buffer.from(`${JSON.stringify({ ended })}\n`);
  try {
    writeAll(fd, bytes, page.end);
  } catch {
    // No memory: that it has gone is noticed all the same, if nobody else gets its PID.
    return;
  }
  page.end += bytes.length;
}

const keptLine = (key: string, files: KeptFiles): string => JSON.stringify({ kept: key, ...files });
