/**
 * Pipes and FIFOs.
 *
 * @module
 */
import { bind, lastErrno } from './koffi';

const O_CLOEXEC = 0o2000000;
const pipe2 = bind<[Int32Array, number]>('int pipe2(void *, int)');
const mkfifo = bind<[Buffer, number]>('int mkfifo(void *, uint32_t)');

/** Both ends of a pipe, close-on-exec. */
export interface Pipe {
  readonly readFd: number;
  readonly writeFd: number;
}

/** Makes a pipe; returns the errno where that fails. pipe2(2) */
export function openPipe(): Pipe | number {
  const fds = new Int32Array(2);
  if (pipe2(fds, O_CLOEXEC) !== 0) return lastErrno();
  const [readFd = -1, writeFd = -1] = fds;
  return { readFd, writeFd };
}

/** Makes a FIFO; `mode` is subject to the umask. Returns the errno, 0 for success. mkfifo(3) */
export function makeFifo(path: string, mode: number): number {
  return mkfifo(Buffer.from(`${path}\0`), mode) === 0 ? 0 : lastErrno();
}
