/**
 * Errors of libc as data.
 *
 * @module
 */
import type { SystemError } from '../../machines/events';
import { errnoName } from './koffi';

/** The errors that decide something here; the numbers are those of Linux on every machine we run on. */
export const errnos = {
  EPERM: 1,
  ENOENT: 2,
  ESRCH: 3,
  ENOEXEC: 8,
  ECHILD: 10,
  EAGAIN: 11,
  ENOMEM: 12,
  EACCES: 13,
  EBUSY: 16,
  ENOTDIR: 20,
  EISDIR: 21,
  EINVAL: 22,
  ENFILE: 23,
  EMFILE: 24,
  ETXTBSY: 26,
  ENOSYS: 38,
  ELOOP: 40,
  ETIMEDOUT: 110,
} as const;

/** Returns the error with the (positive) number `errno`. */
export function libcError(errno: number): SystemError {
  return { code: errnoName(errno), errno };
}
