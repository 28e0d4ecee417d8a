/**
 * Which file is which: reads the header of a segment, and says what a file is that has none.
 *
 * @module
 */
import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { logFormatVersion, parseHeader, type SegmentHeader } from '../../machines/log-format';
import { systemErrorOf } from '../system-error';
import { verifyLine } from './records';

export type LogErrorCode =
  | 'missing'
  | 'not-a-file'
  | 'unreadable'
  | 'empty'
  | 'no-header'
  | 'foreign'
  | 'unknown-version'
  | 'no-logs';

/** `text`: lower case, no full stop, with the path. */
export interface LogError {
  readonly code: LogErrorCode;
  readonly text: string;
}

export interface Segment {
  readonly path: string;
  readonly header: SegmentHeader;
}

/** A longer first line is not ours: a kernel hands over no more than 128 KiB of argv, 6 bytes each in JSON. */
const headerBytesMax = 1_048_576;
const ourBeginning = '{"minit":"event-log"';

export const logError = (code: LogErrorCode, text: string): LogError => ({ code, text });

/** Returns the segment at `path`, or what is there instead. */
export function readSegmentHeader(path: string): Segment | LogError {
  try {
    const stats = statSync(path, { throwIfNoEntry: false });
    if (stats === undefined) return logError('missing', `${path} does not exist`);
    if (!stats.isFile()) return logError('not-a-file', `${path} is no regular file`);
    if (stats.size === 0) return logError('empty', `${path} is empty`);
    return parseFirstLine(path, readBeginning(path));
  } catch (error) {
    return logError('unreadable', `unable to read ${path}: ${systemErrorOf(error).code}`);
  }
}

function readBeginning(path: string): Buffer {
  const fd = openSync(path, 'r');
  try {
    // Most headers are shorter than this, and a directory may have many segments.
    const first = Buffer.alloc(4_096);
    const count = readSync(fd, first);
    if (count < first.length || first.includes('\n')) return first.subarray(0, count);
    const more = Buffer.alloc(headerBytesMax);
    return more.subarray(0, readSync(fd, more, { position: 0 }));
  } finally {
    closeSync(fd);
  }
}

function parseFirstLine(path: string, beginning: Buffer): Segment | LogError {
  const end = beginning.indexOf('\n');
  const line = end === -1 ? beginning : beginning.subarray(0, end);
  const header = parseHeader(parseJson(line));
  if (header === 'unknown-version') {
    const known = String(logFormatVersion);
    return logError(
      'unknown-version',
      `${path} is in a newer format than this minit knows (${known}): use a newer one`,
    );
  }
  if (header === 'foreign') {
    return line.toString('latin1').startsWith(ourBeginning)
      ? logError('no-header', `${path} has a ${end === -1 ? 'torn' : 'damaged'} header`)
      : logError('foreign', `${path} is no event log of minit`);
  }
  if (verifyLine(line, 0) === undefined)
    return logError('no-header', `${path} has a damaged header`);
  return { path, header };
}

function parseJson(line: Buffer): unknown {
  try {
    return JSON.parse(line.toString());
  } catch {
    return undefined;
  }
}
