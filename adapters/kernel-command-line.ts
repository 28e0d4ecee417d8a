/**
 * The command line of the kernel that has booted this machine. It keeps some of its words from init's
 * argv (`quiet`, and all that have a dot), and /proc is not mounted when init starts.
 *
 * @module
 */
import { splitCommandLine } from '../machines/kernel-words';
import { readProc } from './libc/detached-proc';

/** Returns its words; none where the kernel does not tell. */
export function kernelWords(): readonly string[] {
  const line = readProc('cmdline');
  return splitCommandLine('code' in line ? '' : line.toString('latin1'));
}
