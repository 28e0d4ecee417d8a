/**
 * The memory that outlives the program: makes it, or finds that of the program before by the variable
 * `MINIT_RESUME`, which holds its descriptor.
 *
 * @module
 */
import { fstatSync } from 'node:fs';
import type { SystemError } from '../../machines/events';
import { libcError } from '../libc/errors';
import { clearCloseOnExec, setCloseOnExec } from '../libc/fcntl';
import { makeMemoryFile, mapBeginning, mappedBytes } from '../libc/memory-file';
import { VitalPage } from './vital-page';

export interface VitalMemory {
  readonly fd: number;
  readonly page: VitalPage;
}

const variable = 'MINIT_RESUME';

/** What the next program needs in its environment to find `memory`. */
export const environmentFor = ({ fd }: VitalMemory): Readonly<Record<string, string>> => ({
  [variable]: String(fd),
});

/** Makes new memory, or returns why there is none. */
export function makeVitalMemory(now: number): VitalMemory | SystemError {
  const fd = makeMemoryFile('minit');
  if (fd < 0) return libcError(-fd);
  const memory = mapBeginning(fd);
  if (typeof memory === 'number') return libcError(-memory);
  const page = new VitalPage(memory);
  page.initialize(now);
  return { fd, page };
}

/**
 * Returns the memory of the program before, if this is its successor; `foreign` if that was of a version whose
 * memory this one cannot read. The services never see the variable.
 */
export function findVitalMemory(): VitalMemory | 'foreign' | undefined {
  const text = process.env[variable];
  if (text === undefined) return undefined;
  // Reflect: `delete` of a computed name is nothing else, but the linter takes it for a mistake.
  Reflect.deleteProperty(process.env, variable);
  const fd = /^\d{1,9}$/u.test(text) ? Number(text) : -1;
  if (!isFile(fd)) return undefined;
  const memory = mapBeginning(fd);
  if (typeof memory === 'number') return undefined;
  const page = new VitalPage(memory);
  if (!page.isValid) {
    // Somebody may have set the variable who is not us; what it names is not ours then either.
    setCloseOnExec(fd);
    return page.isForeign ? 'foreign' : undefined;
  }
  clearCloseOnExec(fd);
  // The program before ended when it had said where its new journal ends, and not yet that it begins with the file.
  if (page.end < page.begin) page.begin = mappedBytes;
  return { fd, page };
}

/** A mapping of what is shorter than a page would be a fault at the first look. */
function isFile(fd: number): boolean {
  try {
    const status = fstatSync(fd);
    return status.isFile() && status.size >= 65_536;
  } catch {
    return false;
  }
}
