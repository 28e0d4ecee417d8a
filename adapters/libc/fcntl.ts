/**
 * fcntl(2): flags of file descriptors, and locks.
 *
 * @module
 */
import { bind, lastErrno } from './koffi';

const F_GETFD = 1;
const F_SETFD = 2;
const F_GETFL = 3;
const F_SETFL = 4;
const F_GETLK = 5;
const F_SETLK = 6;
const F_SETLKW = 7;
const FD_CLOEXEC = 1;
const O_NONBLOCK = 0o4000;
const F_WRLCK = 1;
const F_UNLCK = 2;

// Not declared variadic: on x86-64 and arm64 Linux integers go into the same registers either way.
const fcntl = bind<[number, number, number]>('int fcntl(int, int, long)');
const fcntlMemory = bind<[number, number, Uint8Array]>('int fcntl(int, int, void *)');
const isTty = bind<[number]>('int isatty(int)');

/** Says whether `fd` is open. */
export function isOpen(fd: number): boolean {
  return fcntl(fd, F_GETFD, 0) >= 0;
}

/** Says whether `fd` is a terminal. isatty(3) */
export function isTerminal(fd: number): boolean {
  return isTty(fd) === 1;
}

/** Keeps `fd` from programs that are executed. Does nothing where it is not open. */
export function setCloseOnExec(fd: number): void {
  if (isOpen(fd)) fcntl(fd, F_SETFD, FD_CLOEXEC);
  keptOpen.delete(fd);
}

/** Leaves `fd` to programs that are executed: Node keeps 0 to 15 from them. Does nothing where it is not open. */
export function clearCloseOnExec(fd: number): void {
  if (!isOpen(fd)) return;
  fcntl(fd, F_SETFD, 0);
  keptOpen.add(fd);
}

/** The same, done once; returns false where `fd` is not open. */
export function leaveToChildren(fd: number): boolean {
  if (!keptOpen.has(fd)) clearCloseOnExec(fd);
  return keptOpen.has(fd);
}

/** Those of {@link clearCloseOnExec}: where libc cannot close all others, a child has to close these. */
export const keptOpen = new Set<number>();

/** Makes reads and writes wait again, for a file opened O_NONBLOCK so that open(2) did not. */
export function clearNonBlocking(fd: number): void {
  fcntl(fd, F_SETFL, fcntl(fd, F_GETFL, 0) & ~O_NONBLOCK);
}

/**
 * Locks one byte of `fd`, which must be writable, until this process closes any fd of that file
 * or ends. Returns the errno, 0 for success; without `wait` EAGAIN or EACCES when another has it.
 * With `wait` this thread blocks: for clients only, never in minit.
 */
export function lockByte(fd: number, offset: number, { wait }: { readonly wait: boolean }): number {
  return fcntlMemory(fd, wait ? F_SETLKW : F_SETLK, flock(offset)) === 0 ? 0 : lastErrno();
}

/** struct flock on 64-bit machines: type, whence (SEEK_SET), start, length 1, pid. */
function flock(offset: number): Buffer {
  const lock = Buffer.alloc(32);
  lock.writeInt16LE(F_WRLCK, 0);
  lock.writeBigInt64LE(BigInt(offset), 8);
  lock.writeBigInt64LE(1n, 16);
  return lock;
}

/** The lock that clients take on the FIFO `in`, so that one asks at a time; see {@link lockByte}. */
export const lockFirstByte = (fd: number, how: { readonly wait: boolean }): number =>
  lockByte(fd, 0, how);

/** The lock that minit holds on its `in`, so that no second one reads the same requests. */
export const lockSecondByte = (fd: number): number => lockByte(fd, 1, { wait: false });

/**
 * Returns the PID of the client that holds the lock on the FIFO `in`; 0 where none does, or where the
 * kernel does not tell (another PID namespace).
 */
export function firstByteHolder(fd: number): number {
  const lock = flock(0);
  if (fcntlMemory(fd, F_GETLK, lock) !== 0 || lock.readInt16LE(0) === F_UNLCK) return 0;
  return lock.readInt32LE(24);
}
