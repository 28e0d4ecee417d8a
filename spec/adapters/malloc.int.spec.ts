import { readFileSync } from 'node:fs';
import { bind, bindOptional } from '../../adapters/libc/koffi';
import { trimHeaps } from '../../adapters/libc/malloc';

const hasTrim = bindOptional<[number]>('int malloc_trim(size_t)') !== undefined;

/** Below what glibc takes from the kernel by itself. */
const pieceBytes = 65_536;
const pieces = 320;
const mallocPiece = bind<[number]>('uintptr_t malloc(size_t)');
const fill = bind<[number, number, number]>('uintptr_t memset(uintptr_t, int, size_t)');
const free = bind<[number]>('void free(uintptr_t)');

const heapKb = (): number => {
  const smaps = readFileSync('/proc/self/smaps', 'latin1');
  return Number(/ \[heap\]\n(?:[A-Z].*\n)*?Rss: +(\d+) kB/u.exec(smaps)?.[1]);
};

(hasTrim ? it : it.skip)('gives back what is freed in the midst of a heap', async () => {
  const addresses = Array.from({ length: pieces }, () => mallocPiece(pieceBytes));
  for (const address of addresses) fill(address, 1, pieceBytes);
  const [last = 0, ...others] = addresses.reverse();
  for (const address of others) free(address);
  const before = heapKb();
  await new Promise<void>((resolve) => {
    trimHeaps(resolve);
  });
  expect(heapKb()).toBeLessThan(before - (pieces * pieceBytes) / 1_024 / 2);
  free(last);
});
