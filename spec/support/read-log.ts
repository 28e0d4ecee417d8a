/**
 * A log as a whole, and its records as they were written.
 *
 * @module
 */
import type { LogError } from '../../adapters/event-log/headers';
import {
  openLog,
  type LogItem,
  type OpenedLog,
  type OpenLogOptions,
} from '../../adapters/event-log/reader';
import type { LoggedRecord } from '../../machines/log-format';

/** All that a record says, as a value; one that was read parses its effects when it is asked for them. */
export const asWritten = ({ seq, at, cause, event, effects }: LoggedRecord): LoggedRecord =>
  cause === undefined ? { seq, at, event, effects } : { seq, at, cause, event, effects };

export function readLog(
  path: string,
  options?: OpenLogOptions,
): (Omit<OpenedLog, 'items'> & { readonly items: readonly LogItem[] }) | LogError {
  const log = openLog(path, options);
  if ('code' in log) return log;
  const items = [...log.items()].map((item) =>
    item.kind === 'record' ? { ...item, record: asWritten(item.record) } : item,
  );
  return { ...log, items };
}
