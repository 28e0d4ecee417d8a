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

/** Decodes a wait status, as the macros of wait(2) do. */
export function exitStatus(word: number): ExitStatus {
  const signal = word & 0x7f;
  if (signal === 0) return { code: (word >> 8) & 0xff };
  return (word & 0x80) === 0 ? { signal } : { signal, coreDumped: true };
}
