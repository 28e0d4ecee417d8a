/**
 * Writes a simulated run as an event log, in the very format of a real one, so that `minit-replay` opens it.
 *
 * @module
 */
import { writeFileSync } from 'node:fs';
import type { LogRecord } from '../../effects/ports';
import { logFormatName, logFormatVersion, type SegmentHeader } from '../../machines/log-format';
import { encodeLine, headerJson, recordJson } from '../event-log/records';

export interface SimulatedLog {
  readonly seed: number;
  readonly program: string;
  readonly argv: readonly string[];
  readonly records: readonly LogRecord[];
}

/** 2004-12-27T00:00:01Z, one second after the simulated machine was switched on. */
const wallAt = '2004-12-27T00:00:01.000Z';

/** Returns the whole log: the same for the same run. */
export function encodeLog({ seed, program, argv, records }: SimulatedLog): string {
  const header = {
    minit: logFormatName,
    version: logFormatVersion,
    boot: `00000000-0000-4000-8000-${seed.toString(16).padStart(12, '0')}`,
    wallAt,
    at: records[0]?.at ?? 0,
    program,
    flags: [],
    argv,
    host: 'simulated',
    node: process.version,
    segment: 1,
  } as const;
  return encodeSegment(header, records);
}

/** Returns a whole log of one segment. */
export function encodeSegment(header: SegmentHeader, records: readonly LogRecord[]): string {
  let check = 0;
  const lines = [headerJson(header), ...records.map(recordJson)].map((json) => {
    const encoded = encodeLine(json, check);
    ({ check } = encoded);
    return encoded.line;
  });
  return lines.join('');
}

/** @throws what open(2) and write(2) fail with. */
export function writeLog(path: string, log: SimulatedLog): void {
  writeFileSync(path, encodeLog(log));
}
