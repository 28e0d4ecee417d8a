/**
 * poll(2) of one file descriptor.
 *
 * @module
 */
import { addressOf, bindAtOnce } from './koffi';

const POLLIN = 1;
const POLLOUT = 4;
const poll = bindAtOnce<[number, number, number]>('int poll(uintptr_t, unsigned long, int)');
/** struct pollfd: fd, events, revents. */
const pollFd = Buffer.alloc(8);
const pollFdAddress = Number(addressOf(pollFd));

function pollOne(fd: number, events: number, timeoutMs: number): boolean {
  pollFd.writeInt32LE(fd, 0);
  pollFd.writeInt16LE(events, 4);
  pollFd.writeInt16LE(0, 6);
  return poll(pollFdAddress, 1, timeoutMs) > 0 && (pollFd.readInt16LE(6) & events) !== 0;
}

/** Says whether a write to `fd` would not block now: a pipe has room for PIPE_BUF bytes. */
export function isWritable(fd: number): boolean {
  return pollOne(fd, POLLOUT, 0);
}

/** Blocks this thread until `fd` has something to read, or for `timeoutMs`: for clients only. */
export function waitReadable(fd: number, timeoutMs: number): boolean {
  return pollOne(fd, POLLIN, timeoutMs);
}

/** Blocks this thread until a write to `fd` would not block or can only fail, or for `timeoutMs`: for clients only. */
export function waitWritable(fd: number, timeoutMs = -1): boolean {
  return pollOne(fd, POLLOUT, timeoutMs);
}
