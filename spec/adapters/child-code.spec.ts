/** What the bytes of the SIGCHLD handler mean, according to a disassembler that knows nothing of it. */
import { childCodeFor } from '../../adapters/libc/child-code';
import { disassembled } from '../support/disassembled';

const places = { ring: 0x1122_3344_5566_7788n, next: 0x7edc_ba98_7654_3210n };

function assembled(cpu: string): Buffer {
  const code = childCodeFor(cpu)?.(places);
  if (code === undefined) throw new Error(`no code for ${cpu}`);
  return code;
}

describe('the code of the SIGCHLD handler', () => {
  it('on x64 notes the PID in the ring and goes on to the handler of before', async () => {
    const code = assembled('x64');
    expect(code).toHaveLength(43);
    expect(await disassembled('x64', code)).toEqual([
      '0: movabs rax, 0x1122334455667788',
      '10: mov ecx, 1',
      '15: lock xadd dword ptr [rax], ecx',
      '19: movzx ecx, cl',
      '22: mov r8d, dword ptr [rsi + 0x10]',
      '26: mov dword ptr [rax + rcx*4 + 4], r8d',
      '31: movabs rax, 0x7edcba9876543210',
      '41: jmp rax',
    ]);
  });

  it('on arm64 notes the PID in the ring and goes on to the handler of before', async () => {
    const code = assembled('arm64');
    expect(code).toHaveLength(64);
    expect(await disassembled('arm64', code.subarray(0, 44))).toEqual([
      '0: ldr x9, #0x30',
      '4: ldxr w10, [x9]',
      '8: add w11, w10, #1',
      '12: stxr w12, w11, [x9]',
      '16: cbnz w12, #4',
      '20: and w10, w10, #0xff',
      '24: ldr w11, [x1, #0x10]',
      '28: add x9, x9, #4',
      '32: str w11, [x9, w10, uxtw #2]',
      '36: ldr x16, #0x38',
      '40: br x16',
    ]);
    expect(code.readUInt32LE(44)).toBe(0);
    expect(code.readBigUInt64LE(0x30)).toBe(places.ring);
    expect(code.readBigUInt64LE(0x38)).toBe(places.next);
  });

  it('is not there for another CPU', () => {
    expect(childCodeFor('riscv64')).toBeUndefined();
  });
});
