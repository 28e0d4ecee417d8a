/**
 * What the kernel sees at the beginning of a program (execve(2)): a script's `#!` line, or the
 * loader that a dynamically linked ELF file asks for (elf(5)).
 *
 * @module
 */
import { closeSync, constants, openSync, readSync } from 'node:fs';

/** The other file that is needed to run a program. */
export interface Interpreter {
  readonly kind: 'interpreter' | 'loader';
  /** As it is named. */
  readonly path: string;
  /** Where it is looked for: a relative path begins where the program runs. */
  readonly file: string;
  /** The interpreter that names it, as that is named; none where the program itself does. */
  readonly of?: string;
}

/** The kernel reads this much of a `#!` line; loaders are named within the first page. */
const headBytes = 4_096;
const PT_INTERP = 3;

/** Interpreters that the kernel follows, one being run by the next. */
const interpretersMax = 5;

/**
 * Returns all that is needed to run the file at `path` in `workingDirectory`: an interpreter may be a script
 * itself, or need a loader. Nothing when it runs itself or cannot be read.
 */
export function interpretersOf(path: string, workingDirectory: string): Interpreter[] {
  const found: Interpreter[] = [];
  for (let last: Interpreter | undefined; found.length < interpretersMax;) {
    const next = interpreterOf(last?.file ?? path, workingDirectory);
    if (next === undefined) break;
    found.push({ ...next, ...(last && { of: last.path }) });
    last = next;
  }
  return found;
}

function interpreterOf(path: string, workingDirectory: string): Interpreter | undefined {
  const head = readHead(path);
  if (head === undefined) return undefined;
  const kind = head.toString('latin1', 0, 2) === '#!' ? 'interpreter' : 'loader';
  const text = kind === 'interpreter' ? scriptPath(head) : loaderPath(head);
  if (text === undefined) return undefined;
  // To the kernel it is a string of C.
  const named = text.replace(/\0.*$/su, '');
  return {
    kind,
    path: named,
    file: named.startsWith('/') ? named : `${workingDirectory}/${named}`,
  };
}

function readHead(path: string): Buffer | undefined {
  let fd: number | undefined;
  try {
    // The file may be a FIFO, which must not block minit.
    fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
    const head = Buffer.alloc(headBytes);
    return head.subarray(0, readSync(fd, head));
  } catch {
    return undefined;
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

function scriptPath(head: Buffer): string {
  const end = head.indexOf('\n');
  const line = head.toString('utf8', 2, end < 0 ? head.length : end);
  return /^[ \t]*([^ \t]*)/u.exec(line)?.[1] ?? '';
}

/** Only of 64-bit little-endian files, the only kind there is on the machines we run on. */
function loaderPath(head: Buffer): string | undefined {
  const isElf64 = head.length >= 64 && head.toString('latin1', 0, 6) === '\x7fELF\x02\x01';
  if (!isElf64) return undefined;
  const tableOffset = Number(head.readBigUInt64LE(32));
  const entryBytes = head.readUInt16LE(54);
  const entries = head.readUInt16LE(56);
  for (let index = 0; index < entries; index += 1) {
    const offset = tableOffset + index * entryBytes;
    if (offset + 56 > head.length) return undefined;
    if (head.readUInt32LE(offset) !== PT_INTERP) continue;
    const start = Number(head.readBigUInt64LE(offset + 8));
    const end = start + Number(head.readBigUInt64LE(offset + 32)) - 1;
    return end <= head.length ? head.toString('utf8', start, end) : undefined;
  }
  return undefined;
}
