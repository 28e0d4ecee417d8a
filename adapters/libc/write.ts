/**
 * write(2) on a thread of libuv's pool, for what cannot be kept from blocking; and the end of a program
 * that has such a thread.
 *
 * @module
 */
import { bind } from './koffi';

const write = bind<[number, Buffer, number]>('long write(int, void *, size_t)');
const endNow = bind<[number]>('void _exit(int)');

/** Writes `bytes` to `fd`; `done` gets how many were written, or a negative number. Returns at once. */
export function writeOnThread(fd: number, bytes: Buffer, done: (written: number) => void): void {
  write.async(fd, bytes, bytes.length, (error, written) => {
    if (error !== null) throw error;
    done(written);
  });
}

/** Ends this program without waiting for its threads, which `process.exit` does. _exit(2) */
export function exitAtOnce(code: number): void {
  endNow(code);
}
