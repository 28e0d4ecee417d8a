/**
 * An instant of a log, as people name it.
 *
 * @module
 */
import type { LoggedRecord, SegmentHeader } from '../machines/log-format';

/** Up to and with the event `seq`, or the last event at or before `at` (CLOCK_BOOTTIME µs). */
export type Instant = { readonly seq: number } | { readonly at: number } | undefined;

/** Returns the instant that `text` names, or what is wrong with it. */
export function parseInstant(text: string | undefined, header: SegmentHeader): Instant | string {
  if (text === undefined) return undefined;
  if (/^\d+$/u.test(text)) return { seq: Number(text) };
  if (/^\+\d+(\.\d+)?$/u.test(text))
    return { at: header.at + Math.round(Number(text) * 1_000_000) };
  const day = header.wallAt.slice(0, 10);
  const wall = Date.parse(/^\d\d:\d\d(:\d\d(\.\d+)?)?$/u.test(text) ? `${day}T${text}Z` : text);
  // Date.parse takes "-1" for a year.
  if (Number.isNaN(wall) || !/^\d\d(\d\d-\d\d-\d\d|:\d\d)/u.test(text)) {
    return `"${text}" is no instant: give a sequence number, +SECONDS since the start, or a time such as ${header.wallAt}`;
  }
  return { at: header.at + (wall - Date.parse(header.wallAt)) * 1_000 };
}

/** The event lies after the instant. */
export function isPast({ seq, at }: Pick<LoggedRecord, 'seq' | 'at'>, until: Instant): boolean {
  if (until === undefined) return false;
  return 'seq' in until ? seq > until.seq : at > until.at;
}
