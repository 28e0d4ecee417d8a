/**
 * CRC-32, by whatever is quickest at hand.
 *
 * @module
 */
import type * as Zlib from 'node:zlib';
import type { ScratchBytes } from '../scratch-bytes';

/** CRC-32 of `data` (a string as UTF-8), begun with `seed`. */
export type Checksum = (data: string | Uint8Array, seed: number) => number;

/** The same in two ways: of `data`, and of what has been added to `scratch` from the byte `from` on. */
export interface Checksums {
  readonly ofData: Checksum;
  readonly ofAdded: (scratch: ScratchBytes, from: number, seed: number) => number;
}

let table: Int32Array | undefined;

/** By a table, for a Node that has no `zlib.crc32` (before 20.15). */
export const tableChecksum: Checksum = (data, seed) => {
  table ??= makeTable();
  let value = ~seed;
  for (const byte of typeof data === 'string' ? Buffer.from(data) : data) {
    value = (table[(value ^ byte) & 0xff] ?? 0) ^ (value >>> 8);
  }
  return ~value >>> 0;
};

function makeTable(): Int32Array {
  return Int32Array.from({ length: 256 }, (_, index) => {
    let value = index;
    for (let bit = 0; bit < 8; bit += 1)
      value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
    return value;
  });
}

/** So many bytes go through the table before node:zlib is worth its loading, with all of Node's streams: 5 ms. */
const tableBytesMax = 16_384;
let tableBytes = 0;
let best: Checksum | undefined;
let bestOfAdded: Checksums['ofAdded'] | undefined;

export const checksum: Checksum = (data, seed) => {
  if (best !== undefined) return best(data, seed);
  tableBytes += data.length;
  if (tableBytes > tableBytesMax) best = loadChecksum();
  return tableChecksum(data, seed);
};

export const checksumOfAdded: Checksums['ofAdded'] = (scratch, from, seed) =>
  bestOfAdded === undefined
    ? checksum(scratch.memory.subarray(from, scratch.end), seed)
    : bestOfAdded(scratch, from, seed);

/** For a program that has better ones; `undefined` where they are not to be had. */
export function useChecksums(better: Checksums | undefined): void {
  best = better?.ofData ?? best;
  bestOfAdded = better?.ofAdded ?? bestOfAdded;
}

function loadChecksum(): Checksum {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- an import would be loaded at once
  const { crc32 } = require('node:zlib') as Partial<typeof Zlib>;
  return crc32 ?? tableChecksum;
}
