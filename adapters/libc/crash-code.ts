/**
 * The machine code of the crash handler: it notes the signal, then makes the system calls of a list,
 * each entry of which says where the next one is. See decision 0012 for why there is machine code.
 *
 * No stack, no libc, no condition.
 *
 * @module
 */
import { bytes, littleEndian } from './machine-code';

/** Where the code finds what it works on. */
export interface CrashCodePlaces {
  /** A 32-bit word that takes the number of the signal. */
  readonly signal: bigint;
  /** The first entry of the list; see {@link crashEntry}. */
  readonly firstEntry: bigint;
}

/** The numbers of the system calls that the list is made of; each CPU has its own. */
export interface CrashCallNumbers {
  readonly rt_sigprocmask: number;
  readonly setitimer: number;
  readonly execve: number;
  readonly nanosleep: number;
}

export interface CrashCode {
  readonly calls: CrashCallNumbers;
  /** A signal handler, `void handler(int signal, siginfo_t *, void *)`, that never returns. */
  assemble(places: CrashCodePlaces): Buffer;
}

/** Bytes of one entry of the list. */
export const crashEntryBytes = 48;

/** Returns an entry: the number of the call, four arguments, the address of the entry after it. */
export function crashEntry(words: {
  readonly call: number;
  readonly values: readonly [bigint, bigint, bigint, bigint];
  readonly next: bigint;
}): Buffer {
  return littleEndian([BigInt(words.call), ...words.values, words.next]);
}

// prettier-ignore
const x64: CrashCode = {
  calls: { rt_sigprocmask: 14, setitimer: 38, execve: 59, nanosleep: 35 },
  assemble: ({ signal, firstEntry }) =>
    Buffer.concat([
      bytes('48 bb'), littleEndian([signal]),     //  0: mov rbx, signal      the place for the number
      bytes('89 3b'),                             // 10: mov [rbx], edi       the handler's first argument
      bytes('48 bb'), littleEndian([firstEntry]), // 12: mov rbx, firstEntry  the kernel keeps rbx in a call
      bytes('48 8b 03'),                          // 22: mov rax, [rbx]       number of the call
      bytes('48 8b 7b 08'),                       // 25: mov rdi, [rbx + 8]   first argument
      bytes('48 8b 73 10'),                       // 29: mov rsi, [rbx + 16]  second
      bytes('48 8b 53 18'),                       // 33: mov rdx, [rbx + 24]  third
      bytes('4c 8b 53 20'),                       // 37: mov r10, [rbx + 32]  fourth
      bytes('0f 05'),                             // 41: syscall              does not return from an execve
      bytes('48 8b 5b 28'),                       // 43: mov rbx, [rbx + 40]  the entry after it
      bytes('eb e5'),                             // 47: jmp 22               for ever
    ]),
};

// prettier-ignore
const arm64: CrashCode = {
  calls: { rt_sigprocmask: 135, setitimer: 103, execve: 221, nanosleep: 101 },
  assemble: ({ signal, firstEntry }) =>
    Buffer.concat([
      bytes('53 01 00 58'),                       //  0: ldr x19, 40          the place for the number
      bytes('60 02 00 b9'),                       //  4: str w0, [x19]        the handler's first argument
      bytes('53 01 00 58'),                       //  8: ldr x19, 48          the kernel keeps x19 in a call
      bytes('68 02 40 f9'),                       // 12: ldr x8, [x19]        number of the call
      bytes('60 86 40 a9'),                       // 16: ldp x0, x1, [x19, 8]   first and second argument
      bytes('62 8e 41 a9'),                       // 20: ldp x2, x3, [x19, 24]  third and fourth
      bytes('01 00 00 d4'),                       // 24: svc 0                does not return from an execve
      bytes('73 16 40 f9'),                       // 28: ldr x19, [x19, 40]   the entry after it
      bytes('fb ff ff 17'),                       // 32: b 12                 for ever
      bytes('00 00 00 00'),                       // 36: udf 0                never reached; aligns the words
      littleEndian([signal]),                     // 40: what the first instruction loads
      littleEndian([firstEntry]),                 // 48: what the third one loads
    ]),
};

const crashCodes: Readonly<Record<string, CrashCode>> = { x64, arm64 };

/** Returns the code for a CPU by Node's name for it (`process.arch`); `undefined` for an unknown one. */
export function crashCodeFor(cpu: string): CrashCode | undefined {
  return crashCodes[cpu];
}
