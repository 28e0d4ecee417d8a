/**
 * File systems, swap and disks at the end of a machine. Each call may hang for ever (a dead file
 * server, a broken disk), so that each is made on a thread of libuv's pool.
 *
 * @module
 */
import { errnos } from '../errnos';
import { bind, resultOrErrno, type NativeCallback } from './koffi';

const MS_RDONLY = 0x01;
const MS_REMOUNT = 0x20;
const MNT_DETACH = 2;

// The parameters that are numbers here are pointers of which only NULL is used.
const mount = bind<[number, Buffer, number, number, number]>(
  'int mount(long, void *, long, unsigned long, long)',
);
const umount = bind<[Buffer, number]>('int umount2(void *, int)');
const swapoff = bind<[Buffer]>('int swapoff(void *)');
const sync = bind<[]>('void sync()');
const drain = bind<[number]>('int tcdrain(int)');

const cString = (path: Buffer): Buffer => Buffer.concat([path, Buffer.of(0)]);

/** Resolves with 0 or −errno; koffi hands the errno of the thread over to the callback. */
function outcomeOf(start: (done: NativeCallback) => void): Promise<number> {
  return new Promise((resolve) => {
    start((error, result) => {
      resolve(error === null ? Math.min(0, resultOrErrno(result)) : -errnos.ENOSYS);
    });
  });
}

/** umount2(2); `isLazy`: takes it out of the tree at once, also while it is in use. */
export function unmount(path: Buffer, { isLazy }: { readonly isLazy: boolean }): Promise<number> {
  const target = cString(path);
  return outcomeOf((done) => {
    umount.async(target, isLazy ? MNT_DETACH : 0, done);
  });
}

/** Makes a whole file system read-only; EBUSY while a file in it is open for writing. mount(2) */
export function remountReadOnly(path: Buffer): Promise<number> {
  const target = cString(path);
  return outcomeOf((done) => {
    mount.async(0, target, 0, MS_REMOUNT | MS_RDONLY, 0, done);
  });
}

/** swapoff(2) */
export function swapOff(path: Buffer): Promise<number> {
  const target = cString(path);
  return outcomeOf((done) => {
    swapoff.async(target, done);
  });
}

/** sync(2): resolves when all is on the disks. */
export function syncDisks(): Promise<number> {
  return outcomeOf((done) => {
    sync.async((error) => {
      done(error, 0);
    });
  });
}

/** Resolves when all that was written to a terminal is on the line; −errno where `fd` is none. tcdrain(3) */
export function drainTerminal(fd: number): Promise<number> {
  return outcomeOf((done) => {
    drain.async(fd, done);
  });
}
