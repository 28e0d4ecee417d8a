/**
 * The lines of a file, read in pieces: a log may be larger than any string can be.
 *
 * @module
 */
import { readSync } from 'node:fs';

export interface FileLine {
  /** Without its newline; overwritten when the next line is asked for. */
  readonly bytes: Buffer;
  /** 1-based. */
  readonly number: number;
  /** It has a newline at its end. */
  readonly isTerminated: boolean;
  /** Offset in the file of the byte after it and its newline, also where that is still to come. */
  readonly end: number;
}

/** Where in a file to begin: `number` is that of the line at the byte `offset`. */
export interface LineStart {
  readonly offset: number;
  readonly number: number;
}

const chunkBytes = 1_048_576;
const newline = 0x0a;

/** V8 makes no longer string than some 512 MiB; nothing that minit writes comes near. */
export const lineBytesMax = 256 * 1_048_576;

/**
 * Reads the lines of `fd`, wherever it stands. A last line without a newline is given as well.
 *
 * @throws what read(2) fails with, and EFBIG for a line longer than {@link lineBytesMax}.
 */
export function* readLines(
  fd: number,
  from: LineStart = { offset: 0, number: 1 },
): Generator<FileLine, void, undefined> {
  const chunk = Buffer.allocUnsafeSlow(chunkBytes);
  let begun: Buffer[] = [];
  let begunBytes = 0;
  let { number } = from;
  let position = from.offset;
  for (;;) {
    const count = readSync(fd, chunk, { position });
    if (count === 0) break;
    const chunkStart = position;
    position += count;
    const filled = chunk.subarray(0, count);
    let start = 0;
    for (;;) {
      const end = filled.indexOf(newline, start);
      if (end === -1) break;
      const piece = filled.subarray(start, end);
      const bytes = begunBytes === 0 ? piece : Buffer.concat([...begun, piece]);
      begun = [];
      begunBytes = 0;
      yield { bytes, number, isTerminated: true, end: chunkStart + end + 1 };
      number += 1;
      start = end + 1;
    }
    if (start < count) begun.push(Buffer.from(chunk.subarray(start, count)));
    begunBytes += count - start;
    if (begunBytes > lineBytesMax)
      throw Object.assign(new Error('line too long'), { code: 'EFBIG', errno: -27 });
  }
  if (begunBytes > 0)
    yield { bytes: Buffer.concat(begun), number, isTerminated: false, end: position + 1 };
}
