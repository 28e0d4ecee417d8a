/**
 * Reads service directories. One readdir(3) tells which entries there are, so that only files
 * that exist are opened. Nothing in a directory may stop minit: files are opened without
 * blocking (`params` may be a FIFO) and read up to a limit (`depends` may be /dev/zero).
 *
 * @module
 */
import { lstatSync } from 'node:fs';
import { Subject } from 'rxjs';
import type { Occurrence, ServiceDirectories } from '../effects/ports';
import type { ServiceDefinition } from '../machines/definition';
import type { SystemError } from '../machines/events';
import { dependsBytesMax, paramsBytesMax } from '../machines/limits';
import { nameProblem } from '../machines/names';
import {
  parseDefinition,
  type RawRun,
  type RawServiceDirectory,
  type RawText,
} from '../machines/parse-definition';
import {
  openByNode,
  type FileText,
  type OpenDirectory,
  type OpenDirectoryAt,
} from './open-directory';
import { systemError, systemErrorOf } from './system-error';

export interface ServiceDirectoriesOptions {
  /** Absolute path of ROOT. */
  readonly root: string;
  /** CLOCK_BOOTTIME, µs. */
  readonly now: () => number;
  readonly open?: OpenDirectoryAt | undefined;
}

export type ServiceDirectoryReading =
  { readonly definition: ServiceDefinition } | { readonly error: SystemError };

/** Returns the port for the tree at `root`. Emits while `read` is being called. */
export function createServiceDirectories({
  root,
  now,
  open,
}: ServiceDirectoriesOptions): ServiceDirectories {
  const occurrence$ = new Subject<Occurrence>();
  return {
    occurrence$,
    read({ service }, cause) {
      const reading = readServiceDirectory(root, service, open);
      const event =
        'definition' in reading
          ? ({ type: 'ServiceRead', service, definition: reading.definition } as const)
          : ({ type: 'ServiceMissing', service, error: reading.error } as const);
      occurrence$.next({ at: now(), cause, event });
    },
  };
}

/**
 * Reads the directory of the service `name` under `root`, an absolute path. What is wrong inside
 * the directory is in the definition's `problems`; `error` is for a directory that cannot be listed,
 * EINVAL for a name that may not name a service.
 */
export function readServiceDirectory(
  root: string,
  name: string,
  open: OpenDirectoryAt = openByNode,
): ServiceDirectoryReading {
  // Names were checked where they came in; this is the last door before the file system.
  if (nameProblem(name) !== undefined) return { error: systemError('EINVAL') };
  const path = `${root.endsWith('/') ? root.replace(/\/+$/u, '') : root}/${name}`;
  try {
    const directory = open(path);
    try {
      return { definition: parseDefinition(collect(name, path, directory)) };
    } finally {
      directory.close();
    }
  } catch (error) {
    return { error: systemErrorOf(error) };
  }
}

/** All entries at once: what is put together by spreading makes each start of a boot slower. */
function collect(name: string, path: string, directory: OpenDirectory): RawServiceDirectory {
  const { has } = directory;
  return {
    name,
    directory: path,
    run: has.run ? rawRun(directory) : undefined,
    params: has.params ? readArguments(directory) : undefined,
    depends: has.depends ? readText(directory, 'depends') : undefined,
    nice: has.nice ? readText(directory, 'nice') : undefined,
    root: has.root ? (linkTarget(directory, 'root') ?? 'root') : undefined,
    log: has.log ? rawLog(`${path}/log`) : undefined,
    hasRespawn: has.respawn,
    hasSync: has.sync,
    hasInput: has.in,
    hasOutput: has.out,
  };
}

function rawRun(directory: OpenDirectory): RawRun {
  const target = linkTarget(directory, 'run');
  return target === undefined ? { kind: 'other' } : { kind: 'symlink', target };
}

/**
 * The text of a symbolic link; none where it is no link, or where the text is no UTF-8, because
 * then only the kernel can follow it.
 */
function linkTarget(directory: OpenDirectory, name: 'run' | 'root'): string | undefined {
  try {
    const { text, bytewise } = directory.readLink(name);
    return bytewise === undefined ? text : undefined;
  } catch {
    // No link (EINVAL), or replaced since it was listed: using the path itself fails later, with the right error.
    return undefined;
  }
}

function rawLog(path: string): NonNullable<RawServiceDirectory['log']> {
  try {
    return lstatSync(`${path}/run`, { throwIfNoEntry: false }) ? 'with-run' : logWithoutRun(path);
  } catch (error) {
    return ['ENOTDIR', 'ELOOP'].includes(systemErrorOf(error).code)
      ? 'no-directory'
      : 'without-run';
  }
}

/** A link to nothing is no directory either, and both say ENOENT. */
function logWithoutRun(path: string): 'without-run' | 'no-directory' {
  return lstatSync(`${path}/.`, { throwIfNoEntry: false }) ? 'without-run' : 'no-directory';
}

/** Errors that say nothing of the file: minit itself is short of something just now. */
const passing = new Set(['EMFILE', 'ENFILE', 'ENOMEM']);

/** Arguments are bytes: what is no UTF-8 is taken byte by byte, so that it reaches the program as it is. */
function readArguments(directory: OpenDirectory): RawText {
  const read = readFile(directory, 'params', paramsBytesMax);
  if ('kind' in read) return read;
  const { text, bytewise } = read;
  return bytewise === undefined
    ? { kind: 'text', text }
    : { kind: 'text', text: bytewise, encoding: 'latin1' };
}

/** Bytes that are no UTF-8 become U+FFFD, which no service name may hold. */
function readText(directory: OpenDirectory, name: 'depends' | 'nice'): RawText {
  const read = readFile(directory, name, dependsBytesMax);
  return 'kind' in read ? read : { kind: 'text', text: read.text };
}

function readFile(
  directory: OpenDirectory,
  name: 'params' | 'depends' | 'nice',
  bytesMax: number,
): FileText | Exclude<RawText, { kind: 'text' }> {
  try {
    return directory.readFile(name, bytesMax) ?? { kind: 'too-large', bytesMax };
  } catch (error) {
    const { code } = systemErrorOf(error);
    // The directory as a whole is read again when this has passed.
    if (passing.has(code)) throw error;
    return { kind: 'failed', code };
  }
}
