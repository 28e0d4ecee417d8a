/**
 * What becomes fds 0, 1 and 2 of a service. minit opens the files itself, so that a failure says
 * which one it was, and never in a way that could block.
 *
 * @module
 */
import { closeSync, constants, fstatSync, openSync, statSync } from 'node:fs';
import type { ServiceName } from '../machines/definition';
import type { SpawnProcessParams } from '../machines/effects';
import type { SystemError } from '../machines/events';
import type { LogPipes } from './log-pipes';
import { errnos } from './errnos';
import { libcError } from './libc/errors';
import { clearNonBlocking, isOpen, isTerminal } from './libc/fcntl';
import { withinReach } from './open-files';
import { danglingHint, type SpawnProblem } from './spawn-failure';
import { systemErrorOf } from './system-error';

const { O_APPEND, O_NOCTTY, O_NONBLOCK, O_RDONLY, O_RDWR, O_WRONLY } = constants;

/** The fds of minit that a child gets as its 0, 1 and 2. */
export interface StandardFiles {
  readonly inputFd: number;
  readonly outputFd: number;
  readonly errorFd: number;
  /** Path of the input where that is a terminal. */
  readonly terminal: string | undefined;
  /** Lets go of what was opened for this one child, once it has its copies. */
  readonly release: () => void;
}

interface Opened {
  readonly fd: number;
  readonly release: () => void;
  /** See {@link StandardFiles}. */
  readonly terminal?: string;
}

/** Opens `in` and `out`, finds the log pipes. A log pipe wins over the file, which is then not opened. */
export function openStandardFiles(
  params: SpawnProcessParams,
  logPipes: LogPipes,
): StandardFiles | SpawnProblem {
  const reading = openReading(params, logPipes);
  if ('stage' in reading) return reading;
  const writing = openWriting(params, logPipes);
  if (writing !== undefined && 'stage' in writing) {
    reading.release();
    return writing;
  }
  return {
    inputFd: reading.fd,
    outputFd: writing?.fd ?? inheritedFd(1),
    errorFd: writing?.fd ?? inheritedFd(2),
    terminal: reading.terminal,
    release() {
      reading.release();
      writing?.release();
    },
  };
}

function openReading(params: SpawnProcessParams, logPipes: LogPipes): Opened | SpawnProblem {
  const { input, readsLogOf } = params;
  if (readsLogOf !== undefined) return logPipeEnd(logPipes, readsLogOf, 'readFd');
  return input === undefined ? { fd: inheritedFd(0), release: () => undefined } : openInput(input);
}

/** None: the child gets minit's own stdout and stderr. */
function openWriting(
  params: SpawnProcessParams,
  logPipes: LogPipes,
): Opened | SpawnProblem | undefined {
  const { output, writesLogOf } = params;
  if (writesLogOf !== undefined) return logPipeEnd(logPipes, writesLogOf, 'writeFd');
  return output === undefined ? undefined : openOutput(output);
}

function logPipeEnd(
  logPipes: LogPipes,
  service: ServiceName,
  end: 'readFd' | 'writeFd',
): Opened | SpawnProblem {
  const pipe = logPipes.borrow(service);
  if (typeof pipe === 'number') return { stage: 'log-pipe', error: libcError(pipe) };
  const lent = pipe[end];
  const fd = withinReach(lent);
  if (fd < 0) {
    pipe.release();
    return { stage: 'log-pipe', error: libcError(-fd) };
  }
  // Whoever had it before may have set that, and was killed: it belongs to the pipe, not to the process.
  clearNonBlocking(fd);
  return {
    fd,
    release() {
      if (fd !== lent) closeSync(fd);
      pipe.release();
    },
  };
}

const ownFd = (fd: number): Opened => ({
  fd,
  release: () => {
    closeQuietly(fd);
  },
});

function openInput(path: string): Opened | SpawnProblem {
  try {
    const fd = openWithoutBlocking(path, isFifo(path) ? O_RDWR : O_RDONLY);
    if (!fstatSync(fd).isDirectory()) {
      return { ...ownFd(fd), ...(isTerminal(fd) && { terminal: path }) };
    }
    // open(2) lets a directory be opened for reading; the service would fail at its first read.
    closeSync(fd);
    return failed('open-in', path, libcError(errnos.EISDIR));
  } catch (error) {
    return failed('open-in', path, systemErrorOf(error));
  }
}

function openOutput(path: string): Opened | SpawnProblem {
  try {
    const status = statSync(path);
    // Opened for both, a FIFO blocks neither now nor when its reader has gone (fifo(7)).
    const access = status.isFIFO() ? O_RDWR : O_WRONLY | (status.isFile() ? O_APPEND : 0);
    return ownFd(openWithoutBlocking(path, access));
  } catch (error) {
    return failed('open-out', path, systemErrorOf(error));
  }
}

const hints: Readonly<Record<string, string>> = {
  EISDIR: 'it is a directory: put a file or a FIFO there',
  ENXIO: 'it is a socket, or a device that is not there: put a file or a FIFO there',
};

function failed(stage: 'open-in' | 'open-out', path: string, error: SystemError): SpawnProblem {
  const hint = hints[error.code] ?? danglingHint(path);
  return { stage, error, path, ...(hint !== undefined && { hint }) };
}

const isFifo = (path: string): boolean => statSync(path).isFIFO();

function openWithoutBlocking(path: string, access: number): number {
  // Without O_NOCTTY PID 1 could get the terminal as its own.
  const fd = openSync(path, access | O_NONBLOCK | O_NOCTTY);
  clearNonBlocking(fd);
  return fd;
}

/** close(2) may report an old error of a network file system; the fd is closed all the same. */
function closeQuietly(fd: number): void {
  try {
    closeSync(fd);
  } catch {
    // Nothing was written here.
  }
}

let nullFd: number | undefined;
const inheritedFds = new Map<number, number>();

/** minit's own fd; /dev/null, once opened, where it has none. It never closes nor opens one of the three. */
function inheritedFd(fd: 0 | 1 | 2): number {
  const known = inheritedFds.get(fd) ?? (isOpen(fd) ? fd : openNull());
  // Without /dev/null the spawn fails with EBADF, which is better than that minit does.
  if (known === undefined) return fd;
  inheritedFds.set(fd, known);
  return known;
}

function openNull(): number | undefined {
  try {
    nullFd ??= openSync('/dev/null', O_RDWR);
    return nullFd;
  } catch {
    return undefined;
  }
}
