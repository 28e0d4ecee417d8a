/**
 * Writes an imagined boot as an event log, so that `minit-replay` and all others open it.
 *
 * @module
 */
import { writeFileSync } from 'node:fs';
import type { LogRecord } from '../../effects/ports';
import { logFormatVersion, type SegmentHeader } from '../../machines/log-format';
import { encodeSegment } from '../simulation/log-file';

/** The header is that of the recorded boot, but for its host. @throws what open(2) and write(2) fail with. */
export function writeImaginedLog(
  path: string,
  { dropped: _, ...header }: SegmentHeader,
  records: readonly LogRecord[],
): void {
  const imagined = { ...header, version: logFormatVersion, segment: 1, host: 'imagined' };
  writeFileSync(path, encodeSegment(imagined, records));
}
