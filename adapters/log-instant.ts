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
  const wallMs = wallClockMs(text, header.wallAt);
  if (Number.isNaN(wallMs)) {
    return `"${text}" is no instant: give a sequence number, +SECONDS since the start, or a time such as ${header.wallAt}`;
  }
  return { at: header.at + (wallMs - Date.parse(header.wallAt)) * 1_000 };
}

const dayMs = 86_400_000;

/** Returns the time that `text` names, in UTC unless it says otherwise; NaN where it names none. */
function wallClockMs(text: string, beganAt: string): number {
  const [, day, time, zone = 'Z'] =
    /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(Z|[+-]\d\d:?\d\d)?)?$/iu.exec(text) ??
    [];
  if (day !== undefined)
    return Date.parse(time === undefined ? day : `${day}T${time}${zone.toUpperCase()}`);
  const [timeOfDay, seconds] = /^\d\d:\d\d(:\d\d(?:\.\d+)?)?$/u.exec(text) ?? [];
  if (timeOfDay === undefined) return NaN;
  const onFirstDay = Date.parse(`${beganAt.slice(0, 10)}T${timeOfDay}Z`);
  // "12:00" and "12:00:01" may be the minute, or the second, in which the boot began.
  const spanMs = seconds === undefined ? 60_000 : seconds.includes('.') ? 1 : 1_000;
  return onFirstDay + spanMs <= Date.parse(beganAt) ? onFirstDay + dayMs : onFirstDay;
}

/** The event lies after the instant. */
export function isPast({ seq, at }: Pick<LoggedRecord, 'seq' | 'at'>, until: Instant): boolean {
  if (until === undefined) return false;
  return 'seq' in until ? seq > until.seq : at > until.at;
}
