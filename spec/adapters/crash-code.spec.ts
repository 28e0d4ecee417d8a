/** What the bytes of the crash handler mean, according to a disassembler that knows nothing of it. */
import { crashCodeFor, crashEntry, crashEntryBytes } from '../../adapters/libc/crash-code';
import { disassembled } from '../support/disassembled';

const places = { signal: 0x1122_3344_5566_7788n, firstEntry: 0x7edc_ba98_7654_3210n };

function assembled(cpu: string): Buffer {
  const code = crashCodeFor(cpu)?.assemble(places);
  if (code === undefined) throw new Error(`no code for ${cpu}`);
  return code;
}

describe('the code of the crash handler', () => {
  it('on x64 notes the signal and walks the list', async () => {
    const code = assembled('x64');
    expect(code).toHaveLength(49);
    expect(await disassembled('x64', code)).toEqual([
      '0: movabs rbx, 0x1122334455667788',
      '10: mov dword ptr [rbx], edi',
      '12: movabs rbx, 0x7edcba9876543210',
      '22: mov rax, qword ptr [rbx]',
      '25: mov rdi, qword ptr [rbx + 8]',
      '29: mov rsi, qword ptr [rbx + 0x10]',
      '33: mov rdx, qword ptr [rbx + 0x18]',
      '37: mov r10, qword ptr [rbx + 0x20]',
      '41: syscall',
      '43: mov rbx, qword ptr [rbx + 0x28]',
      '47: jmp 0x16',
    ]);
  });

  it('on arm64 notes the signal and walks the list', async () => {
    const code = assembled('arm64');
    expect(code).toHaveLength(56);
    expect(await disassembled('arm64', code.subarray(0, 36))).toEqual([
      '0: ldr x19, #0x28',
      '4: str w0, [x19]',
      '8: ldr x19, #0x30',
      '12: ldr x8, [x19]',
      '16: ldp x0, x1, [x19, #8]',
      '20: ldp x2, x3, [x19, #0x18]',
      '24: svc #0',
      '28: ldr x19, [x19, #0x28]',
      '32: b #0xc',
    ]);
    expect(code.readUInt32LE(36)).toBe(0);
    expect(code.readBigUInt64LE(0x28)).toBe(places.signal);
    expect(code.readBigUInt64LE(0x30)).toBe(places.firstEntry);
  });

  it('is not there for another CPU', () => {
    expect(crashCodeFor('riscv64')).toBeUndefined();
  });

  it('makes the system calls under their numbers', () => {
    // From asm/unistd_64.h and asm-generic/unistd.h.
    expect(crashCodeFor('x64')?.calls).toEqual({
      rt_sigprocmask: 14,
      setitimer: 38,
      execve: 59,
      nanosleep: 35,
    });
    expect(crashCodeFor('arm64')?.calls).toEqual({
      rt_sigprocmask: 135,
      setitimer: 103,
      execve: 221,
      nanosleep: 101,
    });
  });
});

describe('an entry of the list', () => {
  it('is the call, four arguments and the next entry', () => {
    const entry = crashEntry({ call: 59, values: [1n, 2n, 3n, 4n], next: 5n });
    expect(entry).toHaveLength(crashEntryBytes);
    const words = Array.from({ length: 6 }, (_, index) => entry.readBigUInt64LE(index * 8));
    expect(words).toEqual([59n, 1n, 2n, 3n, 4n, 5n]);
  });
});
