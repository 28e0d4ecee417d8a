/**
 * What both sides of the FIFOs need.
 *
 * @module
 */
import { readSync } from 'node:fs';

/** Calls back whenever the fd is ready, until the returned function is called; level-triggered. */
export type Poll = (fd: number, onReady: () => void) => () => void;

/** Linux gives a pipe this much room (pipe(7)), so that one read empties it. */
export const pipeBytes = 65_536;

/** Throws away what is in the FIFO `fd`, opened O_NONBLOCK; `scratch` is overwritten. */
export function drain(fd: number, scratch: Buffer): void {
  try {
    while (readSync(fd, scratch) > 0);
  } catch {
    // EAGAIN: it is empty. Any other error shows at the read or write that follows.
  }
}
