/**
 * Reads service directories. One readdir(3) tells which entries there are, so that only files
 * that exist are opened. Nothing in a directory may stop minit: files are opened without
 * blocking (`params` may be a FIFO) and read up to a limit (`depends` may be /dev/zero).
 *
 * @module
 */
import { isUtf8 } from 'node:buffer';
import {
  closeSync,
  constants,
  lstatSync,
  openSync,
  readSync,
  readdirSync,
  readlinkSync,
} from 'node:fs';
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
import { systemError, systemErrorOf } from './system-error';

export interface ServiceDirectoriesOptions {
  /** Absolute path of ROOT. */
  readonly root: string;
  /** CLOCK_BOOTTIME, µs. */
  readonly now: () => number;
}

export type ServiceDirectoryReading =
  { readonly definition: ServiceDefinition } | { readonly error: SystemError };

/** Returns the port for the tree at `root`. Emits while `read` is being called. */
export function createServiceDirectories({
  root,
  now,
}: ServiceDirectoriesOptions): ServiceDirectories {
  const occurrence$ = new Subject<Occurrence>();
  return {
    occurrence$,
    read({ service }, cause) {
      const reading = readServiceDirectory(root, service);
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
export function readServiceDirectory(root: string, name: string): ServiceDirectoryReading {
  // Names were checked where they came in; this is the last door before the file system.
  if (nameProblem(name) !== undefined) return { error: systemError('EINVAL') };
  const directory = `${root.replace(/\/+$/u, '')}/${name}`;
  try {
    const files = new Set(readdirSync(directory));
    return { definition: parseDefinition(collect({ name, directory, files })) };
  } catch (error) {
    return { error: systemErrorOf(error) };
  }
}

interface Listing {
  readonly name: string;
  readonly directory: string;
  readonly files: ReadonlySet<string>;
}

function collect({ name, directory, files }: Listing): RawServiceDirectory {
  const has = (file: string): boolean => files.has(file);
  return {
    name,
    directory,
    ...(has('run') && { run: rawRun(`${directory}/run`) }),
    ...(has('params') && { params: readArguments(`${directory}/params`) }),
    ...(has('depends') && { depends: readText(`${directory}/depends`) }),
    ...(has('nice') && { nice: readText(`${directory}/nice`) }),
    ...(has('root') && { root: linkTarget(`${directory}/root`) ?? 'root' }),
    ...(has('log') && { log: rawLog(`${directory}/log`) }),
    hasRespawn: has('respawn'),
    hasSync: has('sync'),
    hasInput: has('in'),
    hasOutput: has('out'),
  };
}

function rawRun(path: string): RawRun {
  const target = linkTarget(path);
  return target === undefined ? { kind: 'other' } : { kind: 'symlink', target };
}

/**
 * The text of a symbolic link; none where it is no link, or where the text is no UTF-8, because
 * then only the kernel can follow it.
 */
function linkTarget(path: string): string | undefined {
  try {
    const target = readlinkSync(path, 'buffer');
    return isUtf8(target) ? target.toString() : undefined;
  } catch {
    // No link (EINVAL), or replaced since it was listed: using the path itself fails later, with the right error.
    return undefined;
  }
}

function rawLog(path: string): NonNullable<RawServiceDirectory['log']> {
  try {
    return lstatSync(`${path}/run`, { throwIfNoEntry: false }) ? 'with-run' : logWithoutRun(path);
  } catch (error) {
    return systemErrorOf(error).code === 'ENOTDIR' ? 'no-directory' : 'without-run';
  }
}

/** A link to nothing is no directory either, and both say ENOENT. */
function logWithoutRun(path: string): 'without-run' | 'no-directory' {
  return lstatSync(`${path}/.`, { throwIfNoEntry: false }) ? 'without-run' : 'no-directory';
}

/** Errors that say nothing of the file: minit itself is short of something just now. */
const passing = new Set(['EMFILE', 'ENFILE', 'ENOMEM']);
const openFlags = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY;
let scratch: Buffer | undefined;

/** Arguments are bytes: what is no UTF-8 is taken byte by byte, so that it reaches the program as it is. */
function readArguments(path: string): RawText {
  return decodeFile(path, paramsBytesMax, (bytes) =>
    isUtf8(bytes)
      ? { kind: 'text', text: bytes.toString() }
      : { kind: 'text', text: bytes.toString('latin1'), encoding: 'latin1' },
  );
}

/** Bytes that are no UTF-8 become U+FFFD, which no service name may hold. */
function readText(path: string): RawText {
  return decodeFile(path, dependsBytesMax, (bytes) => ({ kind: 'text', text: bytes.toString() }));
}

function decodeFile(path: string, bytesMax: number, decode: (bytes: Buffer) => RawText): RawText {
  try {
    const fd = openSync(path, openFlags);
    try {
      const bytes = readUpTo(fd, bytesMax);
      return bytes === undefined ? { kind: 'too-large', bytesMax } : decode(bytes);
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    const { code } = systemErrorOf(error);
    // The directory as a whole is read again when this has passed.
    if (passing.has(code)) throw error;
    return { kind: 'failed', code };
  }
}

/** Returns the rest of the file, or `undefined` when it has more than `bytesMax` bytes. */
function readUpTo(fd: number, bytesMax: number): Buffer | undefined {
  scratch ??= Buffer.allocUnsafeSlow(65_536);
  const chunks: Buffer[] = [];
  let total = 0;
  for (;;) {
    const count = readSync(fd, scratch);
    if (count === 0) return Buffer.concat(chunks);
    total += count;
    if (total > bytesMax) return undefined;
    chunks.push(Buffer.from(scratch.subarray(0, count)));
  }
}
