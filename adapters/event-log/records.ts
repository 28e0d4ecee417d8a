/**
 * Lines of the event log and their checks. A line is JSON whose last member is the check: the
 * CRC-32 of all bytes before `,"check":`, begun with the check of the line before (0 for the
 * first). So a torn, altered, missing or inserted line is found, and `crc32` shows it by hand.
 *
 * @module
 */
import type * as Zlib from 'node:zlib';
import type { LoggedRecord, LogSnapshot, SegmentHeader } from '../../machines/log-format';

/** Length of `,"check":"01234567"}`. */
export const checkLength = 20;

/** CRC-32 of `data` (a string as UTF-8), begun with `seed`. */
export type Checksum = (data: string | Uint8Array, seed: number) => number;

let table: Int32Array | undefined;

/** The same by a table, for a Node that has no `zlib.crc32` (before 20.15). */
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

/** So many bytes go through the table before node:zlib is worth its loading: 2 ms, while services wait. */
const tableBytesMax = 16_384;
let tableBytes = 0;
let native: Checksum | undefined;

export const checksum: Checksum = (data, seed) => {
  tableBytes += data.length;
  if (native === undefined && tableBytes <= tableBytesMax) return tableChecksum(data, seed);
  native ??= loadChecksum();
  return native(data, seed);
};

function loadChecksum(): Checksum {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- an import would be loaded at once
  const { crc32 } = require('node:zlib') as Partial<typeof Zlib>;
  return crc32 ?? tableChecksum;
}

export interface EncodedLine {
  /** With its newline. */
  readonly line: string;
  readonly check: number;
}

/** Returns the line for the JSON object `json`, and its check, which the next line begins with. */
export function encodeLine(json: string, previousCheck: number): EncodedLine {
  const body = json.slice(0, -1);
  const check = checksum(body, previousCheck);
  return { line: `${body}${checkText(check)}\n`, check };
}

const checkText = (check: number): string => `,"check":"${check.toString(16).padStart(8, '0')}"}`;

export const headerJson = (header: SegmentHeader): string => JSON.stringify(header);

export const snapshotJson = ({ state, seq }: LogSnapshot): string =>
  JSON.stringify({ snapshot: state, seq });

/** Members in the order of the format, whatever order the record has them in. */
export const recordJson = ({ seq, at, cause, event, effects }: LoggedRecord): string =>
  JSON.stringify({ seq, at, cause, event, effects });

let lastTurn: { readonly records: readonly LoggedRecord[]; readonly json: readonly string[] } = {
  records: [],
  json: [],
};

/** Returns the JSON of each record of a turn: the journal and the event log both write it, one after the other. */
export function turnJson(records: readonly LoggedRecord[]): readonly string[] {
  if (records !== lastTurn.records) lastTurn = { records, json: records.map(recordJson) };
  return lastTurn.json;
}

/** Returns the check of a line (without its newline), or `undefined` when it does not match. */
export function verifyLine(line: Buffer, previousCheck: number): number | undefined {
  const end = line.length - checkLength;
  if (end < 1) return undefined;
  const check = checksum(line.subarray(0, end), previousCheck);
  return line.toString('latin1', end) === checkText(check) ? check : undefined;
}
