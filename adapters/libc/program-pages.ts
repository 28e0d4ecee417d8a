/**
 * The pages of programs and libraries that a start has brought into memory: most of Node's are for its start alone.
 *
 * @module
 */
import { readFileSync } from 'node:fs';
import { bind } from './koffi';

const MADV_DONTNEED = 4;
const MADV_COLD = 20;

const advise = bind<[number, number, number]>('int madvise(uintptr_t, size_t, int)');

/** A range of addresses of ours. */
export interface Mapping {
  readonly address: number;
  readonly byteLength: number;
}

/** Of a file, private and not to be written, and no page of it differs from the file. */
const ofFile =
  /^([0-9a-f]+)-([0-9a-f]+) r-[x-]p \S+ \S+ \d+ +\/.*\n(?:[A-Z].*\n)*?Anonymous: +0 kB$/gmu;

/**
 * Returns the mappings of `smaps` that are nothing but a file: whatever page of them is dropped can be read again. What
 * the dynamic linker has relocated, or a debugger has put a breakpoint into, is not among them. proc_pid_smaps(5)
 */
export const mappingsOfFiles = (smaps: string): readonly Mapping[] =>
  [...smaps.matchAll(ofFile)].map(([, from = '', to = '']) => {
    const address = Number.parseInt(from, 16);
    return { address, byteLength: Number.parseInt(to, 16) - address };
  });

/**
 * Unmaps what this program has of files, and tells the kernel that it may take that memory before any other. What is used
 * again comes from the kernel's page cache, as long as nobody else has needed the memory. Does nothing where /proc is
 * missing. madvise(2)
 */
export function giveBackProgramPages(): void {
  for (const { address, byteLength } of mappingsOfFiles(readOwnMappings())) {
    // By itself the next one would tell the kernel that these pages were used a moment ago. Linux before 5.4 has no such advice.
    advise(address, byteLength, MADV_COLD);
    advise(address, byteLength, MADV_DONTNEED);
  }
}

function readOwnMappings(): string {
  try {
    return readFileSync('/proc/self/smaps', 'latin1');
  } catch {
    return '';
  }
}
