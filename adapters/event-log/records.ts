/**
 * Lines of the event log and their checks. A line is JSON whose last member is the check: the
 * CRC-32 of all bytes before `,"check":`, begun with the check of the line before (0 for the
 * first). So a torn, altered, missing or inserted line is found, and `crc32` shows it by hand.
 *
 * @module
 */
import type { LoggedRecord, LogSnapshot, SegmentHeader } from '../../machines/log-format';
import { asRecorded } from '../../machines/recorded-replies';
import type { ScratchBytes } from '../scratch-bytes';
import { checksum, checksumOfAdded } from './checksum';

/** Length of `,"check":"01234567"}`. */
export const checkLength = 20;

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

/** Adds the same line to `scratch`, which has room for {@link checkLength} bytes more than `json`; returns its check. */
export function addLine(scratch: ScratchBytes, json: string, previousCheck: number): number {
  const from = scratch.end;
  scratch.add(json);
  scratch.dropLast();
  const check = checksumOfAdded(scratch, from, previousCheck);
  setDigits(lineEnd, checkHead.length, check);
  scratch.addBytes(lineEnd);
  return check;
}

const checkText = (check: number): string => `,"check":"${check.toString(16).padStart(8, '0')}"}`;
const checkHead = Buffer.from(',"check":"');
const checkTail = Buffer.from('"}');
const hexDigits = Buffer.from('0123456789abcdef');
const checkDigits = 8;
/** What a line ends with; the digits are those of the last one. */
const lineEnd = Buffer.from(`${checkText(0)}\n`);

function setDigits(bytes: Buffer, start: number, check: number): void {
  for (let digit = 0; digit < checkDigits; digit += 1)
    bytes[start + digit] = hexDigits[(check >>> (4 * (checkDigits - 1 - digit))) & 0xf] ?? 0;
}

export const headerJson = (header: SegmentHeader): string => JSON.stringify(header);

export const snapshotJson = ({ state, seq }: LogSnapshot): string =>
  JSON.stringify({ snapshot: state, seq });

/** Members in the order of the format, whatever order the record has them in. */
export const recordJson = ({ seq, at, cause, event, effects }: LoggedRecord): string =>
  JSON.stringify({ seq, at, cause, event, effects: asRecorded(effects) });

/** The same, with long answers as they are. */
export const wholeRecordJson = ({ seq, at, cause, event, effects }: LoggedRecord): string =>
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
  return isCheckAt(line, end, check) ? check : undefined;
}

/** The same as {@link checkText}, byte by byte: strings of it would cost a tenth of a replay. */
function isCheckAt(line: Buffer, place: number, check: number): boolean {
  let at = place;
  for (const byte of checkHead) if (line[at++] !== byte) return false;
  for (let shift = 4 * (checkDigits - 1); shift >= 0; shift -= 4)
    if (line[at++] !== hexDigits[(check >>> shift) & 0xf]) return false;
  for (const byte of checkTail) if (line[at++] !== byte) return false;
  return true;
}
