/**
 * envp for posix_spawn(3): a NULL-terminated vector of addresses, as bytes. For argv see spawn-block.ts.
 *
 * @module
 */
import { variableAddress, wordAt } from './koffi';

const wordBytes = 8;

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
