/**
 * The machine code of the SIGCHLD handler: it notes in a ring whose end the signal tells, which Node
 * keeps to itself, and goes on to the handler that was there before. See decision 0022.
 *
 * No stack, no libc. It may run on two threads at once.
 *
 * @module
 */
import { bytes, littleEndian } from './machine-code';

/** Where the code finds what it works on. */
export interface ChildCodePlaces {
  /** A 32-bit count of all that was ever noted, followed by {@link ringSlots} 32-bit PIDs; aligned to 4 bytes. */
  readonly ring: bigint;
  /** The handler of before, `void handler(int signal)` or one with SA_SIGINFO. */
  readonly next: bigint;
}

/** As many as one byte can tell: the code takes no more of the count. */
export const ringSlots = 256;

/** Returns a handler with SA_SIGINFO, `void handler(int signal, siginfo_t *, void *)`. */
export type ChildCode = (places: ChildCodePlaces) => Buffer;

// prettier-ignore
const x64: ChildCode = ({ ring, next }) =>
  Buffer.concat([
    bytes('48 b8'), littleEndian([ring]), //  0: mov rax, ring
    bytes('b9 01 00 00 00'),              // 10: mov ecx, 1
    bytes('f0 0f c1 08'),                 // 15: lock xadd [rax], ecx        one more; ecx: how many before
    bytes('0f b6 c9'),                    // 19: movzx ecx, cl               its slot
    bytes('44 8b 46 10'),                 // 22: mov r8d, [rsi + 16]         si_pid
    bytes('44 89 44 88 04'),              // 26: mov [rax + rcx*4 + 4], r8d  the slots follow the count
    bytes('48 b8'), littleEndian([next]), // 31: mov rax, next
    bytes('ff e0'),                       // 41: jmp rax                     with the arguments that came here
  ]);

// prettier-ignore
const arm64: ChildCode = ({ ring, next }) =>
  Buffer.concat([
    bytes('89 01 00 58'),                 //  0: ldr x9, 48                  the ring
    bytes('2a 7d 5f 88'),                 //  4: ldxr w10, [x9]              how many before
    bytes('4b 05 00 11'),                 //  8: add w11, w10, 1             one more
    bytes('2b 7d 0c 88'),                 // 12: stxr w12, w11, [x9]
    bytes('ac ff ff 35'),                 // 16: cbnz w12, 4                 another thread came between
    bytes('4a 1d 00 12'),                 // 20: and w10, w10, 0xff          its slot
    bytes('2b 10 40 b9'),                 // 24: ldr w11, [x1, 16]           si_pid
    bytes('29 11 00 91'),                 // 28: add x9, x9, 4               the slots follow the count
    bytes('2b 59 2a b8'),                 // 32: str w11, [x9, w10, uxtw 2]
    bytes('b0 00 00 58'),                 // 36: ldr x16, 56                 the handler of before
    bytes('00 02 1f d6'),                 // 40: br x16                      with the arguments that came here
    bytes('00 00 00 00'),                 // 44: udf 0                       never reached; aligns the words
    littleEndian([ring]),                 // 48
    littleEndian([next]),                 // 56
  ]);

const childCodes: Readonly<Record<string, ChildCode>> = { x64, arm64 };

/** Returns the code for a CPU by Node's name for it (`process.arch`); `undefined` for an unknown one. */
export function childCodeFor(cpu: string): ChildCode | undefined {
  return childCodes[cpu];
}
