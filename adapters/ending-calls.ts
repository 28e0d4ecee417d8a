/**
 * The system calls that end a machine, as one small interface: a spec must be able to look at their
 * order, their failures and their delays without ending the machine that it runs on.
 *
 * @module
 */
import type { SystemEnd, SystemError } from '../machines/events';
import { readProc } from './libc/detached-proc';
import { errnos } from './errnos';
import { endMachine } from './libc/machine';
import { drainTerminal, remountReadOnly, swapOff, syncDisks, unmount } from './libc/mount';
import { killEveryProcess } from './libc/process';
import { hasChildren } from './libc/wait';
import { feedWatchdog } from './libc/watchdog';

/** Numbers are 0 or −errno. */
export interface EndingCalls {
  killEveryProcess(signal: number): number;
  hasChildren(): boolean;
  readProc(name: string): Buffer | SystemError;
  syncDisks(): Promise<number>;
  swapOff(path: Buffer): Promise<number>;
  unmount(path: Buffer, how: { readonly isLazy: boolean }): Promise<number>;
  remountReadOnly(path: Buffer): Promise<number>;
  /** All that was written to the console is to be seen there. */
  drainConsole(): Promise<number>;
  /** Does not return where it succeeds. */
  endMachine(how: SystemEnd): number;
  /** CLOCK_BOOTTIME, µs. */
  now(): number;
  sleep(delayMs: number): Promise<void>;
  /** What `call` comes to, or −ETIMEDOUT after `limitMs`; the call may then still be under way. */
  within(limitMs: number, call: Promise<number>): Promise<number>;
}

const standardOutput = 1;

/** Returns the calls for real. */
export function createEndingCalls(now: () => number): EndingCalls {
  return {
    ...{ killEveryProcess, hasChildren, readProc, syncDisks, swapOff, unmount, remountReadOnly },
    drainConsole: () => drainTerminal(standardOutput),
    endMachine,
    now,
    sleep: (delayMs) =>
      new Promise((resolve) => {
        setTimeout(() => {
          feedWatchdog();
          resolve();
        }, delayMs);
      }),
    within: (limitMs, call) =>
      new Promise((resolve) => {
        const timer = setTimeout(() => {
          resolve(-errnos.ETIMEDOUT);
        }, limitMs);
        void call.then((result) => {
          clearTimeout(timer);
          resolve(result);
        });
      }),
  };
}
