/**
 * Reaping: waitpid(2) without waiting.
 *
 * @module
 */
import type { ExitStatus } from '../../machines/events';
import { errnos } from '../errnos';
import { addressOf, bind, bindAtOnce, lastErrno, resultOrErrno } from './koffi';

const anyChild = -1;
const WNOHANG = 1;
const WEXITED = 4;
const WNOWAIT = 0x0100_0000;
/** Also one whose end sends no signal. */
const __WALL = 0x4000_0000;
const P_ALL = 0;
const P_PID = 1;
const CLD_EXITED = 1;
const CLD_DUMPED = 3;
const waitPid = bindAtOnce<[number, number, number]>('int waitpid(int, uintptr_t, int)');
const waitId = bind<[number, number, Buffer, number]>('int waitid(int, uint32_t, void *, int)');
/** siginfo_t on 64 bits: si_code at 8, si_pid at 16, si_status at 24. */
const childInfo = Buffer.alloc(128);
const status = new Int32Array(1);
const statusAddress = Number(addressOf(status));

/** One child that has ended. */
export interface Reaped {
  readonly pid: number;
  readonly status: ExitStatus;
}

/**
 * Reaps one child of ours, whichever or this one; `undefined` when it has not ended, or is none. For whichever the
 * kernel looks at all children.
 */
export function reapOne(which = anyChild): Reaped | undefined {
  const pid = waitPid(which, statusAddress, WNOHANG);
  return pid > 0 ? { pid, status: exitStatus(status[0] ?? 0) } : undefined;
}

/** Waits for the end of a child that is about to end, unless it is reaped already; reaps it. */
export function awaitEnd(pid: number): void {
  for (;;) {
    if (waitPid(pid, statusAddress, __WALL) >= 0 || lastErrno() !== errnos.EINTR) return;
  }
}

/** Says whether there is a child of ours with this PID, alive or not reaped yet. waitid(2) */
export function isChild(pid: number): boolean {
  return waitId(P_PID, pid, childInfo, WEXITED | WNOHANG | WNOWAIT) === 0;
}

/** Says whether any child is left, also one that has ended and is not reaped; reaps none. waitid(2) */
export function hasChildren(): boolean {
  const result = resultOrErrno(waitId(P_ALL, 0, childInfo, WEXITED | WNOHANG | WNOWAIT));
  return result !== -errnos.ECHILD;
}

/**
 * Returns how our child `pid` has ended, and leaves it to be reaped: as long as it is not, its PID
 * and its process group are nobody else's. `undefined` while it lives. waitid(2)
 */
export function peekChild(pid: number): ExitStatus | undefined {
  childInfo.fill(0);
  if (waitId(P_PID, pid, childInfo, WEXITED | WNOHANG | WNOWAIT) !== 0) return undefined;
  if (childInfo.readInt32LE(16) !== pid) return undefined;
  const [code, value] = [childInfo.readInt32LE(8), childInfo.readInt32LE(24)];
  if (code === CLD_EXITED) return { code: value };
  return code === CLD_DUMPED ? { signal: value, coreDumped: true } : { signal: value };
}

/** Decodes a wait status, as the macros of wait(2) do. */
export function exitStatus(word: number): ExitStatus {
  const signal = word & 0x7f;
  if (signal === 0) return { code: (word >> 8) & 0xff };
  return (word & 0x80) === 0 ? { signal } : { signal, coreDumped: true };
}
