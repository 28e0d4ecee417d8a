/**
 * The command line of the kernel that has booted this machine. It keeps some of its words from init's
 * argv (`quiet`, and all that have a dot), and /proc is not mounted when init starts.
 *
 * @module
 */
import { readFileSync } from 'node:fs';
import { splitCommandLine } from '../machines/kernel-words';
import { readDetachedProc } from './libc/detached-proc';

/** Returns its words; none where the kernel does not tell. */
export function kernelWords(): readonly string[] {
  const text = readDetachedProc('cmdline');
  return splitCommandLine(typeof text === 'string' ? text : readMounted());
}

/** An older kernel, whose /proc somebody (an initramfs) has mounted already. */
function readMounted(): string {
  try {
    return readFileSync('/proc/cmdline', 'latin1');
  } catch {
    return '';
  }
}
