/**
 * What execve(2) would make of a program, told by looking at the file before anybody runs it. By mode
 * bits, not by access(2): the checker may run as another user than minit.
 *
 * @module
 */
import {
  closeSync,
  constants,
  openSync,
  readSync,
  readlinkSync,
  statSync,
  type Stats,
} from 'node:fs';
import type { Program, ServiceDefinition } from '../machines/definition';
import type { ProgramFact } from '../machines/tree-facts';
import { interpretersOf } from './program-file';
import { systemErrorOf } from './system-error';

/** Returns what is to be known about the program of the service at `directory`. */
export function programFact(
  { path }: Program,
  { directory, workingDirectory }: Pick<ServiceDefinition, 'directory' | 'workingDirectory'>,
): ProgramFact {
  try {
    return fileFact(path, workingDirectory, statSync(path));
  } catch (error) {
    const systemError = systemErrorOf(error);
    const isGone = systemError.code === 'ENOENT' || systemError.code === 'ENOTDIR';
    return isGone ? danglingFact(directory) : { kind: 'unreachable', error: systemError };
  }
}

function danglingFact(directory: string): ProgramFact {
  try {
    return { kind: 'dangling', target: readlinkSync(`${directory}/run`) };
  } catch (error) {
    return { kind: 'unreachable', error: systemErrorOf(error) };
  }
}

function fileFact(path: string, workingDirectory: string, status: Stats): ProgramFact {
  if (status.isDirectory()) return { kind: 'directory' };
  if (!status.isFile()) return { kind: 'special' };
  if (!isExecutable(status)) return { kind: 'not-executable' };
  if (status.size === 0) return { kind: 'empty' };
  const interpreters = interpretersOf(path, workingDirectory);
  if (interpreters.length === 0)
    return isPlainText(path) ? { kind: 'no-interpreter-line' } : { kind: 'usable' };
  for (const { kind, path: named, file, of } of interpreters) {
    const problem = named === '' ? 'missing' : interpreterProblem(file);
    if (problem !== undefined)
      return {
        kind: 'bad-interpreter',
        interpreter: kind,
        path: named,
        problem,
        ...(of !== undefined && { of }),
      };
  }
  return { kind: 'usable' };
}

const isExecutable = ({ mode }: Stats): boolean => (mode & 0o111) !== 0;

function interpreterProblem(path: string): 'missing' | 'directory' | 'not-executable' | undefined {
  try {
    const status = statSync(path);
    if (status.isDirectory()) return 'directory';
    return isExecutable(status) ? undefined : 'not-executable';
  } catch (error) {
    // What may not be looked at is not known to be wrong.
    return systemErrorOf(error).code === 'EACCES' ? undefined : 'missing';
  }
}

/** A kernel may know more formats than scripts and ELF (binfmt_misc), but they are all binary. */
function isPlainText(path: string): boolean {
  let fd: number | undefined;
  try {
    fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
    const head = Buffer.alloc(512);
    return !head.subarray(0, readSync(fd, head)).includes(0);
  } catch {
    return false;
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}
