/**
 * What went wrong between fork and exec, in words. posix_spawn(3) gives one number for all of it: where it went wrong is worked
 * out then, by looking at what the child was to use; and always what the number does not tell.
 *
 * It looks after the fact: what has changed meanwhile is told by the number alone.
 *
 * @module
 */
import { accessSync, constants, lstatSync, readlinkSync, statSync } from 'node:fs';
import type { SpawnStage, SystemError } from '../machines/events';
import { errnos } from './errnos';
import { libcError } from './libc/errors';
import type { FailedCall, NativeOutcome } from './libc/native-spawn';
import { interpretersOf, type Interpreter } from './program-file';
import { systemErrorOf } from './system-error';

/** Why a process could not be started. */
export interface SpawnProblem {
  readonly stage: SpawnStage;
  readonly error: SystemError;
  /** The file it failed on. */
  readonly path?: string;
  /** For people: lower case, no full stop. */
  readonly hint?: string;
}

const forkErrnos: ReadonlySet<number> = new Set([
  errnos.EAGAIN,
  errnos.ENOMEM,
  errnos.EMFILE,
  errnos.ENFILE,
]);

type NativeFailure = Extract<NativeOutcome, { readonly errno: number }>;

/** A program, and where it was to run. */
interface Place {
  readonly path: string;
  readonly workingDirectory: string;
}

interface Asked extends Place {
  readonly input?: string;
}

/** Explains why what was asked for could not be started. */
export function explainSpawnFailure(
  { errno, failedCall }: NativeFailure,
  { path, workingDirectory, input }: Asked,
): SpawnProblem {
  const error = libcError(errno);
  switch (failedCall ?? guessFailedCall(errno, workingDirectory)) {
    case 'clone':
      return { stage: 'fork', error };
    case 'terminal':
      return { stage: 'open-in', error, ...(input !== undefined && { path: input }) };
    case 'change-directory':
      return { stage: 'change-directory', error, path: workingDirectory };
    case 'standard-files':
    case 'execute': {
      const hint = executeHint(errno, { path, workingDirectory });
      return { stage: 'execute', error, path, ...(hint !== undefined && { hint }) };
    }
  }
}

const guessFailedCall = (errno: number, workingDirectory: string): FailedCall => {
  if (forkErrnos.has(errno)) return 'clone';
  return changeDirectoryErrno(workingDirectory) === errno ? 'change-directory' : 'execute';
};

/** Returns 0 for a directory that can be changed to. */
function changeDirectoryErrno(path: string): number {
  try {
    if (!statSync(path).isDirectory()) return errnos.ENOTDIR;
    accessSync(path, constants.X_OK);
    return 0;
  } catch (error) {
    return systemErrorOf(error).errno;
  }
}

/** A hint is only for people: where the file system gives none, there is none. */
function executeHint(errno: number, place: Place): string | undefined {
  try {
    return hintFor(errno, place);
  } catch {
    return undefined;
  }
}

function hintFor(errno: number, place: Place): string | undefined {
  switch (errno) {
    case errnos.ENOENT:
      return danglingHint(place.path) ?? interpreterHint(place);
    case errnos.EACCES:
    case errnos.EPERM:
      return deniedHint(place);
    case errnos.ENOTDIR:
    case errnos.ELOOP:
    case errnos.EISDIR:
      return interpreterHint(place);
    case errnos.ENOEXEC:
      return formatHint(place);
    case errnos.ETXTBSY:
      return 'it is open for writing';
    default:
      return undefined;
  }
}

/** Says where a symbolic link leads that leads nowhere; `undefined` for anything else, one in a circle included. */
export function danglingHint(path: string): string | undefined {
  try {
    if (!lstatSync(path).isSymbolicLink() || exists(path) || isInCircle(path)) return undefined;
    return `it is a symbolic link to ${quote(readlinkSync(path))}, which does not exist`;
  } catch {
    return undefined;
  }
}

function deniedHint(place: Place): string | undefined {
  const status = statSync(place.path);
  if (status.isDirectory()) return 'it is a directory';
  if (!status.isFile()) return 'it is no regular file';
  return (status.mode & 0o111) === 0 ? 'it is not executable' : interpreterHint(place);
}

function formatHint(place: Place): string | undefined {
  if (statSync(place.path).size === 0) return 'it is empty';
  const hint = interpreterHint(place);
  return hint ?? 'it is neither a program for this machine nor a script with a "#!" line';
}

/** What is wrong with a file that runs this file: a script's interpreter or a program's loader. */
function interpreterHint({ path, workingDirectory }: Place): string | undefined {
  for (const interpreter of interpretersOf(path, workingDirectory)) {
    const problem = interpreterProblem(interpreter);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function interpreterProblem({ kind, path, file, of }: Interpreter): string | undefined {
  const owner = of === undefined ? 'its' : `its interpreter ${quote(of)}: its`;
  if (path === '') return `${owner} "#!" line names no interpreter`;
  const name = `${owner} ${kind} ${quote(path)}`;
  if (!exists(file)) {
    const isReturn = path.endsWith('\r');
    return `${name} does not exist${isReturn ? ' (its lines end with a carriage return)' : ''}`;
  }
  const status = statSync(file);
  if (status.isDirectory()) return `${name} is a directory`;
  return (status.mode & 0o111) === 0 ? `${name} is not executable` : undefined;
}

function isInCircle(link: string): boolean {
  try {
    statSync(link);
    return false;
  } catch (error) {
    return systemErrorOf(error).code === 'ELOOP';
  }
}

function exists(path: string): boolean {
  try {
    statSync(path);
    return true;
  } catch {
    return false;
  }
}

const quote = (text: string): string => JSON.stringify(text);
