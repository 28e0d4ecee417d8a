/**
 * Whether a file that is to be written is the log that is read: that would be gone before it was read.
 *
 * @module
 */
import { statSync, type BigIntStats } from 'node:fs';
import type { OpenedLog } from './event-log/reader';

/** Returns why `output` is not to be written while `log` is read; nothing where it may be, under whatever name. */
export function outputProblem(output: string, log: OpenedLog): string | undefined {
  const target = statsOf(output);
  if (target === undefined) return undefined;
  const isRead = log.segments.some(({ path }) => {
    const segment = statsOf(path);
    return segment?.dev === target.dev && segment.ino === target.ino;
  });
  return isRead
    ? `unable to write ${JSON.stringify(output)}: it is the log that is read`
    : undefined;
}

/** `undefined` also where it cannot be seen: what opens it says why. */
function statsOf(path: string): BigIntStats | undefined {
  try {
    return statSync(path, { bigint: true });
  } catch {
    return undefined;
  }
}
