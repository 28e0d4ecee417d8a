/**
 * Looks after the place of a FIFO that is held open: its directory may go away under a running minit
 * (unmounted, removed), or something be mounted over it, and then clients knock at another door.
 *
 * @module
 */
import { fstatSync, statSync } from 'node:fs';
import type { SystemError } from '../machines/events';
import { systemErrorOf } from './system-error';

/** Tells whether `fd` is still what clients find at `path`, and if not, why they find nothing. */
export function whereabouts(fd: number, path: string): 'here' | 'replaced' | SystemError {
  try {
    const held = fstatSync(fd);
    const found = statSync(path);
    return found.ino === held.ino && found.dev === held.dev ? 'here' : 'replaced';
  } catch (error) {
    return systemErrorOf(error);
  }
}

export interface Place {
  readonly fd: number;
  readonly path: string;
  readonly delayMs: number;
}

/** Calls back when `fd` is not at its place any more, again and again until the returned function is called. */
export function watchPlace(
  { fd, path, delayMs }: Place,
  onAway: (found: 'replaced' | SystemError) => void,
): () => void {
  const timer = setInterval(() => {
    const found = whereabouts(fd, path);
    if (found !== 'here') onAway(found);
  }, delayMs);
  timer.unref();
  return () => {
    clearInterval(timer);
  };
}

export const goneHint = ({ code }: SystemError): string =>
  code === 'ENOENT'
    ? 'the FIFO has gone: make or mount the directory again'
    : `the directory has become unusable: ${code}`;
