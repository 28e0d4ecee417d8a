/**
 * Numbers of system calls that are made without libc, by Node's names for the CPUs. asm/unistd_64.h, asm-generic/unistd.h
 *
 * @module
 */

export interface SystemCalls {
  readonly rtSigaction: number;
  readonly rtSigprocmask: number;
  readonly clone: number;
  readonly execve: number;
  readonly exitGroup: number;
  readonly getpid: number;
  readonly setsid: number;
  readonly openat: number;
  readonly close: number;
  readonly dup3: number;
  readonly fcntl: number;
  readonly chdir: number;
  readonly closeRange: number;
  readonly setpriority: number;
  readonly futex: number;
}

const x64: SystemCalls = {
  rtSigaction: 13,
  rtSigprocmask: 14,
  clone: 56,
  execve: 59,
  exitGroup: 231,
  getpid: 39,
  setsid: 112,
  openat: 257,
  close: 3,
  dup3: 292,
  fcntl: 72,
  chdir: 80,
  closeRange: 436,
  setpriority: 141,
  futex: 202,
};

const arm64: SystemCalls = {
  rtSigaction: 134,
  rtSigprocmask: 135,
  clone: 220,
  execve: 221,
  exitGroup: 94,
  getpid: 172,
  setsid: 157,
  openat: 56,
  close: 57,
  dup3: 24,
  fcntl: 25,
  chdir: 49,
  closeRange: 436,
  setpriority: 140,
  futex: 98,
};

const numbers: Readonly<Record<string, SystemCalls>> = { x64, arm64 };

/** Returns the numbers for a CPU; `undefined` for an unknown one. */
export function systemCallsOf(cpu: string): SystemCalls | undefined {
  return numbers[cpu];
}
