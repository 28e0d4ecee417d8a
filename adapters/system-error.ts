/**
 * Errors of Node's system calls as data.
 *
 * @module
 */
import { constants } from 'node:os';
import type { SystemError } from '../machines/events';

/** Returns the symbolic code and the (positive) number of an error that a call of `node:fs` threw. */
export function systemErrorOf(error: unknown): SystemError {
  const { code, errno } = error as { code?: unknown; errno?: unknown };
  if (typeof code === 'string' && typeof errno === 'number')
    return { code, errno: Math.abs(errno) };
  throw error;
}

/** Returns a system error by its symbolic code, for what an adapter refuses itself. */
export function systemError(code: keyof typeof constants.errno): SystemError {
  return { code, errno: constants.errno[code] };
}

/** Returns the system error with the number `errno`, as functions of libc give it. */
export function systemErrorByNumber(errno: number): SystemError {
  const found = Object.entries(constants.errno).find(([, value]) => value === errno);
  return { code: found?.[0] ?? `errno ${String(errno)}`, errno };
}
