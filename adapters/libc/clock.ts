/**
 * The clocks of clock_gettime(2), in µs since their beginning.
 *
 * @module
 */
import { addressOf, bindAtOnce } from './koffi';

const CLOCK_REALTIME = 0;
const CLOCK_BOOTTIME = 7;

const clockGetTime = bindAtOnce<[number, number]>('int clock_gettime(int, uintptr_t)');
/** struct timespec: 64-bit seconds, then nanoseconds; little-endian on all machines we run on. */
const time = new Uint32Array(4);
const timeAddress = Number(addressOf(time));

function microseconds(clock: number): number {
  clockGetTime(clock, timeAddress);
  const seconds = (time[1] ?? 0) * 4_294_967_296 + (time[0] ?? 0);
  return seconds * 1_000_000 + Math.floor((time[2] ?? 0) / 1_000);
}

/** Returns CLOCK_BOOTTIME, µs: goes on in suspend, nobody can set it. */
export function bootTimeUs(): number {
  return microseconds(CLOCK_BOOTTIME);
}

/** Returns CLOCK_REALTIME, µs since 1970. */
export function wallTimeUs(): number {
  return microseconds(CLOCK_REALTIME);
}
