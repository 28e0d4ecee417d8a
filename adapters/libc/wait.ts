/**
 * Reaping: waitpid(2) without waiting.
 *
 * @module
 */
import type { ExitStatus } from '../../machines/events';
import { bind } from './koffi';

const WNOHANG = 1;
const waitPid = bind<[number, Int32Array, number]>('int waitpid(int, void *, int)');
const status = new Int32Array(1);

/** One child that has ended. */
export interface Reaped {
  readonly pid: number;
  readonly status: ExitStatus;
}

/** Reaps one child of ours, whichever; `undefined` when none has ended. */
export function reapOne(): Reaped | undefined {
  const pid = waitPid(-1, status, WNOHANG);
  return pid > 0 ? { pid, status: exitStatus(status[0] ?? 0) } : undefined;
}

const P_PID = 1;
const WEXITED = 4;
const WNOWAIT = 0x0100_0000;
const CLD_EXITED = 1;
const CLD_DUMPED = 3;
const waitId = bind<[number, number, Buffer, number]>('int waitid(int, unsigned int, void *, int)');
/** siginfo_t on 64 bits: si_code at 8, si_pid at 16, si_status at 24. */
const info = Buffer.alloc(128);

/**
 * Returns how our child `pid` has ended, and leaves it to be reaped: as long as it is not, its PID
 * and its process group are nobody else's. `undefined` while it lives. waitid(2)
 */
export function peekChild(pid: number): ExitStatus | undefined {
  info.fill(0);
  if (waitId(P_PID, pid, info, WEXITED | WNOHANG | WNOWAIT) !== 0) return undefined;
  if (info.readInt32LE(16) !== pid) return undefined;
  const [code, value] = [info.readInt32LE(8), info.readInt32LE(24)];
  if (code === CLD_EXITED) return { code: value };
  return code === CLD_DUMPED ? { signal: value, coreDumped: true } : { signal: value };
}

/** Decodes a wait status, as the macros of wait(2) do. */
export function exitStatus(word: number): ExitStatus {
  const signal = word & 0x7f;
  if (signal === 0) return { code: (word >> 8) & 0xff };
  return (word & 0x80) === 0 ? { signal } : { signal, coreDumped: true };
}
