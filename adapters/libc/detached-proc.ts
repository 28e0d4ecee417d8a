/**
 * Reads files of procfs, also where nothing is mounted on /proc: by a procfs of our own that is
 * mounted nowhere, so that no mount table changes and nobody else sees it (fsmount(2), Linux 5.2).
 *
 * @module
 */
import { closeSync, readFileSync } from 'node:fs';
import type { SystemError } from '../../machines/events';
import { systemErrorOf } from '../system-error';
import { errnos } from '../errnos';
import { libcError } from './errors';
import { bind, resultOrErrno } from './koffi';

// The same numbers on x64 and arm64. glibc has functions for these only since 2.36.
const FSOPEN = 430;
const FSCONFIG = 431;
const FSMOUNT = 432;
const FSOPEN_CLOEXEC = 1;
const FSMOUNT_CLOEXEC = 1;
const FSCONFIG_CMD_CREATE = 6;
const O_CLOEXEC = 0o2000000;
const AT_FDCWD = -100;

const callWithText = bind<[number, Buffer, number]>('long syscall(long, void *, long)');
const callWithNumbers = bind<[number, number, number, number, number, number]>(
  'long syscall(long, long, long, long, long, long)',
);
const openAt = bind<[number, Buffer, number]>('int openat(int, void *, int)');

const cString = (text: string): Buffer => Buffer.from(`${text}\0`);

/** Returns a descriptor of the root of a new procfs, or −errno: ENOSYS on an old kernel, EPERM without privilege. */
export function openDetachedProc(): number {
  const context = resultOrErrno(callWithText(FSOPEN, cString('proc'), FSOPEN_CLOEXEC));
  if (context < 0) return context;
  try {
    const made = resultOrErrno(callWithNumbers(FSCONFIG, context, FSCONFIG_CMD_CREATE, 0, 0, 0));
    if (made < 0) return made;
    return resultOrErrno(callWithNumbers(FSMOUNT, context, FSMOUNT_CLOEXEC, 0, 0, 0));
  } finally {
    closeSync(context);
  }
}

/** Returns the bytes of a file in the procfs with the root `proc`. */
export function readAt(proc: number, name: string): Buffer | SystemError {
  const fd = resultOrErrno(openAt(proc, cString(name), O_CLOEXEC));
  if (fd < 0) return libcError(-fd);
  try {
    return readFileSync(fd);
  } catch (error) {
    return systemErrorOf(error);
  } finally {
    closeSync(fd);
  }
}

/** Opens `/proc/NAME` to be watched, whether or not anything is mounted there. Returns its fd or −errno. */
export function openProc(name: string): number {
  const mounted = resultOrErrno(openAt(AT_FDCWD, cString(`/proc/${name}`), O_CLOEXEC));
  if (mounted !== -errnos.ENOENT) return mounted;
  const proc = openDetachedProc();
  if (proc < 0) return proc;
  const fd = resultOrErrno(openAt(proc, cString(name), O_CLOEXEC));
  closeSync(proc);
  return fd;
}

/** Returns the bytes of `/proc/NAME` (`self/mounts`, `swaps`, `cmdline`), whether or not anything is mounted there. */
export function readProc(name: string): Buffer | SystemError {
  try {
    return readFileSync(`/proc/${name}`);
  } catch (error) {
    const mounted = systemErrorOf(error);
    if (mounted.errno !== errnos.ENOENT) return mounted;
  }
  const proc = openDetachedProc();
  if (proc < 0) return libcError(-proc);
  try {
    return readAt(proc, name);
  } finally {
    closeSync(proc);
  }
}
