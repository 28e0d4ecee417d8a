/**
 * CRC-32 by the zlib that is in Node, or that Node is linked with; node:zlib would load Node's streams, too: 5 ms
 * and a megabyte. crc32(3) of zlib.h
 *
 * @module
 */
import type { Checksums } from '../event-log/checksum';
import { addressOf, bindOptional } from './koffi';

const crc32 = 'uint32_t crc32(unsigned long';

/** `undefined` where no zlib is to be found. `bind`: for specs. */
export function zlibChecksums(bind = bindOptional): Checksums | undefined {
  const ofText = bind<[number, string, number]>(`${crc32}, const char *, unsigned int)`);
  const ofBytes = bind<[number, Uint8Array, number]>(`${crc32}, void *, unsigned int)`);
  const ofMemory = bind<[number, number, number]>(`${crc32}, uintptr_t, unsigned int)`);
  if (ofText === undefined || ofBytes === undefined || ofMemory === undefined) return undefined;
  // Nearly always the same: to ask for its address, or to hand it on as an array, is slower than the sum.
  let known: Uint8Array | undefined;
  let address = 0;
  return {
    ofData(data, seed) {
      if (typeof data === 'string') return ofText(seed, data, Buffer.byteLength(data));
      // Of no bytes koffi gives no address, and zlib takes that for a wish to begin anew.
      return data.length === 0 ? seed : ofBytes(seed, data, data.length);
    },
    ofAdded({ memory, end }, from, seed) {
      if (memory !== known) {
        known = memory;
        address = Number(addressOf(memory));
      }
      return ofMemory(seed, address + from, end - from);
    },
  };
}
