/**
 * argv and envp for posix_spawn(3): NULL-terminated vectors of addresses, as bytes.
 *
 * @module
 */
import { addressOf, variableAddress, wordAt } from './koffi';

const wordBytes = 8;

/**
 * Returns argv: the vector, followed by the strings it points to. `encoding` is that of the
 * arguments; the program's own name comes from a path and is always UTF-8.
 */
export function packArguments(argv: readonly string[], encoding: 'utf8' | 'latin1'): Buffer {
  const strings = argv.map((text, index) => Buffer.from(text, index === 0 ? 'utf8' : encoding));
  const vectorBytes = (argv.length + 1) * wordBytes;
  const memory = Buffer.alloc(strings.reduce((sum, { length }) => sum + length + 1, vectorBytes));
  const base = addressOf(memory);
  let offset = vectorBytes;
  strings.forEach((bytes, index) => {
    memory.writeBigUInt64LE(base + BigInt(offset), index * wordBytes);
    bytes.copy(memory, offset);
    offset += bytes.length + 1;
  });
  return memory;
}

/**
 * Returns our own environment as it is now. Only the addresses are copied: the bytes stay what
 * they are, UTF-8 or not, and a later setenv(3) does not touch strings that it did not make.
 */
export function captureEnvironment(): Buffer {
  const environment = wordAt(variableAddress('environ'), 0);
  const words: bigint[] = [];
  for (let offset = 0; environment !== 0n; offset += wordBytes) {
    const word = wordAt(environment, offset);
    if (word === 0n) break;
    words.push(word);
  }
  return Buffer.from(BigUint64Array.from([...words, 0n]).buffer);
}
