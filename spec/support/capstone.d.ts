/** The part of Capstone that the specs use; the package has no types. */
declare module '@alexaltea/capstone-js' {
  interface Instruction {
    readonly address: bigint | number;
    readonly bytes: readonly number[];
    readonly mnemonic: string;
    readonly op_str: string;
  }
  interface Disassembler {
    disasm(code: Uint8Array, address: number): Instruction[];
    close(): void;
  }
  interface Capstone {
    readonly ARCH_X86: number;
    readonly ARCH_ARM64: number;
    readonly MODE_64: number;
    readonly MODE_LITTLE_ENDIAN: number;
    readonly Capstone: new (architecture: number, mode: number) => Disassembler;
  }
  export default function load(): Promise<Capstone>;
}
