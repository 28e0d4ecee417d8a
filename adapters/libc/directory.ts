/**
 * Reading a directory with system calls alone: node:fs costs twice what the kernel does, and leaves garbage. Whatever
 * is in the directory is found from there (openat(2)).
 *
 * @module
 */
import { constants } from 'node:fs';
import {
  entryNames,
  fileBytesMax,
  fileFlags,
  noEntries,
  textOf,
  type EntryName,
  type FileText,
  type OpenDirectory,
  type OpenDirectoryAt,
} from '../open-directory';
import { errnos } from '../errnos';
import { libcError } from './errors';
import {
  addressOf,
  bindAtOnce,
  bindOptional,
  lastErrno,
  pinned,
  type NativeFunction,
  type Pinned,
} from './koffi';

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

/** A name that minit looks for, as the kernel has it. */
interface KnownName extends Pinned {
  readonly name: EntryName;
}
const knownNames = entryNames.map((name): KnownName => ({
  name,
  ...pinned(Buffer.from(`${name}\0`)),
}));
const addressOfName = Object.fromEntries(
  knownNames.map(({ name, address }) => [name, address]),
) as Readonly<Record<EntryName, Address>>;
/** No two of them begin with the same two bytes. */
const startOf = (memory: Buffer, at: number): number =>
  (memory[at] ?? 0) | ((memory[at + 1] ?? 0) << 8);
const nameByStart = new Map(knownNames.map((known) => [startOf(known.memory, 0), known]));

/** `undefined` where libc lists no directories in this way. */
export const openByLibc: OpenDirectoryAt | undefined =
  listEntries && ((directory) => new LibcDirectory(directory, listEntries));

class LibcDirectory implements OpenDirectory {
  private readonly fd: number;
  readonly has: Record<EntryName, boolean> = { ...noEntries };

  constructor(directory: string, list: List) {
    this.fd = openFile(AT_FDCWD, pathOf(directory), directoryFlags);
    try {
      this.list(list);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  readLink(name: EntryName): FileText {
    const end = readLinkAt(this.fd, addressOfName[name], bytesAddress, linkBytesMax);
    if (end < 0) throw failure(lastErrno());
    return textOf(bytes, end);
  }

  readFile(name: EntryName, bytesMax: number): FileText | undefined {
    const fd = openFile(this.fd, addressOfName[name], fileFlags | O_CLOEXEC);
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
      for (let at = 0; at < end; at += lengthAt(at + entry.lengthAt)) this.note(at + entry.nameAt);
    }
  }

  /** By its bytes: to make strings of all names takes longer than to list them. */
  private note(nameAt: number): void {
    const known = nameByStart.get(startOf(bytes, nameAt));
    if (known === undefined) return;
    for (let index = 2; index < known.memory.length; index += 1)
      if (bytes[nameAt + index] !== known.memory[index]) return;
    this.has[known.name] = true;
  }
}

/** Sixteen bits, little-endian on all machines we run on. */
const lengthAt = (at: number): number => (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8);

function openFile(directory: number, nameAddress: Address, flags: number): number {
  for (;;) {
    const fd = openAt(directory, nameAddress, flags);
    if (fd >= 0) return fd;
    const errno = lastErrno();
    if (errno !== errnos.EINTR) throw failure(errno);
  }
}

/** One byte more than is allowed tells that there is more; `depends` may be /dev/zero. Never more than there is room for. */
function readToEnd(fd: number, bytesMax: number): FileText | undefined {
  const limit = Math.min(bytesMax, fileBytesMax);
  let end = 0;
  while (end <= limit) {
    const count = read(fd, bytesAddress + end, limit + 1 - end);
    if (count === 0) return textOf(bytes, end);
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
