/**
 * Executes this program anew where JavaScript cannot: heap exhaustion, abort(3), a fault in native
 * code, an endless loop. PID 1 must not end; the new program finds out what has become of the
 * services. The handler itself is machine code, see crash-code.ts; here its memory is laid out and
 * the kernel is told.
 *
 * @module
 */
import { bind, lastErrno } from './koffi';
import { crashCodeFor, crashEntry, crashEntryBytes, type CrashCode } from './crash-code';
import { errnos } from '../errnos';
import { clearCloseOnExec } from './fcntl';
import { mapMemory, placeProgram, sealMemory, writeMemory } from './memory';
import { packProgram, type NextProgram } from './program-vectors';
import { SA_NODEFER, SA_ONSTACK, setSignalAction } from './signal-action';
import { stopWatchdog } from './watchdog';

/** The signals that nobody can go on after, and that of the watchdog. signal(7) */
export const crashSignals = {
  SIGILL: 4,
  SIGTRAP: 5,
  SIGABRT: 6,
  SIGBUS: 7,
  SIGFPE: 8,
  SIGSEGV: 11,
  SIGVTALRM: 26,
  SIGSYS: 31,
} as const;

const SIG_SETMASK = 2n;
const ITIMER_VIRTUAL = 1n;
/** sigset_t as the kernel has it. */
const kernelMaskBytes = 8n;
/** What the kernel pushes grows with the CPU (AMX: 11 KiB), and a crash may come on top of a crash. */
const signalStackBytes = 65_536;
const standardFds = [0, 1, 2];

const sigaltstack = bind<[Buffer, bigint]>('int sigaltstack(void *, void *)');

export interface CrashHandlerOptions extends NextProgram {
  /**
   * A 32-bit word that takes the number of the signal. In memory that can always be written to: a
   * mapped file that has become shorter is a crash in the handler.
   */
  readonly signalAddress: bigint;
}

export type CrashHandler =
  | {
      readonly isArmed: true;
      /** The default actions again, and no watchdog: for a program that wants to end. */
      disarm(): void;
    }
  | {
      readonly isArmed: false;
      /** What the kernel says to it, positive; ENOSYS on a CPU that there is no code for. */
      readonly errno: number;
    };

/**
 * From now on every {@link crashSignals} executes the program of `options`, under the same PID, with
 * no signal blocked and no interval timer. If that fails it is tried each second. Keeps the standard
 * files open for it; other descriptors are the caller's business.
 *
 * Call it on the main thread. To change the program, arm again: a few pages are left behind.
 */
export function armCrashHandler(options: CrashHandlerOptions): CrashHandler {
  const code = crashCodeFor(process.arch);
  if (code === undefined) return refused(errnos.ENOSYS);
  const handler = placeHandler(code, options);
  if (typeof handler === 'number') return refused(handler);
  const errno = useSignalStack();
  if (errno !== 0) return refused(errno);
  for (const signal of Object.values(crashSignals)) {
    const result = setSignalAction(signal, { handler, flags: SA_ONSTACK | SA_NODEFER });
    if (result === 0) continue;
    disarm();
    return refused(-result);
  }
  for (const fd of standardFds) clearCloseOnExec(fd);
  return { isArmed: true, disarm };
}

const refused = (errno: number): CrashHandler => ({ isArmed: false, errno });

function disarm(): void {
  // First: the default action of SIGVTALRM is to end.
  stopWatchdog();
  for (const signal of Object.values(crashSignals))
    setSignalAction(signal, { handler: 0n, flags: 0 });
}

/** Returns the address of the handler, or the errno. */
function placeHandler(code: CrashCode, options: CrashHandlerOptions): bigint | number {
  const firstEntry = placeCalls(code, options);
  if (typeof firstEntry === 'number') return firstEntry;
  return placeProgram(code.assemble({ signal: options.signalAddress, firstEntry }));
}

/** Returns the address of the list of system calls, or the errno. */
function placeCalls({ calls }: CrashCode, options: CrashHandlerOptions): bigint | number {
  const packed = packProgram(options);
  const zeros = Buffer.alloc(32); // an itimerval, and the empty signal mask
  const second = Buffer.from(BigUint64Array.of(1n, 0n).buffer); // a timespec
  const start = mapMemory(4 * crashEntryBytes + zeros.length + second.length + packed.byteLength);
  if (typeof start === 'number') return start;
  const entryAt = (index: number): bigint => start + BigInt(index * crashEntryBytes);
  const zerosAt = entryAt(4);
  const secondAt = zerosAt + BigInt(zeros.length);
  const program = packed.placedAt(secondAt + BigInt(second.length));
  const block = Buffer.concat([
    // A timer survives execve(2); so does a mask. In this order: a SIGVTALRM that was on its way comes
    // here before the new program, which would not expect it.
    crashEntry({
      call: calls.setitimer,
      values: [ITIMER_VIRTUAL, zerosAt, 0n, 0n],
      next: entryAt(1),
    }),
    crashEntry({
      call: calls.rt_sigprocmask,
      values: [SIG_SETMASK, zerosAt, 0n, kernelMaskBytes],
      next: entryAt(2),
    }),
    crashEntry({
      call: calls.execve,
      values: [program.path, program.argv, program.envp, 0n],
      next: entryAt(3),
    }),
    // Only where execve(2) has failed. The file may come back; PID 1 has nothing better to do.
    crashEntry({ call: calls.nanosleep, values: [secondAt, 0n, 0n, 0n], next: entryAt(2) }),
    zeros,
    second,
    program.bytes,
  ]);
  writeMemory(start, block);
  const result = sealMemory(start, block.length, 'data');
  return result === 0 ? start : -result;
}

let signalStack: bigint | undefined;

/** A stack that has overflowed cannot take a handler. Returns the errno. sigaltstack(2) */
function useSignalStack(): number {
  if (signalStack !== undefined) return 0;
  const stack = mapMemory(signalStackBytes);
  if (typeof stack === 'number') return stack;
  // stack_t: address, flags, length.
  const description = Buffer.from(BigUint64Array.of(stack, 0n, BigInt(signalStackBytes)).buffer);
  if (sigaltstack(description, 0n) !== 0) return lastErrno();
  signalStack = stack;
  return 0;
}
