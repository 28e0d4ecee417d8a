/**
 * Memory that the garbage collector does not know: it is never moved and never freed.
 *
 * @module
 */
import { bind, lastErrno, resultOrErrno } from './koffi';

const PROT_READ = 1;
const PROT_WRITE = 2;
const PROT_EXEC = 4;
const MAP_PRIVATE = 2;
const MAP_ANONYMOUS = 0x20;

const mmap = bind<[number, number, number, number, number, number]>(
  'intptr_t mmap(uintptr_t, size_t, int, int, int, long)',
);
const mprotect = bind<[bigint, number, number]>('int mprotect(uintptr_t, size_t, int)');
const copyToAddress = bind<[bigint, Buffer, number]>('uintptr_t memcpy(uintptr_t, void *, size_t)');
const copyFromAddress = bind<[Buffer, bigint, number]>(
  'uintptr_t memcpy(void *, uintptr_t, size_t)',
);
const lengthOfString = bind<[bigint]>('size_t strlen(uintptr_t)');

/** Returns the address of `byteLength` zero bytes, at the start of a page, or the errno. mmap(2) */
export function mapMemory(byteLength: number): bigint | number {
  const access = PROT_READ | PROT_WRITE;
  const address = mmap(0, byteLength, access, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return address === -1 ? lastErrno() : BigInt(address);
}

/** Writes `bytes` to `address`. */
export function writeMemory(address: bigint, bytes: Buffer): void {
  copyToAddress(address, bytes, bytes.length);
}

/** Makes pages refuse every write; a program in them can then be run. Returns 0 or −errno. mprotect(2) */
export function sealMemory(address: bigint, byteLength: number, use: 'data' | 'program'): number {
  const access = use === 'program' ? PROT_READ | PROT_EXEC : PROT_READ;
  return resultOrErrno(mprotect(address, byteLength, access));
}

/** Copies machine code to pages of its own, from which it can be run; returns its address, or the errno. */
export function placeProgram(code: Buffer): bigint | number {
  const address = mapMemory(code.length);
  if (typeof address === 'number') return address;
  writeMemory(address, code);
  const result = sealMemory(address, code.length, 'program');
  return result === 0 ? address : -result;
}

/** Returns a copy of the C string at `address`, with its terminating zero. strlen(3) */
export function copyString(address: bigint): Buffer {
  const copy = Buffer.alloc(lengthOfString(address) + 1);
  copyFromAddress(copy, address, copy.length);
  return copy;
}
