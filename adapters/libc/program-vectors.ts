/**
 * What execve(2) gets, in one block of memory that may lie anywhere: the path, argv, and our own
 * environment with some variables set. Copied down to the last string, so that nothing that becomes
 * of this process's heap changes what is executed.
 *
 * @module
 */
import { copyString } from './memory';
import { captureEnvironment } from './vectors';

/** A program to be executed in place of this one. */
export interface NextProgram {
  /** Of the file; it is not looked up. execve(2) */
  readonly path: string;
  readonly argv: readonly string[];
  /** Variables set in addition to our own environment as it is now, or in place of what is there. */
  readonly environment: Readonly<Record<string, string>>;
}

/** The arguments of execve(2): three addresses, in the block whose bytes come with them. */
export interface PlacedProgram {
  readonly bytes: Buffer;
  readonly path: bigint;
  readonly argv: bigint;
  readonly envp: bigint;
}

export interface PackedProgram {
  readonly byteLength: number;
  /** Returns the block as it has to be at `address`. */
  placedAt(address: bigint): PlacedProgram;
}

const wordBytes = 8;

/** Packs `program`; the environment is read now. */
export function packProgram({ path, argv, environment }: NextProgram): PackedProgram {
  const args = argv.map(cString);
  const variables = environmentWith(environment);
  const strings = [...args, ...variables, cString(path)];
  // Both vectors end with a null word.
  const vectorBytes = (args.length + 1 + variables.length + 1) * wordBytes;
  const byteLength = strings.reduce((sum, { length }) => sum + length, vectorBytes);
  const placedAt = (address: bigint): PlacedProgram => {
    let end = address + BigInt(vectorBytes);
    const addresses = strings.map(({ length }) => {
      const start = end;
      end += BigInt(length);
      return start;
    });
    const argvWords = [...addresses.slice(0, args.length), 0n];
    const envpWords = [...addresses.slice(args.length, -1), 0n];
    const vectors = BigUint64Array.from([...argvWords, ...envpWords]);
    return {
      bytes: Buffer.concat([Buffer.from(vectors.buffer), ...strings]),
      path: addresses.at(-1) ?? 0n,
      argv: address,
      envp: address + BigInt(argvWords.length * wordBytes),
    };
  };
  return { byteLength, placedAt };
}

function environmentWith(set: Readonly<Record<string, string>>): Buffer[] {
  const added = Object.entries(set);
  const isReplaced = (variable: Buffer): boolean =>
    added.some(([name]) => variable.toString('latin1').startsWith(`${latin1(name)}=`));
  const own = captureEnvironment();
  // The last word is the null that ends the vector.
  const kept = Array.from({ length: own.length / wordBytes - 1 }, (_, index) =>
    copyString(own.readBigUInt64LE(index * wordBytes)),
  ).filter((variable) => !isReplaced(variable));
  return [...kept, ...added.map(([name, value]) => cString(`${name}=${value}`))];
}

const cString = (text: string): Buffer => Buffer.from(`${text}\0`);
/** The bytes of a UTF-8 text as characters, for comparing with bytes that may be no UTF-8. */
const latin1 = (text: string): string => Buffer.from(text).toString('latin1');
