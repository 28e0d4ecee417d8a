/**
 * A file that exists in memory only (memfd_create(2)), with its first page mapped: what is written
 * there outlives the program that execve(2) replaces, as long as its descriptor stays open.
 *
 * @module
 */
import { bind, bindOptional, lastErrno, resultOrErrno, viewOf } from './koffi';

/** The same on x64 and arm64 but for this one. */
const SYS_memfd_create = process.arch === 'arm64' ? 279 : 319;
const PROT_READ_WRITE = 3;
const MAP_SHARED = 1;
const FALLOC_FL_KEEP_SIZE_PUNCH_HOLE = 3;

/** Bytes of a page; a mapping begins and ends at one. The kernels of some arm64 boards have larger ones. */
export const mappedBytes = 65_536;

// Not declared variadic: on x86-64 and arm64 Linux integers go into the same registers either way.
const systemCall = bind<[number, Buffer, number, number]>('long syscall(long, void *, long, long)');
const truncate = bind<[number, number]>('int ftruncate(int, int64_t)');
const map = bind<[number, number, number, number, number, number]>(
  'intptr_t mmap(intptr_t, size_t, int, int, int, int64_t)',
);
const allocate = bindOptional<[number, number, number, number]>(
  'int fallocate(int, int, int64_t, int64_t)',
);

/** Makes an empty memory file, which is inherited by programs that are executed. Returns its fd or −errno. */
export function makeMemoryFile(name: string): number {
  const fd = resultOrErrno(systemCall(SYS_memfd_create, Buffer.from(`${name}\0`), 0, 0));
  if (fd >= 0 && truncate(fd, mappedBytes) !== 0) return -lastErrno();
  return fd;
}

/** Maps the first {@link mappedBytes} of `fd`, shared and for good; returns −errno where that is refused. */
export function mapBeginning(fd: number): ArrayBuffer | number {
  const address = map(0, mappedBytes, PROT_READ_WRITE, MAP_SHARED, fd, 0);
  return address === -1 ? -lastErrno() : viewOf(BigInt(address), mappedBytes);
}

/** Gives back the memory of the bytes from `start` to `end`; they read as zeros. No loss where it fails. */
export function giveBack(fd: number, start: number, end: number): void {
  allocate?.(fd, FALLOC_FL_KEEP_SIZE_PUNCH_HOLE, start, end - start);
}
