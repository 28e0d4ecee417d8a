/**
 * The client's side of the FIFOs, for programs that ask one thing and end: synchronous, and
 * without rxjs. Errors are values. The protocol is the original's, so that it works with the C
 * minit as well: lock the first byte of `in`, one write(2), read the reply.
 *
 * @module
 */
import { closeSync, constants, fstatSync, openSync, readSync, writeSync } from 'node:fs';
import { requestBytesMax } from '../machines/limits';
import { errnos } from './errnos';
import { drain, pipeBytes } from './fifo';
import { nowMs } from './monotonic';
import { replyState } from './reply-end';
import { systemErrorOf } from './system-error';

export type ControlErrorCode =
  | 'no-control'
  | 'not-running'
  | 'no-permission'
  | 'busy'
  | 'no-reply'
  | 'too-long'
  /** This minit knows no such request. */
  | 'unsupported'
  | 'system';

/** `text`: lower case, no full stop, for `msvc: fatal: …`. */
export interface ControlError {
  readonly code: ControlErrorCode;
  readonly text: string;
}

/** The system calls that Node does not have. */
export interface ClientSystem {
  /** F_SETLK, F_WRLCK on byte 0 (fcntl(2)); returns the errno, 0 when the lock is ours. */
  readonly lockFirstByte: (fd: number) => number;
  /** poll(2) for POLLIN; returns at once when there is something to read or nobody left to write. */
  readonly waitReadable: (fd: number, timeoutMs: number) => void;
  /** poll(2) for POLLOUT; returns at once when there is room for PIPE_BUF bytes, or nobody left to read. */
  readonly waitWritable: (fd: number, timeoutMs: number) => void;
}

export interface ClientOptions extends ClientSystem {
  /** Absolute path of ROOT. */
  readonly root: string;
  /** For the lock, and again for each request and for each reply. */
  readonly timeoutMs?: number;
}

export interface ControlClient {
  /** Sends one request and returns its reply as it came, with its NULs and its newline. */
  ask(request: string): { readonly reply: string } | ControlError;
  /** Gives the lock back. */
  close(): void;
}

export const timeoutMsDefault = 10_000;
/** The original asks for the lock once a second; most clients are gone sooner. */
const lockDelayMs = 2;
const lockDelayMsMax = 1_000;
/** Time for the last NUL of a list, after two that may be its end. */
const lastByteDelayMs = 100;
const replyBytesMax = 64 * 1_048_576;

/** Asks several things under one lock. Ends at the first that fails. */
export function exchange(
  options: ClientOptions,
  requests: readonly string[],
): { readonly replies: readonly string[] } | ControlError {
  const client = openControlClient(options);
  if ('code' in client) return client;
  try {
    const replies: string[] = [];
    for (const request of requests) {
      const answer = client.ask(request);
      if ('code' in answer) return answer;
      replies.push(answer.reply);
    }
    return { replies };
  } finally {
    client.close();
  }
}

/** Opens the FIFOs of `root` and takes the lock; blocks for at most `timeoutMs`. */
export function openControlClient(options: ClientOptions): ControlClient | ControlError {
  const { root, timeoutMs = timeoutMsDefault } = options;
  const requests = openFifo(`${root}/in`, constants.O_WRONLY);
  if (typeof requests !== 'number') return requests;
  const replies = openFifo(`${root}/out`, constants.O_RDONLY);
  if (typeof replies !== 'number') {
    closeSync(requests);
    return replies;
  }
  const close = (): void => {
    closeSync(requests);
    closeSync(replies);
  };
  const problem = lock(requests, options, timeoutMs);
  if (problem !== undefined) {
    close();
    return problem;
  }
  const scratch = Buffer.allocUnsafeSlow(pipeBytes);
  return {
    ask(request) {
      const bytes = Buffer.from(request);
      if (bytes.length > requestBytesMax) {
        return failure(
          'too-long',
          `the request has ${String(bytes.length)} bytes, at most ${String(requestBytesMax)}`,
        );
      }
      // A client that died before it read has left its reply there.
      const clear = (): void => {
        drain(replies, scratch);
      };
      return (
        sendInTime(requests, bytes, { ...options, clear }) ??
        receive({ fd: replies, request, timeoutMs, scratch }, options)
      );
    },
    close,
  };
}

const failure = (code: ControlErrorCode, text: string): ControlError => ({ code, text });

function openFifo(path: string, access: number): number | ControlError {
  try {
    const fd = openSync(path, access | constants.O_NONBLOCK | constants.O_NOCTTY);
    if (fstatSync(fd).isFIFO()) return fd;
    closeSync(fd);
    return failure('no-control', `${path} is no FIFO: is this the directory of a running minit?`);
  } catch (error) {
    const { code } = systemErrorOf(error);
    // open(2): a FIFO that nobody has open for reading.
    if (code === 'ENXIO') return failure('not-running', 'minit is not running');
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      return failure(
        'no-control',
        `${path} does not exist: is this the directory of a running minit?`,
      );
    }
    if (code === 'EACCES')
      return failure('no-permission', `unable to open ${path}: permission denied`);
    return failure('system', `unable to open ${path}: ${code}`);
  }
}

function lock(
  fd: number,
  { lockFirstByte }: ClientSystem,
  timeoutMs: number,
): ControlError | undefined {
  const deadline = nowMs() + timeoutMs;
  for (let delayMs = lockDelayMs; ; delayMs = Math.min(2 * delayMs, lockDelayMsMax)) {
    const errno = lockFirstByte(fd);
    if (errno === 0) return undefined;
    if (errno !== errnos.EAGAIN && errno !== errnos.EACCES) {
      return failure('system', `unable to lock the FIFO in: errno ${String(errno)}`);
    }
    const remainingMs = deadline - nowMs();
    if (remainingMs <= 0) {
      return failure(
        'busy',
        `another client has held the lock for ${String(timeoutMs / 1_000)} seconds`,
      );
    }
    sleep(Math.min(delayMs, remainingMs));
  }
}

/** Blocks this program; nothing else goes on in it. */
function sleep(delayMs: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, delayMs);
}

/** A FIFO that is full empties as soon as minit has its turn. `clear`: of replies to anything before. */
function sendInTime(
  fd: number,
  bytes: Buffer,
  { waitWritable, clear, timeoutMs = timeoutMsDefault }: ClientOptions & { clear: () => void },
): ControlError | undefined {
  const deadline = nowMs() + timeoutMs;
  for (;;) {
    clear();
    const code = send(fd, bytes);
    if (code === undefined) return undefined;
    if (code === 'EPIPE') return failure('not-running', 'minit is not running');
    if (code !== 'EAGAIN') return failure('system', `unable to write the request: ${code}`);
    const remainingMs = deadline - nowMs();
    if (remainingMs <= 0) return failure('no-reply', 'minit does not read its requests');
    waitWritable(fd, Math.ceil(remainingMs));
  }
}

/** Up to PIPE_BUF bytes are written in one piece or not at all (pipe(7)). Returns the error's name. */
function send(fd: number, bytes: Buffer): string | undefined {
  try {
    writeSync(fd, bytes);
    return undefined;
  } catch (error) {
    return systemErrorOf(error).code;
  }
}

interface Waiting {
  readonly fd: number;
  readonly request: string;
  readonly timeoutMs: number;
  readonly scratch: Buffer;
}

function receive(
  waiting: Waiting,
  { waitReadable }: ClientSystem,
): { reply: string } | ControlError {
  const { fd, request, timeoutMs, scratch } = waiting;
  const deadline = nowMs() + timeoutMs;
  const chunks: Buffer[] = [];
  let total = 0;
  for (;;) {
    const state = replyState(request, chunks);
    if (state === 'whole') break;
    let chunk = readSome(fd, scratch);
    if (chunk === undefined) {
      const waitMs = state === 'perhaps' ? lastByteDelayMs : deadline - nowMs();
      if (waitMs <= 0) return noReply(timeoutMs, total);
      waitReadable(fd, Math.ceil(waitMs));
      chunk = readSome(fd, scratch);
    }
    if (chunk === undefined) {
      if (state === 'perhaps') break;
      continue;
    }
    if ('code' in chunk) return chunk;
    total += chunk.length;
    if (total > replyBytesMax) return failure('too-long', 'the reply does not end');
    chunks.push(chunk);
  }
  return { reply: Buffer.concat(chunks).toString() };
}

function noReply(timeoutMs: number, bytes: number): ControlError {
  const seconds = `${String(timeoutMs / 1_000)} seconds`;
  return failure(
    'no-reply',
    bytes === 0 ? `no reply within ${seconds}` : `the reply has not ended within ${seconds}`,
  );
}

/** Returns what there is, `undefined` when there is nothing yet. */
function readSome(fd: number, scratch: Buffer): Buffer | undefined | ControlError {
  try {
    const count = readSync(fd, scratch);
    if (count === 0) return failure('not-running', 'minit has gone away without a reply');
    return Buffer.from(scratch.subarray(0, count));
  } catch (error) {
    const { code } = systemErrorOf(error);
    if (code === 'EAGAIN' || code === 'EINTR') return undefined;
    return failure('system', `unable to read the reply: ${code}`);
  }
}
