/**
 * Signals, niceness and adoption of processes.
 *
 * @module
 */
import { errnos } from '../errnos';
import { bind, bindAtOnce, lastErrno, resultOrErrno } from './koffi';

const PRIO_PROCESS = 0;
const PR_SET_CHILD_SUBREAPER = 36;

const kill = bindAtOnce<[number, number]>('int kill(int, int)');
const setPriority = bind<[number, number, number]>('int setpriority(int, int, int)');
const getPriority = bind<[number, number]>('int getpriority(int, int)');
const processControl = bind<[number, number, number, number, number]>(
  'int prctl(int, long, long, long, long)',
);

const SIG_BLOCK = 0;
const SIG_SETMASK = 2;
const signalSetBytes = 128;
const signalMask = bind<[number, Buffer, Buffer]>('int pthread_sigmask(int, void *, void *)');

/** Calls `act` while this thread takes no `signal`; threads that it makes meanwhile never do. pthread_sigmask(3) */
export function withBlockedSignal(signal: number, act: () => void): void {
  const blocked = Buffer.alloc(signalSetBytes);
  blocked.writeUInt8(1 << ((signal - 1) % 8), (signal - 1) >> 3);
  const before = Buffer.alloc(signalSetBytes);
  signalMask(SIG_BLOCK, blocked, before);
  try {
    act();
  } finally {
    signalMask(SIG_SETMASK, before, blocked);
  }
}

/** Sends a signal; 0 only asks whether there is such a process. Returns the errno, 0 for success. kill(2) */
export function killProcess(pid: number, signal: number): number {
  return kill(pid, signal) === 0 ? 0 : lastErrno();
}

/**
 * Signals every process there is but PID 1, which must be the caller: for any other this would be all
 * that its user has. Returns 0 or −errno: ESRCH when there is none. kill(2)
 */
export function killEveryProcess(signal: number): number {
  return process.pid === 1 ? resultOrErrno(kill(-1, signal)) : -errnos.EPERM;
}

/** Sets the nice level (−20 to 19, the kernel clamps). Returns the errno, 0 for success. setpriority(2) */
export function setNice(pid: number, nice: number): number {
  return setPriority(PRIO_PROCESS, pid, nice) === 0 ? 0 : lastErrno();
}

/** Returns our own nice level. Cannot fail for the caller itself, so −1 is a level. getpriority(2) */
export function ownNice(): number {
  return getPriority(PRIO_PROCESS, 0);
}

/** Makes orphaned descendants our children, as PID 1 gets them. Returns 0 or −errno. prctl(2) */
export function setChildSubreaper(): number {
  return resultOrErrno(processControl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0));
}
