/**
 * Looks after the place of FIFOs that are held open: they or their directory may go away under a running minit
 * (unmounted, removed), or something be mounted over it, and then clients knock at another door.
 *
 * @module
 */
import { closeSync, fstatSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { SystemError } from '../machines/events';
import { controlRetryDelayMs } from '../machines/limits';
import { drain } from './fifo';
import { openProc } from './libc/detached-proc';
import { errnos } from './errnos';
import { openInotify, watchDirectory } from './libc/inotify';
import { watchError, watchReadable } from './libc/readiness';
import { feedWatchdog } from './libc/watchdog';
import { systemErrorOf } from './system-error';

/** Tells whether `fd` is still what clients find at `path`, and if not, why they find nothing. */
function whereabouts(fd: number, path: string): 'here' | 'replaced' | SystemError {
  try {
    const held = fstatSync(fd);
    const found = statSync(path);
    return found.ino === held.ino && found.dev === held.dev ? 'here' : 'replaced';
  } catch (error) {
    return systemErrorOf(error);
  }
}

/** A FIFO that is held open, and where clients look for it. */
export interface HeldFifo {
  readonly fd: number;
  readonly path: string;
}

export interface Place {
  /** In one directory. */
  readonly fifos: readonly [HeldFifo, ...HeldFifo[]];
  /** Told the errno when the kernel does not let its directory be watched. */
  readonly onUnwatched?: (errno: number) => void;
}

/** Where the directory can be watched and the table of mounts cannot, somebody has to look now and then. */
const mountsLookDelayMs = 60_000;
/** So long after one look comes the next at the earliest. */
const lookPauseMs = 100;

/** What clients find in the place of one of them. */
export interface Away {
  readonly path: string;
  readonly found: 'replaced' | SystemError;
}

/** Returns the first of the FIFOs that is not at its place any more. */
export function findAway(fifos: readonly HeldFifo[]): Away | undefined {
  for (const { fd, path } of fifos) {
    const found = whereabouts(fd, path);
    if (found !== 'here') return { path, found };
  }
  return undefined;
}

/**
 * Calls back when one of the FIFOs is not at its place any more, again and again until the returned function is
 * called. Nothing wakes minit while nothing happens there.
 */
export function watchPlace(
  { fifos, onUnwatched }: Place,
  onAway: (away: Away) => void,
): () => void {
  const look = (): void => {
    feedWatchdog();
    const away = findAway(fifos);
    if (away !== undefined) onAway(away);
  };
  const stops: (() => void)[] = [];
  let lookDelayMs = 0;
  const content = watchContent(dirname(fifos[0].path), look);
  if (typeof content === 'number') {
    // Where there is no directory the FIFO is lost, which is told elsewhere.
    if (content !== -errnos.ENOENT) onUnwatched?.(-content);
    lookDelayMs = controlRetryDelayMs;
  } else stops.push(content);
  const mounts = watchMounts(look);
  if (mounts === undefined) lookDelayMs ||= mountsLookDelayMs;
  else stops.push(mounts);
  if (lookDelayMs > 0) {
    const timer = setInterval(look, lookDelayMs);
    timer.unref();
    stops.push(() => {
      clearInterval(timer);
    });
  }
  return () => {
    for (const stop of stops) stop();
  };
}

/** Returns what ends it; −errno where the directory cannot be watched. */
function watchContent(directory: string, onChange: () => void): (() => void) | number {
  const fd = openInotify();
  if (fd < 0) return fd;
  const watched = watchDirectory(fd, directory);
  if (watched < 0) {
    closeSync(fd);
    return watched;
  }
  const scratch = Buffer.alloc(4_096);
  const begin = (onReady: () => void): (() => void) =>
    watchReadable(fd, () => {
      drain(fd, scratch);
      onReady();
    });
  const stop = watchWithPauses(begin, onChange);
  return () => {
    stop();
    closeSync(fd);
  };
}

/** The same for the table of mounts; `undefined` where it cannot be watched: something may be mounted over the directory, or it be unmounted. */
function watchMounts(onChange: () => void): (() => void) | undefined {
  const fd = openProc('self/mountinfo');
  if (fd < 0) return undefined;
  const stop = watchWithPauses((onError) => watchError(fd, onError), onChange);
  return () => {
    stop();
    closeSync(fd);
  };
}

/**
 * Calls `onChange` at once, but then not for a while, however much happens: a directory may be a busy one. The
 * kernel keeps what happens in the pause.
 */
function watchWithPauses(
  begin: (onReady: () => void) => () => void,
  onChange: () => void,
): () => void {
  const watch = (): (() => void) =>
    begin(() => {
      stop();
      const pause = setTimeout(() => {
        stop = watch();
      }, lookPauseMs).unref();
      stop = () => {
        clearTimeout(pause);
      };
      onChange();
    });
  let stop = watch();
  return () => {
    stop();
  };
}

export const goneHint = ({ code }: SystemError): string =>
  code === 'ENOENT'
    ? 'the FIFO has gone: make or mount the directory again'
    : `the directory has become unusable: ${code}`;
