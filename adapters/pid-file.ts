/**
 * A PID file that somebody is about to write. Its directory is watched (inotify(7)), so that the
 * number is there within a millisecond; and it is looked at now and then all the same, because the
 * directory may not exist yet, or be one that tells nothing (a network), and because a process that
 * is named too early may come to life without the file being touched again.
 *
 * @module
 */
import { closeSync, constants, fstatSync, openSync, readSync, unlinkSync, watch } from 'node:fs';
import { dirname } from 'node:path';
import type { SystemError } from '../machines/events';
import { parsePidFile, type PidFileContent } from '../machines/parse-pid-file';
import { errnos } from './errnos';
import { killProcess } from './libc/process';
import { nowMs } from './monotonic';
import { systemErrorOf } from './system-error';

const lookDelayMs = 25;
/** What does not end like a whole line counts when it has not changed for so long. */
const stableMs = 100;
/** A number, and what may be in front of it. */
const pidFileBytesMax = 256;

/** Why there is no PID, if there is none when the time is over. */
export type NoPid =
  | { readonly kind: 'no-file' }
  | { readonly kind: 'empty' }
  | { readonly kind: 'nonsense' }
  | { readonly kind: 'dead'; readonly pid: number }
  | { readonly kind: 'unreadable'; readonly error: SystemError };

export type PidFound = { readonly kind: 'pid'; readonly pid: number };

type Seen = PidFileContent | Extract<NoPid, { kind: 'no-file' | 'unreadable' }>;

/** Removes a PID file of old. Returns the error, `undefined` when there is none left. */
export function removePidFile(path: string): SystemError | undefined {
  try {
    unlinkSync(path);
    return undefined;
  } catch (error) {
    const systemError = systemErrorOf(error);
    return systemError.code === 'ENOENT' ? undefined : systemError;
  }
}

function read(path: string): { seen: Seen; text: string } {
  let fd: number | undefined;
  try {
    // Not even a FIFO may stop us here.
    fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
    if (!fstatSync(fd).isFile()) return { seen: { kind: 'nonsense' }, text: '' };
    const bytes = Buffer.alloc(pidFileBytesMax);
    const text = bytes.toString('latin1', 0, readSync(fd, bytes));
    return { seen: parsePidFile(text), text };
  } catch (error) {
    const systemError = systemErrorOf(error);
    const isMissing = systemError.code === 'ENOENT' || systemError.code === 'ENOTDIR';
    return {
      seen: isMissing ? { kind: 'no-file' } : { kind: 'unreadable', error: systemError },
      text: '',
    };
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

/** EPERM: there is such a process, it is only not ours to signal (kill(2)). */
const isAlive = (pid: number): boolean => killProcess(pid, 0) !== errnos.ESRCH;

/** Returns the PID in the file if its process is there and no digit can be missing, or what is wrong so far. */
export function readPidFile(path: string): PidFound | NoPid {
  const { seen } = read(path);
  if (seen.kind !== 'pid') return seen;
  return isAlive(seen.pid) ? { kind: 'pid', pid: seen.pid } : { kind: 'dead', pid: seen.pid };
}

export interface PidFileWatch {
  /** Stops watching, and returns what the file says at last, stable or not. */
  stop(): PidFound | NoPid;
}

/**
 * Calls `found` once, in a later turn: with a PID whose process exists, or with `nonsense`, which
 * no longer waiting would turn into a number. Everything else may still become one.
 */
export function watchPidFile(
  path: string,
  found: (outcome: PidFound | { readonly kind: 'nonsense' }) => void,
): PidFileWatch {
  let last = { text: '', at: nowMs() };
  let isDone = false;
  const look = (): void => {
    if (isDone) return;
    const { seen, text } = read(path);
    const now = nowMs();
    if (text !== last.text) last = { text, at: now };
    const isStable = now - last.at >= stableMs;
    if (seen.kind === 'pid') {
      if ((seen.isWhole || isStable) && isAlive(seen.pid)) finish({ kind: 'pid', pid: seen.pid });
    } else if (seen.kind === 'nonsense' && isStable) finish({ kind: 'nonsense' });
  };
  const timer = setInterval(look, lookDelayMs);
  const stopWatching = watchDirectory(dirname(path), look);
  const close = (): void => {
    isDone = true;
    clearInterval(timer);
    stopWatching();
  };
  const finish = (outcome: PidFound | { readonly kind: 'nonsense' }): void => {
    close();
    found(outcome);
  };
  return {
    stop() {
      close();
      return readPidFile(path);
    },
  };
}

/** Best effort: without inotify(7) there is still the timer. */
function watchDirectory(directory: string, look: () => void): () => void {
  try {
    const watcher = watch(directory, look);
    watcher.on('error', () => {
      watcher.close();
    });
    return () => {
      watcher.close();
    };
  } catch {
    return () => undefined;
  }
}
