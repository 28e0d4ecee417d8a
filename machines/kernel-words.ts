/**
 * The words of a kernel's command line that are about the console: `quiet` and `minit.debug`. The
 * kernel keeps both to itself, so that they reach its init by way of /proc/cmdline only, unless they
 * stand after `--`. Pure.
 *
 * @module
 */
import type { Role } from './events';

/**
 * - `quiet`: problems only.
 * - `failures`: problems, crashes, and how the boot went; for the console of a machine.
 * - `transitions`: each change of a service's state.
 */
export type Verbosity = 'quiet' | 'failures' | 'transitions';

const quietWord = 'quiet';
const debugWord = 'minit.debug';

export const isKernelWord = (word: string): boolean => word === quietWord || word === debugWord;

/** Returns the words of a kernel's command line; what stands in double quotes is one, as for the kernel. */
export function splitCommandLine(line: string): string[] {
  return (line.match(/(?:"[^"]*"?|[^\s"])+/gu) ?? []).map((word) => word.replaceAll('"', ''));
}

export interface VerbosityAsked {
  readonly role: Role;
  /** The option `--quiet`. */
  readonly isQuiet: boolean;
  /** Words of argv, and of the kernel's command line on a machine. */
  readonly words: readonly string[];
}

/**
 * Returns how much the console tells. The words count for PID 1 only: elsewhere they are names of services
 * like any other. Whoever debugs wants to see it all, so that `minit.debug` wins.
 */
export function verbosityOf({ role, isQuiet, words }: VerbosityAsked): Verbosity {
  if (role !== 'process' && words.includes(debugWord)) return 'transitions';
  if (isQuiet || (role !== 'process' && words.includes(quietWord))) return 'quiet';
  return role === 'machine' ? 'failures' : 'transitions';
}
