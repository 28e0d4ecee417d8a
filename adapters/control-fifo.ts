/**
 * minit's side of the FIFOs `ROOT/in` and `ROOT/out`. Both are held open for reading and writing,
 * so that clients may come and go: no end of file, no SIGPIPE, and a reply that a dead client
 * left unread can be taken back before it poisons the next one's.
 *
 * @module
 */
import { closeSync, constants, openSync, readSync, statSync } from 'node:fs';
import { Subject } from 'rxjs';
import type { Control, Occurrence } from '../effects/ports';
import type { SystemError } from '../machines/events';
import { requestReceived } from './control-request';
import { errnos } from './errnos';
import { pipeBytes, type Poll } from './fifo';
import { findAway, goneHint, watchPlace, type Away, type Place } from './fifo-place';
import { libcError } from './libc/errors';
import type { MissingMeans } from './missing-means';
import { createReplyWriter, type ReplyWriter } from './reply-writer';
import { systemError, systemErrorOf } from './system-error';

export interface ControlOptions {
  /** Absolute path of ROOT. */
  readonly root: string;
  /** CLOCK_BOOTTIME, µs. */
  readonly now: () => number;
  /** mkfifo(3); returns the errno, 0 when it worked. */
  readonly mkfifo: (path: string, mode: number) => number;
  /** Keeps a second minit from the FIFO `in`; returns the errno, 0 when the lock is ours. */
  readonly lockServer: (fd: number) => number;
  /** PID of the client that has the FIFO `in` locked; 0: none, or not known. */
  readonly lockHolder?: (fd: number) => number;
  /** Waits until there is something to read. */
  readonly poll: Poll;
  /** Waits until there is room to write. */
  readonly pollWritable: Poll;
  /** The FIFOs as a program that ran before has left them: clients may be waiting at them. */
  readonly resumed?: ControlFds;
  /** Told whenever other FIFOs are open; `undefined`: none. */
  readonly onConnection?: (fds: ControlFds | undefined) => void;
  /** What the kernel refuses. */
  readonly onMissing?: MissingMeans['note'];
}

export interface ControlFds {
  readonly requests: number;
  readonly replies: number;
}

interface Connection extends ControlFds {
  readonly writer: ReplyWriter;
  /** Stop reading requests, and looking after the FIFOs. */
  readonly stops: readonly (() => void)[];
}

interface Failure {
  readonly path: string;
  readonly error: SystemError;
  readonly hint?: string;
}

const controlMode = 0o600;
const openFlags = constants.O_RDWR | constants.O_NONBLOCK | constants.O_NOCTTY;

/** Returns the port for the FIFOs of `root`; nothing is touched before `open`. */
export function createControl(options: ControlOptions): Control {
  const occurrence$ = new Subject<Occurrence>();
  const buffer = Buffer.allocUnsafeSlow(pipeBytes);
  const path = `${options.root}/in`;
  let connection: Connection | undefined;
  /** PID of the client whose request came last; 0 where the kernel does not tell. */
  let asker = 0;

  const holder = (): number =>
    connection === undefined ? 0 : (options.lockHolder?.(connection.requests) ?? 0);
  /** Another client has the lock, so that the one that asked is dead: what it is sent would reach this one. */
  const hasAskerGone = (): boolean => ![0, asker].includes(holder());

  const emit = (event: Occurrence['event'], cause?: number): void => {
    occurrence$.next({ at: options.now(), ...(cause !== undefined && { cause }), event });
  };

  const disconnect = (): void => {
    if (connection === undefined) return;
    options.onConnection?.(undefined);
    closeConnection(connection);
    connection = undefined;
  };
  const onUnwatched = (errno: number): void => options.onMissing?.('place-watch', errno);
  const connect = (fds: ControlFds): void => {
    const { requests, replies } = fds;
    const stops = [
      options.poll(requests, receive.bind(undefined, requests)),
      watchPlace({ fifos: fifosOf(options.root, fds), onUnwatched }, away),
    ];
    const writer = createReplyWriter(replies, options.pollWritable, hasAskerGone);
    connection = { ...fds, stops, writer };
    options.onConnection?.(fds);
  };

  const lose = (failure: Failure): void => {
    disconnect();
    emit({ type: 'ControlFailed', ...failure });
  };

  const receive = (requests: number): void => {
    const count = readSome(requests, buffer);
    if (typeof count !== 'number') {
      lose({ path, error: count });
      return;
    }
    asker = holder();
    if (count > 0) emit(requestReceived(buffer.subarray(0, count)));
  };
  const open = (cause?: number): void => {
    if (connection && findAway(fifosOf(options.root, connection)) === undefined) {
      emit({ type: 'ControlOpened' }, cause);
      return;
    }
    disconnect();
    const opened = openBoth(options);
    if ('error' in opened) {
      emit({ type: 'ControlFailed', ...opened }, cause);
      return;
    }
    connect(opened);
    emit({ type: 'ControlOpened' }, cause);
  };

  const away = ({ found, ...place }: Away): void => {
    if (found === 'replaced') open();
    else lose({ ...place, error: found, hint: goneHint(found) });
  };

  // Whoever has the lock when a minit goes on waits for an answer that is still owed.
  if (options.resumed !== undefined) connect(options.resumed);
  asker = holder();

  return {
    occurrence$,
    open,
    reply({ text, isLate }) {
      // The asker has lost the lock, so it is dead: its reply would reach somebody else.
      if (isLate !== true && !hasAskerGone()) connection?.writer.write(text);
    },
  };
}

const fifosOf = (root: string, { requests, replies }: ControlFds): Place['fifos'] => [
  { fd: requests, path: `${root}/in` },
  { fd: replies, path: `${root}/out` },
];

function closeConnection({ stops, writer, requests, replies }: Connection): void {
  for (const stop of stops) stop();
  writer.close();
  closeSync(requests);
  closeSync(replies);
}

/** Returns how many bytes were read; 0: none just now. */
function readSome(fd: number, buffer: Buffer): number | SystemError {
  try {
    return readSync(fd, buffer);
  } catch (error) {
    const failure = systemErrorOf(error);
    // Another reader of the FIFO was faster, or a signal came between: poll(2) says it again.
    return failure.code === 'EAGAIN' || failure.code === 'EINTR' ? 0 : failure;
  }
}

function openBoth(options: ControlOptions): ControlFds | Failure {
  const path = `${options.root}/in`;
  const requests = openFifo(path, options);
  if (typeof requests !== 'number') return requests;
  const errno = options.lockServer(requests);
  // A file system without locks is no reason to go without control.
  if (errno === errnos.EAGAIN || errno === errnos.EACCES) {
    closeSync(requests);
    return { path, error: libcError(errno), hint: 'another minit serves this directory' };
  }
  const replies = openFifo(`${options.root}/out`, options);
  if (typeof replies !== 'number') {
    closeSync(requests);
    return replies;
  }
  return { requests, replies };
}

/** Looks before it opens, because opening a device does things. */
function openFifo(path: string, { mkfifo }: ControlOptions): number | Failure {
  try {
    const found = statSync(path, { throwIfNoEntry: false });
    if (found === undefined) {
      const errno = mkfifo(path, controlMode);
      if (errno !== 0) return failed(path, libcError(errno), makeHints);
    } else if (!found.isFIFO()) {
      const hint = 'it is no FIFO: remove it, so that minit can make one';
      return { path, error: systemError('EEXIST'), hint };
    }
    return openSync(path, openFlags);
  } catch (error) {
    return failed(path, systemErrorOf(error), openHints);
  }
}

function failed(
  path: string,
  error: SystemError,
  hints: Readonly<Record<string, string>>,
): Failure {
  const hint = hints[error.code];
  return { path, error, ...(hint !== undefined && { hint }) };
}

const makeHints: Readonly<Record<string, string>> = {
  EROFS:
    'the file system is read-only: make the FIFO beforehand (mkfifo -m 600), or mount it writable',
  EACCES:
    'minit may not make the FIFO in this directory: make it beforehand (mkfifo -m 600), or make the directory writable',
  ENOSPC:
    'no space is left to make the FIFO: make some, or make the FIFO beforehand (mkfifo -m 600)',
  ENOENT: 'the directory does not exist: make it, or name another one with --root',
  EPERM: 'the kernel does not allow it: make the FIFO beforehand (mkfifo -m 600)',
  ENOSYS: 'the kernel does not allow it: make the FIFO beforehand (mkfifo -m 600)',
  EEXIST: 'it is a symbolic link to nothing: remove it, so that minit can make a FIFO',
};

const openHints: Readonly<Record<string, string>> = {
  EACCES:
    'minit may not open the FIFO for reading and writing: give it to the user that minit runs as',
};
