/**
 * What becomes fds 0, 1 and 2 of a service. minit opens the files itself, so that a failure says
 * which one it was, and never in a way that could block.
 *
 * @module
 */
import { closeSync, constants, fstatSync, openSync, statSync } from 'node:fs';
import type { SpawnProcessParams } from '../machines/effects';
import type { LogPipes } from './log-pipes';
import { errnos, libcError } from './libc/errors';
import { clearNonBlocking, isOpen, isTerminal } from './libc/fcntl';
import type { SpawnProblem } from './spawn-failure';
import { systemErrorOf } from './system-error';

const { O_APPEND, O_NOCTTY, O_NONBLOCK, O_RDONLY, O_RDWR, O_WRONLY } = constants;

/** The fds of minit that a child gets as its 0, 1 and 2. */
export interface StandardFiles {
  readonly inputFd: number;
  readonly outputFd: number;
  readonly errorFd: number;
  /** Path of the input where that is a terminal. */
  readonly terminal?: string;
  /** Closes what was opened for this one child. */
  close(): void;
}

type Opened = { readonly fd: number } | SpawnProblem;

/** Opens `in` and `out`, finds the log pipes. A log pipe wins over the file, which is then not opened. */
export function openStandardFiles(
  params: SpawnProcessParams,
  logPipes: LogPipes,
): StandardFiles | SpawnProblem {
  const { input, output, readsLogOf, writesLogOf } = params;
  const own: number[] = [];
  const close = (): void => {
    for (const fd of own.splice(0)) closeSync(fd);
  };
  const choose = (
    pipeFd: () => Opened | undefined,
    path: string | undefined,
    open: Open,
  ): Opened | undefined => {
    const pipe = pipeFd();
    if (pipe !== undefined || path === undefined) return pipe;
    const file = open(path);
    if ('fd' in file) own.push(file.fd);
    return file;
  };
  const reading = choose(() => logPipeEnd(logPipes, readsLogOf, 'readFd'), input, openInput);
  if (reading !== undefined && 'stage' in reading) return reading;
  const writing = choose(() => logPipeEnd(logPipes, writesLogOf, 'writeFd'), output, openOutput);
  if (writing !== undefined && 'stage' in writing) {
    close();
    return writing;
  }
  const inputFd = reading?.fd ?? inheritedFd(0);
  return {
    inputFd,
    outputFd: writing?.fd ?? inheritedFd(1),
    errorFd: writing?.fd ?? inheritedFd(2),
    ...(input !== undefined && own.includes(inputFd) && isTerminal(inputFd) && { terminal: input }),
    close,
  };
}

type Open = (path: string) => Opened;

function logPipeEnd(
  logPipes: LogPipes,
  service: string | undefined,
  end: 'readFd' | 'writeFd',
): Opened | undefined {
  if (service === undefined) return undefined;
  const pipe = logPipes.pipeOf(service);
  return typeof pipe === 'number'
    ? { stage: 'log-pipe', error: libcError(pipe) }
    : { fd: pipe[end] };
}

function openInput(path: string): Opened {
  try {
    const fd = openWithoutBlocking(path, isFifo(path) ? O_RDWR : O_RDONLY);
    if (!fstatSync(fd).isDirectory()) return { fd };
    // open(2) lets a directory be opened for reading; the service would fail at its first read.
    closeSync(fd);
    return { stage: 'open-in', error: libcError(errnos.EISDIR), path };
  } catch (error) {
    return { stage: 'open-in', error: systemErrorOf(error), path };
  }
}

function openOutput(path: string): Opened {
  try {
    const status = statSync(path);
    // Opened for both, a FIFO blocks neither now nor when its reader has gone (fifo(7)).
    const access = status.isFIFO() ? O_RDWR : O_WRONLY | (status.isFile() ? O_APPEND : 0);
    return { fd: openWithoutBlocking(path, access) };
  } catch (error) {
    return { stage: 'open-out', error: systemErrorOf(error), path };
  }
}

const isFifo = (path: string): boolean => statSync(path).isFIFO();

function openWithoutBlocking(path: string, access: number): number {
  // Without O_NOCTTY PID 1 could get the terminal as its own.
  const fd = openSync(path, access | O_NONBLOCK | O_NOCTTY);
  clearNonBlocking(fd);
  return fd;
}

let nullFd: number | undefined;

/** minit's own fd; /dev/null, once opened, where it has none. */
function inheritedFd(fd: 0 | 1 | 2): number {
  if (isOpen(fd)) return fd;
  nullFd ??= openSync('/dev/null', O_RDWR);
  return nullFd;
}
