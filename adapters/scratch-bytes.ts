/**
 * Bytes that are put together from texts for one write(2), in memory that is used over and over. minit writes twice in each
 * turn, and what it would make for that, strings of all lines and buffers of them, costs more than the writing.
 *
 * @module
 */
import { writeSync } from 'node:fs';

const usualBytes = 65_536;
/** UTF-8 needs no more for a UTF-16 unit. */
const bytesPerUnitMax = 3;

/** What is to be written: the first `end` bytes. */
export interface Gathered {
  readonly memory: Buffer;
  readonly end: number;
}

/** write(2): returns how many bytes went, throws as `writeSync` does. */
export type WriteBytes = (fd: number, bytes: Gathered) => number;

/** The real one. */
export const writeBytes: WriteBytes = (fd, { memory, end }) => writeSync(fd, memory, 0, end);

export class ScratchBytes implements Gathered {
  private readonly usual = Buffer.allocUnsafeSlow(usualBytes);
  private bytes = this.usual;
  private length = 0;

  /** The memory; what is in it is that up to {@link end}. */
  get memory(): Buffer {
    return this.bytes;
  }

  get end(): number {
    return this.length;
  }

  /** Lets go of what was added, and keeps no more memory than usual. */
  forget(): void {
    this.begin(0);
  }

  /** Begins anew, with room for texts of `units` UTF-16 units together. */
  begin(units: number): void {
    const bytesMax = units * bytesPerUnitMax;
    this.bytes = bytesMax <= usualBytes ? this.usual : Buffer.allocUnsafeSlow(bytesMax);
    this.length = 0;
  }

  /** Adds `text` as UTF-8. There is room for no more than was asked for. */
  add(text: string): void {
    this.length += this.bytes.write(text, this.length);
  }

  /** Adds bytes as they are: for a few of them there is nothing to be converted, which takes longer than to copy them. */
  addBytes(bytes: Uint8Array): void {
    this.bytes.set(bytes, this.length);
    this.length += bytes.length;
  }

  /** Takes the last byte away again. */
  dropLast(): void {
    this.length -= 1;
  }
}
