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

export function readLog(
  path: string,
  options?: OpenLogOptions,
): (Omit<OpenedLog, 'items'> & { readonly items: readonly LogItem[] }) | LogError {
  const log = openLog(path, options);
  if ('code' in log) return log;
  return { ...log, items: [...log.items()] };
}
