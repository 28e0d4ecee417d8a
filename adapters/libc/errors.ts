/**
 * Errors of libc as data.
 *
 * @module
 */
import type { SystemError } from '../../machines/events';
import { errnoName } from './koffi';

/** Returns the error with the (positive) number `errno`. */
export function libcError(errno: number): SystemError {
  return { code: errnoName(errno), errno };
}
