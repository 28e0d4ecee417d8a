/**
 * A timer that never fires but notices that somebody sets the wall clock (timerfd_create(2)).
 *
 * @module
 */
import { closeSync } from 'node:fs';
import { bind, resultOrErrno } from './koffi';

const CLOCK_REALTIME = 0;
const TFD_NONBLOCK = 0o4000;
const TFD_CLOEXEC = 0o2000000;
const TFD_TIMER_ABSTIME = 1;
const TFD_TIMER_CANCEL_ON_SET = 2;

const create = bind<[number, number]>('int timerfd_create(int, int)');
const setTime = bind<[number, number, Uint32Array, number | bigint]>(
  'int timerfd_settime(int, int, void *, void *)',
);

/**
 * Returns an fd that becomes readable whenever the wall clock is set, or −errno. A read(2) of it
 * then fails with ECANCELED and arms it again.
 */
export function openClockSetFd(): number {
  const fd = resultOrErrno(create(CLOCK_REALTIME, TFD_CLOEXEC | TFD_NONBLOCK));
  if (fd < 0) return fd;
  // struct itimerspec: no interval; the value lies in the year 2242, near what the kernel can hold.
  const never = new Uint32Array([0, 0, 0, 0, 0xffffffff, 1, 0, 0]);
  const result = setTime(fd, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, never, 0n);
  if (result >= 0) return fd;
  const errno = resultOrErrno(result);
  closeSync(fd);
  return errno;
}
