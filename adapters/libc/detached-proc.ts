/**
 * A file of /proc without /proc: a procfs that is mounted nowhere, as init needs it on a root where
 * nothing is mounted yet. It changes no table of mounts, and nothing of it is left afterwards.
 *
 * The numbers of these calls are the same on every machine (asm-generic/unistd.h); Linux has them
 * since 5.2, and asks for CAP_SYS_ADMIN.
 *
 * @module
 */
import { closeSync, readFileSync } from 'node:fs';
import { bind, resultOrErrno } from './koffi';

const SYS_fsopen = 430;
const SYS_fsconfig = 431;
const SYS_fsmount = 432;
const FSOPEN_CLOEXEC = 1;
const FSCONFIG_CMD_CREATE = 6;
const FSMOUNT_CLOEXEC = 1;
const O_CLOEXEC = 0o2000000;
const EIO = 5;

// Not declared variadic: on x86-64 and arm64 Linux integers go into the same registers either way.
const systemCall = bind<[number, number, number, number, number, number]>(
  'long syscall(long, long, long, long, long, long)',
);
const openFileSystem = bind<[number, Buffer, number]>('long syscall(long, void *, long)');
const openAt = bind<[number, Buffer, number]>('int openat(int, void *, int)');

/** Returns the text of the file `name` (`cmdline`, `mounts`) of a procfs of its own, or −errno. fsopen(2) */
export function readDetachedProc(name: string): string | number {
  return withFd(
    resultOrErrno(openFileSystem(SYS_fsopen, cString('proc'), FSOPEN_CLOEXEC)),
    (context) => {
      const made = resultOrErrno(systemCall(SYS_fsconfig, context, FSCONFIG_CMD_CREATE, 0, 0, 0));
      if (made < 0) return made;
      return withFd(
        resultOrErrno(systemCall(SYS_fsmount, context, FSMOUNT_CLOEXEC, 0, 0, 0)),
        (mount) => withFd(resultOrErrno(openAt(mount, cString(name), O_CLOEXEC)), readAll),
      );
    },
  );
}

/** Closes `fd` after its use; a negative one is an error already. */
function withFd(fd: number, use: (fd: number) => string | number): string | number {
  if (fd < 0) return fd;
  try {
    return use(fd);
  } finally {
    closeSync(fd);
  }
}

function readAll(fd: number): string | number {
  try {
    return readFileSync(fd, 'latin1');
  } catch (error) {
    const { errno } = error as { errno?: unknown };
    return typeof errno === 'number' ? errno : -EIO;
  }
}

const cString = (text: string): Buffer => Buffer.from(`${text}\0`);
