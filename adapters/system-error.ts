/**
 * Errors of Node's system calls as data.
 *
 * @module
 */
import type { SystemError } from '../machines/events';
import { errnos } from './errnos';

/** Returns the symbolic code and the (positive) number of an error that a call of `node:fs` threw. */
export function systemErrorOf(error: unknown): SystemError {
  const { code, errno } = error as { code?: unknown; errno?: unknown };
  if (typeof code === 'string' && typeof errno === 'number')
    return { code, errno: Math.abs(errno) };
  throw error;
}

/** Returns a system error by its symbolic code, for what an adapter refuses itself. */
export function systemError(code: keyof typeof errnos): SystemError {
  return { code, errno: errnos[code] };
}
