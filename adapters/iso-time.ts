/**
 * Time of day as text. `Date.prototype.toISOString` would have V8 (11, at least) look for the time zone and its name, of which
 * the text says nothing: a megabyte of ICU, for as long as the program lives.
 *
 * @module
 */

/** Returns `date` in UTC, to the millisecond, as ISO 8601 has it, for the years 0 to 9999. */
export function isoTime(date: Date): string {
  const year = digits(date.getUTCFullYear(), 4);
  const day = `${year}-${digits(date.getUTCMonth() + 1)}-${digits(date.getUTCDate())}`;
  const minute = `${digits(date.getUTCHours())}:${digits(date.getUTCMinutes())}`;
  return `${day}T${minute}:${digits(date.getUTCSeconds())}.${digits(date.getUTCMilliseconds(), 3)}Z`;
}

const digits = (value: number, count = 2): string => String(value).padStart(count, '0');
