/**
 * Notices that this program turns in an endless loop: a timer that counts the CPU time that it
 * spends, so that a program that sleeps is never woken by it. Where nobody restarts it in time the
 * kernel sends SIGVTALRM, which the crash handler takes.
 *
 * Time in system calls does not count, nor does waiting: a program that hangs in the kernel is not
 * noticed.
 *
 * @module
 */
import { addressOf, bind, resultOrErrno } from './koffi';

const ITIMER_VIRTUAL = 1;
const setTimer = bind<[number, number, number]>('int setitimer(int, uintptr_t, uintptr_t)');
let secondsGiven = 0;
/** struct itimerval: an interval of nothing (it fires once), then 64-bit seconds and microseconds. */
const timer = new Uint32Array(8);
const timerAddress = Number(addressOf(timer));

/**
 * Gives this program `seconds` (whole ones) of CPU time in user mode, all threads together, from now
 * on. Quick enough for each turn of the loop. Returns 0 or −errno. setitimer(2)
 */
export function restartWatchdog(seconds: number): number {
  secondsGiven = seconds;
  timer[4] = seconds;
  return resultOrErrno(setTimer(ITIMER_VIRTUAL, timerAddress, 0));
}

/**
 * Gives it the same time again, if there is a watchdog: for each callback of the event loop that may come often
 * and leads to no turn. That it is called says that the loop goes on.
 */
export function feedWatchdog(): void {
  if (secondsGiven > 0) restartWatchdog(secondsGiven);
}

/** No watchdog from now on. */
export function stopWatchdog(): void {
  restartWatchdog(0);
}
