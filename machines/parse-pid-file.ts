/**
 * What stands in a PID file, as daemons write it: a number, perhaps indented, perhaps with more
 * behind it (the command, the data directory). Pure.
 *
 * @module
 */
import { pidMax } from './limits';

export type PidFileContent =
  | { readonly kind: 'pid'; readonly pid: number; readonly isWhole: boolean }
  /** Nothing yet. */
  | { readonly kind: 'empty' }
  | { readonly kind: 'nonsense' };

/** Returns what `text` says. `isWhole`: something follows the number, so that no digit is still to come. */
export function parsePidFile(text: string): PidFileContent {
  const start = text.trimStart();
  if (start === '') return { kind: 'empty' };
  const [, digits, next] = /^(\d+)(\s|$)/u.exec(start) ?? [];
  const pid = Number(digits);
  // 0 and 1 would be nobody's, and minit's own.
  if (digits === undefined || !(pid > 1 && pid <= pidMax)) return { kind: 'nonsense' };
  return { kind: 'pid', pid, isWhole: next !== '' };
}
