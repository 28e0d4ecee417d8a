/**
 * Reading a directory with system calls alone: node:fs costs twice what the kernel does, and leaves garbage. Whatever
 * is in the directory is found from there (openat(2)).
 *
 * @module
 */
import { constants } from 'node:fs';
import {
  fileBytesMax,
  fileFlags,
  type OpenDirectory,
  type OpenDirectoryAt,
} from '../open-directory';
import { errnos } from '../errnos';
import { libcError } from './errors';
import { addressOf, bindAtOnce, bindOptional, lastErrno, type NativeFunction } from './koffi';

type Address = number;
const openAt = bindAtOnce<[number, Address, number]>('int openat(int, uintptr_t, int)');
const readLinkAt = bindAtOnce<[number, Address, Address, number]>(
  'long readlinkat(int, uintptr_t, uintptr_t, size_t)',
);
const read = bindAtOnce<[number, Address, number]>('long read(int, uintptr_t, size_t)');
const close = bindAtOnce<[number]>('int close(int)');
type List = NativeFunction<[number, Address, number]>;
/** As glibc calls it, from 2.30 on, and musl. */
const listEntries: List | undefined =
  bindOptional('long getdents64(int, uintptr_t, size_t)') ??
  bindOptional('int getdents(int, uintptr_t, size_t)');

const AT_FDCWD = -100;
/** Not among Node's constants; the same on all machines we run on. */
const O_CLOEXEC = 0o2000000;
const directoryFlags = constants.O_RDONLY | constants.O_DIRECTORY | O_CLOEXEC;
const linkBytesMax = 4_096;
const listBytes = 32_768;
/** What the kernel takes for a path, with its NUL. */
const pathBytesMax = 4_096;
/** UTF-8 needs no more for a UTF-16 unit. */
const bytesPerUnitMax = 3;
/** struct linux_dirent64, see getdents64(2). */
const entry = { lengthAt: 16, nameAt: 19 } as const;

/** What a call has read; only pages that were written to are there. */
const bytes = Buffer.allocUnsafeSlow(fileBytesMax + 1);
const bytesAddress = Number(addressOf(bytes));
const path = Buffer.allocUnsafeSlow(pathBytesMax * bytesPerUnitMax + 1);
const pathAddress = Number(addressOf(path));

/** `undefined` where libc lists no directories in this way. */
export const openByLibc: OpenDirectoryAt | undefined =
  listEntries && ((directory) => new LibcDirectory(directory, listEntries));

class LibcDirectory implements OpenDirectory {
  private readonly fd: number;
  readonly names = new Set<string>();

  constructor(directory: string, list: List) {
    this.fd = openFile(AT_FDCWD, directory, directoryFlags);
    try {
      this.list(list);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  readLink(name: string): Buffer {
    const end = readLinkAt(this.fd, pathOf(name), bytesAddress, linkBytesMax);
    if (end < 0) throw failure(lastErrno());
    return bytes.subarray(0, end);
  }

  readFile(name: string, bytesMax: number): Buffer | undefined {
    const fd = openFile(this.fd, name, fileFlags | O_CLOEXEC);
    try {
      return readToEnd(fd, bytesMax);
    } finally {
      close(fd);
    }
  }

  close(): void {
    close(this.fd);
  }

  private list(list: List): void {
    for (;;) {
      const end = list(this.fd, bytesAddress, listBytes);
      if (end < 0) throw failure(lastErrno());
      if (end === 0) return;
      for (let at = 0; at < end; at += lengthAt(at + entry.lengthAt))
        if (!isDots(at + entry.nameAt)) this.names.add(nameAt(at + entry.nameAt));
    }
  }
}

/** Sixteen bits, little-endian on all machines we run on. */
const lengthAt = (at: number): number => (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8);

const dot = 0x2e;

/** The directory itself and the one above are in every list. */
const isDots = (start: number): boolean =>
  bytes[start] === dot &&
  (bytes[start + 1] === 0 || (bytes[start + 1] === dot && bytes[start + 2] === 0));

/** The names that matter are ASCII; how another one is read does not matter. */
function nameAt(start: number): string {
  let end = start;
  while (bytes[end] !== 0) end += 1;
  return bytes.toString('latin1', start, end);
}

function openFile(directory: number, name: string, flags: number): number {
  for (;;) {
    const fd = openAt(directory, pathOf(name), flags);
    if (fd >= 0) return fd;
    const errno = lastErrno();
    if (errno !== errnos.EINTR) throw failure(errno);
  }
}

/** One byte more than is allowed tells that there is more; `depends` may be /dev/zero. Never more than there is room for. */
function readToEnd(fd: number, bytesMax: number): Buffer | undefined {
  const limit = Math.min(bytesMax, fileBytesMax);
  let end = 0;
  while (end <= limit) {
    const count = read(fd, bytesAddress + end, limit + 1 - end);
    if (count === 0) return bytes.subarray(0, end);
    if (count > 0) end += count;
    else if (lastErrno() !== errnos.EINTR) throw failure(lastErrno());
  }
  return undefined;
}

function pathOf(name: string): Address {
  if (name.length >= pathBytesMax) throw failure(errnos.ENAMETOOLONG);
  path[path.write(name)] = 0;
  return pathAddress;
}

/** As node:fs throws it. */
const failure = (errno: number): Error => {
  const error = libcError(errno);
  return Object.assign(new Error(error.code), error);
};
