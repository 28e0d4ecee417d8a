/**
 * pidfds: a hold on a process that is no child of ours and whose PID may be used again. By
 * syscall(2), because glibc has wrappers only since 2.36; the numbers are the same everywhere.
 *
 * @module
 */
import { bind, lastErrno, resultOrErrno } from './koffi';

const SYS_pidfd_send_signal = 424;
const SYS_pidfd_open = 434;
// Not declared variadic: on x86-64 and arm64 Linux integers go into the same registers either way.
const systemCall = bind<[number, number, number, number, number]>(
  'long syscall(long, long, long, long, long)',
);

/** Returns an fd (close-on-exec) that becomes readable when the process ends, or −errno. pidfd_open(2) */
export function openPidfd(pid: number): number {
  return resultOrErrno(systemCall(SYS_pidfd_open, pid, 0, 0, 0));
}

/** Signals the very process behind `pidfd`. Returns the errno, 0 for success. pidfd_send_signal(2) */
export function signalPidfd(pidfd: number, signal: number): number {
  return systemCall(SYS_pidfd_send_signal, pidfd, signal, 0, 0) === 0 ? 0 : lastErrno();
}
