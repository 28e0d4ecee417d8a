/**
 * A directory that is being read. What reads service directories asks for no more than this: any program can do it
 * with `node:fs`; minit itself, which reads a thousand of them in a boot, makes the system calls itself
 * (libc/directory.ts).
 *
 * What the system refuses is thrown as an error with `code` and `errno`, as `node:fs` does.
 *
 * @module
 */
import { isUtf8 } from 'node:buffer';
import { closeSync, constants, openSync, readSync, readdirSync, readlinkSync } from 'node:fs';
import { dependsBytesMax, paramsBytesMax } from '../machines/limits';

/** What a service directory can say something by; whatever else is in it is nobody's business. */
export const entryNames = [
  'run',
  'params',
  'depends',
  'nice',
  'root',
  'log',
  'respawn',
  'sync',
  'in',
  'out',
] as const;
export type EntryName = (typeof entryNames)[number];
export type Entries = Readonly<Record<EntryName, boolean>>;

/** What is in a file, or in a link. */
export interface FileText {
  /** As UTF-8; U+FFFD for bytes that are none. */
  readonly text: string;
  /** Each byte as one character: only where it is no UTF-8. */
  readonly bytewise?: string;
}

export interface OpenDirectory {
  /** Which entries there are. */
  readonly has: Entries;
  /** Returns the text of the symbolic link `name`. readlink(2) */
  readLink(name: EntryName): FileText;
  /**
   * Returns what is in the file `name`; `undefined` where that is more than `bytesMax`, which is at most
   * {@link fileBytesMax}. Never waits: the file may be a FIFO. read(2)
   */
  readFile(name: EntryName, bytesMax: number): FileText | undefined;
  close(): void;
}

/** Opens and lists the directory at an absolute path. */
export type OpenDirectoryAt = (path: string) => OpenDirectory;

export const fileBytesMax = Math.max(paramsBytesMax, dependsBytesMax);
/** Does not wait for whoever writes to a FIFO, nor makes a terminal ours. */
export const fileFlags = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY;

/** Of no entry at all; to be copied. */
export const noEntries: Entries = {
  run: false,
  params: false,
  depends: false,
  nice: false,
  root: false,
  log: false,
  respawn: false,
  sync: false,
  in: false,
  out: false,
};

/** Returns the text of the first `end` bytes. */
export function textOf(bytes: Buffer, end = bytes.length): FileText {
  const text = bytes.toString(undefined, 0, end);
  // Hardly any text has that character, so that the bytes themselves are hardly ever looked at.
  if (!text.includes('\uFFFD') || isUtf8(bytes.subarray(0, end))) return { text };
  return { text, bytewise: bytes.toString('latin1', 0, end) };
}

/** With `node:fs`. */
export function openByNode(path: string): OpenDirectory {
  const names = new Set(readdirSync(path));
  const found = entryNames.map((name) => [name, names.has(name)]);
  return {
    has: Object.fromEntries(found) as Entries,
    readLink: (name) => textOf(readlinkSync(`${path}/${name}`, 'buffer')),
    readFile(name, bytesMax) {
      const fd = openSync(`${path}/${name}`, fileFlags);
      try {
        return readToEnd(fd, bytesMax);
      } finally {
        closeSync(fd);
      }
    },
    close: () => undefined,
  };
}

let fileBytes: Buffer | undefined;

/** One byte more than is allowed tells that there is more; `depends` may be /dev/zero. */
function readToEnd(fd: number, bytesMax: number): FileText | undefined {
  fileBytes ??= Buffer.allocUnsafeSlow(fileBytesMax + 1);
  let end = 0;
  while (end <= bytesMax) {
    const count = readSync(fd, fileBytes, end, bytesMax + 1 - end, null);
    if (count === 0) return textOf(fileBytes, end);
    end += count;
  }
  return undefined;
}
