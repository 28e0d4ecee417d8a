/**
 * What machine code means, according to a disassembler that knows nothing of it.
 *
 * @module
 */
import loadCapstone from '@alexaltea/capstone-js';

/** One line an instruction: where it is, and what it is. */
export async function disassembled(cpu: 'x64' | 'arm64', code: Buffer): Promise<string[]> {
  const capstone = await loadCapstone();
  const { ARCH_X86, MODE_64, ARCH_ARM64, MODE_LITTLE_ENDIAN } = capstone;
  const disassembler =
    cpu === 'x64'
      ? new capstone.Capstone(ARCH_X86, MODE_64)
      : new capstone.Capstone(ARCH_ARM64, MODE_LITTLE_ENDIAN);
  try {
    return disassembler
      .disasm(code, 0)
      .map(({ address, mnemonic, op_str }) =>
        `${String(address)}: ${mnemonic} ${op_str}`.trimEnd(),
      );
  } finally {
    disassembler.close();
  }
}
