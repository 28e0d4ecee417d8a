/**
 * A directory that is being read. What reads service directories asks for no more than this: any program can do it
 * with `node:fs`; minit itself, which reads a thousand of them in a boot, makes the system calls itself
 * (libc/directory.ts).
 *
 * What the system refuses is thrown as an error with `code` and `errno`, as `node:fs` does.
 *
 * @module
 */
import { closeSync, constants, openSync, readSync, readdirSync, readlinkSync } from 'node:fs';
import { dependsBytesMax, paramsBytesMax } from '../machines/limits';

export interface OpenDirectory {
  /** Of its entries; what is not ASCII may be spelt in any way. */
  readonly names: ReadonlySet<string>;
  /** Returns the text of the symbolic link `name`, overwritten by the next call. readlink(2) */
  readLink(name: string): Buffer;
  /**
   * Returns what is in the file `name`, overwritten by the next call; `undefined` where that is more than `bytesMax`, which is at
   * most {@link fileBytesMax}. Never waits: the file may be a FIFO. read(2)
   */
  readFile(name: string, bytesMax: number): Buffer | undefined;
  close(): void;
}

/** Opens and lists the directory at an absolute path. */
export type OpenDirectoryAt = (path: string) => OpenDirectory;

export const fileBytesMax = Math.max(paramsBytesMax, dependsBytesMax);
/** Does not wait for whoever writes to a FIFO, nor makes a terminal ours. */
export const fileFlags = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY;

/** With `node:fs`. */
export const openByNode: OpenDirectoryAt = (path) => ({
  names: new Set(readdirSync(path)),
  readLink: (name) => readlinkSync(`${path}/${name}`, 'buffer'),
  readFile(name, bytesMax) {
    const fd = openSync(`${path}/${name}`, fileFlags);
    try {
      return readToEnd(fd, bytesMax);
    } finally {
      closeSync(fd);
    }
  },
  close: () => undefined,
});

let fileBytes: Buffer | undefined;

/** One byte more than is allowed tells that there is more; `depends` may be /dev/zero. */
function readToEnd(fd: number, bytesMax: number): Buffer | undefined {
  fileBytes ??= Buffer.allocUnsafeSlow(fileBytesMax + 1);
  let end = 0;
  while (end <= bytesMax) {
    const count = readSync(fd, fileBytes, end, bytesMax + 1 - end, null);
    if (count === 0) return fileBytes.subarray(0, end);
    end += count;
  }
  return undefined;
}
