/** What the bytes of the maker of system calls mean, according to a disassembler that knows nothing of it. */
import { callListCodeFor } from '../../adapters/libc/call-list-code';
import { disassembled } from '../support/disassembled';

function assembled(cpu: string): Buffer {
  const code = callListCodeFor(cpu);
  if (code === undefined) throw new Error(`no code for ${cpu}`);
  return code;
}

describe('the code that makes a list of system calls', () => {
  it('on x64 touches no stack between its first instruction and its last', async () => {
    expect(await disassembled('x64', assembled('x64'))).toEqual([
      '0: push rbx',
      '1: mov rbx, rdi',
      '4: mov rax, qword ptr [rbx]',
      '7: test rax, rax',
      '10: js 0x3f',
      '12: mov rdi, qword ptr [rbx + 8]',
      '16: mov rsi, qword ptr [rbx + 0x10]',
      '20: mov rdx, qword ptr [rbx + 0x18]',
      '24: mov r10, qword ptr [rbx + 0x20]',
      '28: mov r8, qword ptr [rbx + 0x28]',
      '32: syscall',
      '34: test rax, rax',
      '37: je 0x33',
      '39: mov qword ptr [rbx + 0x30], rax',
      '43: js 0x39',
      '45: add rbx, 0x48',
      '49: jmp 4',
      '51: add rbx, qword ptr [rbx + 0x38]',
      '55: jmp 4',
      '57: add rbx, qword ptr [rbx + 0x40]',
      '61: jmp 4',
      '63: xor eax, eax',
      '65: pop rbx',
      '66: ret',
    ]);
  });

  it('on arm64 touches no stack at all', async () => {
    expect(await disassembled('arm64', assembled('arm64'))).toEqual([
      '0: mov x9, x0',
      '4: ldr x8, [x9]',
      '8: tbnz x8, #0x3f, #0x48',
      '12: ldp x0, x1, [x9, #8]',
      '16: ldp x2, x3, [x9, #0x18]',
      '20: ldr x4, [x9, #0x28]',
      '24: svc #0',
      '28: cbz x0, #0x30',
      '32: str x0, [x9, #0x30]',
      '36: tbnz x0, #0x3f, #0x3c',
      '40: add x9, x9, #0x48',
      '44: b #4',
      '48: ldr x10, [x9, #0x38]',
      '52: add x9, x9, x10',
      '56: b #4',
      '60: ldr x10, [x9, #0x40]',
      '64: add x9, x9, x10',
      '68: b #4',
      '72: mov w0, #0',
      '76: ret',
    ]);
  });

  it('is not there for another CPU', () => {
    expect(callListCodeFor('riscv64')).toBeUndefined();
  });
});
