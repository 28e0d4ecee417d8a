/**
 * How machine code is written down here: a line an instruction, its bytes, and what it does.
 *
 * @module
 */

/** Returns the bytes of hexadecimal digits, which may be apart. */
export const bytes = (hex: string): Buffer => Buffer.from(hex.replaceAll(' ', ''), 'hex');

/** Returns 64-bit words as all CPUs that minit knows have them in memory. */
export const littleEndian = (words: readonly bigint[]): Buffer =>
  Buffer.from(BigUint64Array.from(words).buffer);
