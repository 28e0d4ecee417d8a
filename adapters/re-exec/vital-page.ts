/**
 * What minit must know of itself after it has been executed anew, whatever ended the program before:
 * a few words in memory that outlives it. Kept as plain memory, because a signal handler writes there,
 * and because it is written at every turn: that must cost nothing.
 *
 * | byte | word                                                                |
 * | ---: | ------------------------------------------------------------------- |
 * |    0 | magic number and version                                            |
 * |    8 | seq of the last event all of whose effects have been performed      |
 * |   16 | where in the file the journal begins, and where it ends (2 words)   |
 * |   32 | CLOCK_BOOTTIME, µs, when this program began                         |
 * |   40 | failures in a row, each soon after the one before                   |
 * |   48 | how often minit has been executed anew                              |
 * |   56 | the signal that ended the program, written by the crash handler     |
 * | 1024 | spawns: {@link slotsMax} × (seq of the event that asked, check of the service's name, PID) |
 *
 * @module
 */
import { checksum } from '../event-log/checksum';

/**
 * Version of all that one program hands to the next: this page, the journal behind it, and the state in that.
 * To be raised when an older program's could be misread.
 */
export const handoverVersion = 1;
/** `minit`, and the version. */
const magicBase = 0x6d69_6e69_7400;
const magic = magicBase + handoverVersion;
const versionsMax = 256;
const word = { magic: 0, performedSeq: 1, begin: 2, end: 3, startedAt: 4, inARow: 5, count: 6 };
const signalOffset = 56;
const slotsOffset = 1_024;
const slotBytes = 16;
/** In a slot. */
const pidOffset = 12;
/** Many more than can be under way at once, so that one is used again only long after it is on record. */
const slotsMax = 256;

/** One attempt to start a process: libc writes the PID as soon as the kernel has told it. */
export type PidSlot = Int32Array;

export class VitalPage {
  private readonly words: Float64Array;
  private readonly memory: ArrayBuffer;
  /** The same memory: a slot holds the seq, a hash of the name, and the PID. */
  private readonly seqs: Float64Array;
  private readonly names: Uint32Array;
  /** What was given out for each, made when it is first used. */
  private readonly slots: PidSlot[] = [];
  private nextSlot = 0;
  /** Slots of spawns under way, whose PIDs are still to be written; one may hang while hundreds of others come and go. */
  private readonly underWay = new Set<number>();
  /** The word that the crash handler writes to. */
  readonly signal: Int32Array;

  constructor(memory: ArrayBuffer) {
    this.memory = memory;
    this.words = new Float64Array(memory, 0, 16);
    this.seqs = new Float64Array(memory);
    this.names = new Uint32Array(memory);
    this.signal = new Int32Array(memory, signalOffset, 1);
  }

  /** For a file that was just made. */
  initialize(startedAt: number): void {
    this.words[word.startedAt] = startedAt;
    this.words[word.magic] = magic;
  }

  /** Says whether this is such a page, of this version. */
  get isValid(): boolean {
    return this.get(word.magic) === magic;
  }

  /** Says whether this is such a page, of another version. */
  get isForeign(): boolean {
    const version = this.get(word.magic) - magicBase;
    return !this.isValid && Number.isInteger(version) && version > 0 && version < versionsMax;
  }

  get performedSeq(): number {
    return this.get(word.performedSeq);
  }

  set performedSeq(seq: number) {
    this.words[word.performedSeq] = seq;
  }

  get begin(): number {
    return this.get(word.begin);
  }

  set begin(offset: number) {
    this.words[word.begin] = offset;
  }

  get end(): number {
    return this.get(word.end);
  }

  set end(offset: number) {
    this.words[word.end] = offset;
  }

  get startedAt(): number {
    return this.get(word.startedAt);
  }

  get failuresInARow(): number {
    return this.get(word.inARow);
  }

  set failuresInARow(count: number) {
    this.words[word.inARow] = count;
  }

  /** How often minit has been executed anew. */
  get count(): number {
    return this.get(word.count);
  }

  /** Says whether there ever was a spawn. */
  get hasSpawned(): boolean {
    // The first one took the first slot, and the seq of an event is never 0.
    return this.seqs[slotsOffset / 8] !== 0;
  }

  /** Takes note that minit has just been executed anew. */
  noteStart(startedAt: number, failuresInARow: number): void {
    this.words[word.startedAt] = startedAt;
    this.words[word.inARow] = failuresInARow;
    this.words[word.count] = this.count + 1;
    this.signal[0] = 0;
  }

  /** Returns memory for the PID of a spawn that the event `seq` asks for: it is nobody else's until {@link release}. */
  slotFor(service: string, seq: number): PidSlot {
    const slot = this.takeSlot();
    const offset = slotsOffset + slot * slotBytes;
    const pid = (this.slots[slot] ??= new Int32Array(this.memory, offset + pidOffset, 1));
    pid[0] = 0;
    this.names[(offset + 8) / 4] = checksum(service, 0);
    this.seqs[offset / 8] = seq;
    return pid;
  }

  /** The spawn is over. What its slot says stays, until all others have been used. */
  release(slot: PidSlot): void {
    this.underWay.delete((slot.byteOffset - pidOffset - slotsOffset) / slotBytes);
  }

  /** The one that was not used for the longest time. */
  private takeSlot(): number {
    if (this.underWay.size < slotsMax)
      while (this.underWay.has(this.nextSlot)) this.nextSlot = (this.nextSlot + 1) % slotsMax;
    const slot = this.nextSlot;
    this.nextSlot = (slot + 1) % slotsMax;
    this.underWay.add(slot);
    return slot;
  }

  /** Returns the PID of the process that was started for `service` because of the event `seq`; 0 where none is known. */
  pidOf(service: string, seq: number): number {
    const name = checksum(service, 0);
    for (let slot = 0; slot < slotsMax; slot += 1) {
      const offset = slotsOffset + slot * slotBytes;
      if (this.seqs[offset / 8] !== seq) continue;
      if (this.names[(offset + 8) / 4] === name)
        return new Int32Array(this.memory, offset + pidOffset, 1)[0] ?? 0;
    }
    return 0;
  }

  private get(index: number): number {
    return this.words[index] ?? 0;
  }
}
