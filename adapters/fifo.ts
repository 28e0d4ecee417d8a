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

const retryDelayMs = 5;
const retryDelayMsMax = 1_000;
/** A reader that takes nothing for so long is dead or stopped. */
const retryTotalMsMax = 60_000;

/**
 * The poll for room to write of an adapter without one: tries again after a pause that grows for
 * as long as nobody reads. Does not keep the program alive.
 */
export const retryWritable: Poll = (_fd, onReady) => {
  let delayMs = retryDelayMs;
  let totalMs = 0;
  let timer: NodeJS.Timeout;
  const schedule = (): void => {
    timer = setTimeout(() => {
      totalMs += delayMs;
      delayMs = Math.min(2 * delayMs, retryDelayMsMax);
      if (totalMs < retryTotalMsMax) schedule();
      onReady();
    }, delayMs);
    timer.unref();
  };
  schedule();
  return () => {
    clearTimeout(timer);
  };
};
