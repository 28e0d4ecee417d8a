/**
 * The machine code that makes system calls, one after the other, as a list in memory says: what there is between clone(2) and
 * execve(2) must not touch the memory of minit, which goes on meanwhile. See decision 0025.
 *
 * No stack after the first instruction, no libc: a child that shares all memory with us may run it.
 *
 * @module
 */
import { bytes } from './machine-code';

/** A call in the list, by its 64-bit words. What the kernel returns is noted unless it is 0. */
export const callWord = {
  /** Of the system call; negative for the end of the list. */
  number: 0,
  arguments: 1,
  result: 6,
  /** How many bytes after this call the one is that follows a 0, or an error; what follows anything else is the next one. */
  afterZero: 7,
  afterError: 8,
} as const;

/** As many as the code hands on. */
export const argumentsMax = 5;

export const callWords = 9;

// prettier-ignore
const x64 = Buffer.concat([
  bytes('53'),          //  0: push rbx
  bytes('48 89 fb'),    //  1: mov rbx, rdi             the first call
  bytes('48 8b 03'),    //  4: mov rax, [rbx]           its number
  bytes('48 85 c0'),    //  7: test rax, rax
  bytes('78 33'),       // 10: js 63                    the end
  bytes('48 8b 7b 08'), // 12: mov rdi, [rbx + 8]
  bytes('48 8b 73 10'), // 16: mov rsi, [rbx + 16]
  bytes('48 8b 53 18'), // 20: mov rdx, [rbx + 24]
  bytes('4c 8b 53 20'), // 24: mov r10, [rbx + 32]
  bytes('4c 8b 43 28'), // 28: mov r8, [rbx + 40]
  bytes('0f 05'),       // 32: syscall
  bytes('48 85 c0'),    // 34: test rax, rax
  bytes('74 0c'),       // 37: je 51                    a clone goes on here as the child, which must note nothing
  bytes('48 89 43 30'), // 39: mov [rbx + 48], rax
  bytes('78 0c'),       // 43: js 57
  bytes('48 83 c3 48'), // 45: add rbx, 72              the next one
  bytes('eb d1'),       // 49: jmp 4
  bytes('48 03 5b 38'), // 51: add rbx, [rbx + 56]      what follows a 0
  bytes('eb cb'),       // 55: jmp 4
  bytes('48 03 5b 40'), // 57: add rbx, [rbx + 64]      what follows an error
  bytes('eb c5'),       // 61: jmp 4
  bytes('31 c0'),       // 63: xor eax, eax
  bytes('5b'),          // 65: pop rbx
  bytes('c3'),          // 66: ret
]);

// prettier-ignore
const arm64 = Buffer.concat([
  bytes('e9 03 00 aa'), //  0: mov x9, x0               the first call
  bytes('28 01 40 f9'), //  4: ldr x8, [x9]             its number
  bytes('08 02 f8 b7'), //  8: tbnz x8, 63, 72          the end
  bytes('20 85 40 a9'), // 12: ldp x0, x1, [x9, 8]
  bytes('22 8d 41 a9'), // 16: ldp x2, x3, [x9, 24]
  bytes('24 15 40 f9'), // 20: ldr x4, [x9, 40]
  bytes('01 00 00 d4'), // 24: svc 0
  bytes('a0 00 00 b4'), // 28: cbz x0, 48               a clone goes on here as the child, which must note nothing
  bytes('20 19 00 f9'), // 32: str x0, [x9, 48]
  bytes('c0 00 f8 b7'), // 36: tbnz x0, 63, 60
  bytes('29 21 01 91'), // 40: add x9, x9, 72           the next one
  bytes('f6 ff ff 17'), // 44: b 4
  bytes('2a 1d 40 f9'), // 48: ldr x10, [x9, 56]        what follows a 0
  bytes('29 01 0a 8b'), // 52: add x9, x9, x10
  bytes('f3 ff ff 17'), // 56: b 4
  bytes('2a 21 40 f9'), // 60: ldr x10, [x9, 64]        what follows an error
  bytes('29 01 0a 8b'), // 64: add x9, x9, x10
  bytes('f0 ff ff 17'), // 68: b 4
  bytes('00 00 80 52'), // 72: mov w0, 0
  bytes('c0 03 5f d6'), // 76: ret
]);

const codes: Readonly<Record<string, Buffer>> = { x64, arm64 };

/**
 * Returns the code for a CPU by Node's name for it (`process.arch`), `int run(const void *firstCall)`; `undefined` for an
 * unknown one.
 */
export function callListCodeFor(cpu: string): Buffer | undefined {
  return codes[cpu];
}
