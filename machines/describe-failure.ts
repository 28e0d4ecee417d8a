/**
 * Why a process could not be started, in words. Pure.
 *
 * @module
 */
import type { ReportParams } from './effects';
import type { SpawnStage } from './events';
import type { ServiceContext, StartFailure } from './service-context';

/** What was being tried: completes "cannot …". */
const stageText: Readonly<Record<SpawnStage, string>> = {
  'read-directory': 'read its service directory',
  params: 'use its params',
  'open-in': 'open its in',
  'open-out': 'open its out',
  'log-pipe': 'make its log pipe',
  'change-directory': 'change to its working directory',
  execute: 'execute its program (run)',
  fork: 'make a process',
  'learn-pid': 'learn the PID of its daemon',
};

/** Explanations for the codes that people meet; others are shown by their name. */
const errorText: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EIO: 'input/output error',
  ENOSYS: 'the kernel has no such call, or a sandbox hides it',
  EPERM: 'the kernel does not allow it',
  EAGAIN: 'too many processes just now',
  EDQUOT: 'the disk quota is exceeded',
  EINVAL: 'not usable',
  EISDIR: 'is a directory',
  ELOOP: 'too many symbolic links',
  EMFILE: 'too many open files',
  ENAMETOOLONG: 'the name is too long',
  ENFILE: 'too many open files in the system',
  ENOENT: 'no such file or directory',
  ENOEXEC: 'not an executable: a script needs a first line such as "#!/bin/sh"',
  ENOMEM: 'out of memory',
  ENOSPC: 'no space left on the device',
  ENOTDIR: 'a component is not a directory',
  EROFS: 'the file system is read-only',
  ETXTBSY: 'the program is being written to',
  E2BIG: 'its arguments are too long',
};

export const describeErrorCode = (code: string): string => errorText[code] ?? code;

/** `cannot execute its program: no such file or directory (ENOENT)`. */
export function failureText({ stage, error, hint }: StartFailure): string {
  const reason = hint ?? describeErrorCode(error.code);
  const code = stage === 'params' ? '' : ` (${error.code})`;
  return `cannot ${stageText[stage]}: ${reason}${code}`;
}

/** Returns the report of a service's last failed start. */
export function describeFailure({
  name,
  failure,
  definition,
  failures,
}: ServiceContext): ReportParams {
  if (failure === undefined) {
    return { severity: 'error', code: 'spawn-failed', service: name, text: 'could not be started' };
  }
  const again = failures > 1 ? ` (${String(failures)} times in a row)` : '';
  return {
    severity: 'error',
    code: 'spawn-failed',
    service: name,
    file: failure.path ?? definition.directory,
    ...(failure.line !== undefined && { line: failure.line }),
    text: failureText(failure) + again,
  };
}
