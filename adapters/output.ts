/**
 * Standard output and standard error, written in a way that never blocks and that nobody else notices:
 * through an opening of minit's own where there can be one. Opened at the first line, not before.
 *
 * @module
 */
import { fstatSync, writeSync } from 'node:fs';
import { isTerminal } from './libc/fcntl';
import { isWritable } from './libc/poll';
import { watchWritable } from './libc/readiness';
import { exitAtOnce, writeOnThread } from './libc/write';
import { openAnew } from './own-opening';

export interface Output {
  /** Says whether a write of up to PIPE_BUF bytes would be of use now. */
  readonly isWritable: () => boolean;
  /** Returns how many bytes were taken. @throws NodeJS.ErrnoException EAGAIN, or there is nobody any more */
  readonly write: (bytes: Buffer) => number;
  /** Calls back once, when it is writable again. Wakes nobody before. */
  readonly onWritable: (listener: () => void) => void;
}

const standardOutput = 1;
const opened = new Map<number, Output>();

/** Returns the output for `fd`: one for all that are the same terminal or pipe, so that lines keep their order. */
export function outputOf(fd: number): Output {
  const known = opened.get(fd);
  if (known !== undefined) return known;
  const isSame = fd !== standardOutput && areSame(fd, standardOutput);
  const output = isSame ? outputOf(standardOutput) : openOutput(fd);
  opened.set(fd, output);
  return output;
}

/** Not of files: each opening of one has a place of its own to write at. */
function areSame(fd: number, otherFd: number): boolean {
  try {
    const [one, other] = [fstatSync(fd), fstatSync(otherFd)];
    return !one.isFile() && one.dev === other.dev && one.ino === other.ino;
  } catch {
    return false;
  }
}

/** Returns an output for `fd`. For specs: `open` is to fail. */
export function openOutput(fd: number, open = openAnew): Output {
  const own = open(fd);
  if (own !== undefined) return directOutput(own);
  return isTerminal(fd) ? threadOutput(fd) : directOutput(fd);
}

/** A shared `fd` is a pipe or a socket, which have room for PIPE_BUF bytes when poll(2) says so, or a file. */
const directOutput = (fd: number): Output => ({
  isWritable: () => isWritable(fd),
  write: (bytes) => writeSync(fd, bytes),
  onWritable(listener) {
    const stop = watchWritable(fd, () => {
      stop();
      listener();
    });
  },
});

/** One write at a time: where it blocks, it holds a thread of the pool, and nothing else. */
function threadOutput(fd: number): Output {
  let isBusy = false;
  let listeners: (() => void)[] = [];
  const begin = (bytes: Buffer): void => {
    isBusy = true;
    writeOnThread(fd, bytes, (written) => {
      if (written > 0 && written < bytes.length) {
        begin(bytes.subarray(written));
        return;
      }
      isBusy = false;
      const told = listeners;
      listeners = [];
      for (const listener of told) listener();
    });
  };
  process.on('exit', (code) => {
    // Node would wait for the thread.
    if (isBusy) exitAtOnce(code);
  });
  return {
    isWritable: () => !isBusy,
    write(bytes) {
      // The caller's memory is its own again.
      begin(Buffer.from(bytes));
      return bytes.length;
    },
    onWritable(listener) {
      listeners.push(listener);
    },
  };
}
