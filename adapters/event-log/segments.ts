/**
 * The files of the event log: `minit-000001.jsonl`, `minit-000002.jsonl`, … numbered on across
 * boots. A file is only ever made new, so that two minits in one directory never share one.
 *
 * @module
 */
import { mkdirSync, openSync, readdirSync, unlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { systemErrorOf } from '../system-error';

export interface SegmentFile {
  readonly number: number;
  readonly path: string;
}

const fileMode = 0o640;
const directoryMode = 0o755;

/** Returns the segments in `directory`, oldest first. @throws what readdir(3) fails with. */
export function listSegments(directory: string): SegmentFile[] {
  const segments: SegmentFile[] = [];
  for (const name of readdirSync(directory)) {
    const digits = /^minit-(\d{6,15})\.jsonl$/u.exec(name)?.[1];
    if (digits !== undefined)
      segments.push({ number: Number(digits), path: join(directory, name) });
  }
  return segments.sort((a, b) => a.number - b.number);
}

export const segmentName = (number: number): string =>
  `minit-${String(number).padStart(6, '0')}.jsonl`;

export interface OpenedSegment {
  readonly fd: number;
  readonly path: string;
}

/**
 * Makes the next segment, readable too (see SegmentFile.copyTo), and the directory where it is missing.
 *
 * @throws what mkdir(2), readdir(3) or open(2) fails with.
 */
export function makeSegment(directory: string): OpenedSegment {
  // Read as well as written: a minit that is executed anew looks how far the one before it came.
  for (let number = nextNumber(directory); ; number += 1) {
    const path = join(directory, segmentName(number));
    try {
      return { fd: openSync(path, 'ax+', fileMode), path };
    } catch (error) {
      // Another minit was faster with this number.
      if (systemErrorOf(error).code !== 'EEXIST') throw error;
    }
  }
}

function nextNumber(directory: string): number {
  try {
    return (listSegments(directory).at(-1)?.number ?? 0) + 1;
  } catch (error) {
    if (systemErrorOf(error).code !== 'ENOENT') throw error;
    makeDirectory(directory);
    return 1;
  }
}

/** Not `recursive`: that says ENOENT where mkdir(2) says that the file system is read-only. */
function makeDirectory(directory: string): void {
  try {
    mkdirSync(directory, directoryMode);
  } catch (error) {
    const { code } = systemErrorOf(error);
    if (code === 'EEXIST') return;
    if (code !== 'ENOENT' || dirname(directory) === directory) throw error;
    makeDirectory(dirname(directory));
    mkdirSync(directory, directoryMode);
  }
}

/** Removes the oldest segments beyond `segmentsMax`, but never `keep`. What cannot be removed does not keep the others. */
export function dropOldSegments(directory: string, segmentsMax: number, keep: string): void {
  for (const { path } of oldSegments(directory, segmentsMax)) {
    try {
      if (path !== keep) unlinkSync(path);
    } catch {
      // Whatever it was (a file system that has become read-only, say), the next segment tries again.
    }
  }
}

function oldSegments(directory: string, segmentsMax: number): readonly SegmentFile[] {
  try {
    const segments = listSegments(directory);
    return segments.slice(0, Math.max(0, segments.length - segmentsMax));
  } catch {
    // A directory that cannot be read any more keeps what it has.
    return [];
  }
}
