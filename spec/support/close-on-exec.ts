/**
 * Whether programs that are executed inherit a descriptor, as the kernel has it.
 *
 * @module
 */
import { readFileSync } from 'node:fs';

const O_CLOEXEC = 0o2000000;

/** By /proc/self/fdinfo, which has the flags as open(2) takes them. */
export function isCloseOnExec(fd: number): boolean {
  const info = readFileSync(`/proc/self/fdinfo/${String(fd)}`, 'latin1');
  const flags = Number.parseInt(/^flags:\s*(\d+)$/mu.exec(info)?.[1] ?? '', 8);
  return (flags & O_CLOEXEC) !== 0;
}
