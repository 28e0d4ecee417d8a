/**
 * A log as a whole.
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
import { plainRecord } from '../../machines/read-record';

export function readLog(
  path: string,
  options?: OpenLogOptions,
): (Omit<OpenedLog, 'items'> & { readonly items: readonly LogItem[] }) | LogError {
  const log = openLog(path, options);
  if ('code' in log) return log;
  const items = [...log.items()].map((item) =>
    item.kind === 'record' ? { ...item, record: plainRecord(item.record) } : item,
  );
  return { ...log, items };
}
