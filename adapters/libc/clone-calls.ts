/**
 * What there is between clone(2) and execve(2), as a list of system calls: of a child that shares all memory with us, and is
 * on its own from its exec on.
 *
 * @module
 */
import { CallList, type Call } from './call-list';
import { pinned, type Pinned } from './koffi';
import type { SystemCalls } from './system-calls';

const CLONE_VM = 0x100;
const CLONE_PARENT_SETTID = 0x0010_0000;
const CLONE_CHILD_CLEARTID = 0x0020_0000;
const SIGCHLD = 17;
const SIG_SETMASK = 2;
const PRIO_PROCESS = 0;
const signalSetBytes = 8;
const fdMax = 0xffff_ffff;
/** How the child of posix_spawn(3) exits when it cannot execute the program, and ours. */
const failedCode = 127;
const signalMax = 64;
/** SIGKILL and SIGSTOP are what they are. */
const fixedSignals: readonly number[] = [9, 19];
const resets = Array.from({ length: signalMax }, (_, index) => index + 1).filter(
  (signal) => !fixedSignals.includes(signal),
);

/** The same for all lists; children only read it. */
const allSignals = pinned(Buffer.alloc(signalSetBytes, 0xff));
const noSignals = pinned(Buffer.alloc(signalSetBytes));
const signalsBefore = pinned(Buffer.alloc(signalSetBytes));
/** struct sigaction of the kernel: SIG_DFL. */
const defaultAction = pinned(Buffer.alloc(32));

const firstReset = 4;
const lead = firstReset + resets.length;

/** Where what stands in the list. */
export const place = {
  clone: 1,
  /** What follows it is {@link place.lead}, or what leads with a terminal. */
  lastReset: lead - 1,
  lead,
  /** For the child's fds 0, 1 and 2. */
  standard: lead + 1,
  /** What follows it is {@link place.setNice} or {@link place.closeOthers}. */
  changeDirectory: lead + 4,
  /** What is refused here stops nobody. */
  setNice: lead + 5,
  closeOthers: lead + 6,
  execute: lead + 8,
  /** Has a result when something before it has failed. */
  failed: lead + 9,
  leadWithTerminal: lead + 11,
  /** It may not be open. */
  closeInput: lead + 12,
  openTerminal: lead + 13,
  last: lead + 13,
} as const;

export const niceLevelArgument = 2;

/** Arguments of the clone: where the kernel writes the PID, and the word that it clears when the child has left. */
export const cloneArgument = { pid: 2, word: process.arch === 'x64' ? 3 : 4 } as const;

const setMask = (set: Pinned, before?: Pinned): readonly number[] => [
  SIG_SETMASK,
  set.address,
  before?.address ?? 0,
  signalSetBytes,
];

/** No signal must reach the child before its handlers, which are ours, are gone: they would act on our memory. */
export function cloneCalls(calls: SystemCalls): CallList {
  const afterError = place.failed;
  const flags = CLONE_VM | CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID | SIGCHLD;
  const reset = (signal: number): Call => ({
    number: calls.rtSigaction,
    arguments: [signal, defaultAction.address, 0, signalSetBytes],
  });
  /** Which call it is, and of what, each start says anew. */
  const standard: Call = { number: calls.fcntl, afterError };
  return CallList.of([
    { number: calls.rtSigprocmask, arguments: setMask(allSignals, signalsBefore) },
    { number: calls.clone, arguments: [flags], afterZero: firstReset },
    { number: calls.rtSigprocmask, arguments: setMask(signalsBefore) },
    {},
    ...resets.map(reset),
    { number: calls.setsid, afterError },
    ...[standard, standard, standard],
    { number: calls.chdir, afterError },
    { number: calls.setpriority, arguments: [PRIO_PROCESS, 0] },
    { number: calls.closeRange, arguments: [3, fdMax, 0], afterError },
    { number: calls.rtSigprocmask, arguments: setMask(noSignals), afterError },
    { number: calls.execve, afterError },
    { number: calls.getpid },
    { number: calls.exitGroup, arguments: [failedCode] },
    { number: calls.setsid, afterError },
    { number: calls.close, arguments: [0] },
    { number: calls.openat, afterZero: place.standard, afterError },
  ]);
}

/** A child that ends at once, and tells nobody: to see whether the kernel, and what guards it, lets us make such a one. */
export const trialCalls = (calls: SystemCalls): CallList =>
  CallList.of([
    { number: calls.closeRange, arguments: [fdMax, fdMax, 0], afterError: 2 },
    { number: calls.clone, arguments: [CLONE_VM], afterZero: 3 },
    {},
    { number: calls.exitGroup, arguments: [0] },
  ]);
/** Has the PID, or −errno; nothing where the first call was refused. */
export const trialPlace = 1;
