/**
 * Opens a terminal or a pipe once more, non-blocking, for minit alone: poll(2) calls a terminal
 * writable as soon as a character fits, and others write there as well, so that no write to the shared
 * one is safe. O_NONBLOCK belongs to an open file description, and all who have inherited that would
 * notice it.
 *
 * @module
 */
import { closeSync, constants, fstatSync, openSync, type Stats } from 'node:fs';
import { terminalPath } from './console-terminal';
import { isTerminal } from './libc/fcntl';
import { terminalDevice } from './libc/terminal';

// Without O_NOCTTY PID 1 could get the terminal as its own.
const flags = constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY;
const consoleDevice = 0x501;
const [ptsMajor, ptsMajorLast] = [136, 143];

/** Returns a close-on-exec fd of what `fd` is; `undefined` where it is neither, or cannot be opened. */
export function openAnew(fd: number): number | undefined {
  try {
    const status = fstatSync(fd);
    const isTty = isTerminal(fd);
    if (!isTty && !status.isFIFO()) return undefined;
    for (const path of isTty ? terminalPaths(fd, status) : [`/proc/self/fd/${String(fd)}`]) {
      const own = openOther(path, (found, foundFd) =>
        isTty ? isSameTerminal([fd, status], [foundFd, found]) : isSameFile(status, found),
      );
      if (own !== undefined) return own;
    }
  } catch {
    // It is not open.
  }
  return undefined;
}

/** Where a terminal may be found, the surest first. Minit may have neither /proc nor the whole of /dev yet. */
function* terminalPaths(fd: number, { rdev }: Stats): Generator<string> {
  yield `/proc/self/fd/${String(fd)}`;
  // Of the console a descriptor outlives the hang-up of the terminal behind it, by the same name only.
  if (rdev === consoleDevice) yield '/dev/console';
  if (isPseudo(rdev)) yield `/dev/pts/${String(minorOf(rdev) + 256 * (majorOf(rdev) - ptsMajor))}`;
  const path = terminalPath(fd);
  if (path !== undefined) yield path;
  // A container's console, and the own terminal of whoever has become another user there.
  yield '/dev/console';
  yield '/dev/tty';
}

function openOther(
  path: string,
  isRight: (found: Stats, fd: number) => boolean,
): number | undefined {
  let fd: number;
  try {
    fd = openSync(path, flags);
  } catch {
    return undefined;
  }
  if (isRight(fstatSync(fd), fd)) return fd;
  closeSync(fd);
  return undefined;
}

function isSameTerminal(
  [oneFd, one]: readonly [number, Stats],
  [otherFd, other]: readonly [number, Stats],
): boolean {
  const device = terminalDevice(oneFd);
  if (device === undefined) return isSameFile(one, other);
  // Each devpts file system (a container's own) numbers its terminals from 0.
  const isElsewhere = isPseudo(one.rdev) && isPseudo(other.rdev) && one.dev !== other.dev;
  return !isElsewhere && terminalDevice(otherFd) === device;
}

const isSameFile = (one: Stats, other: Stats): boolean =>
  one.ino === other.ino && one.dev === other.dev;

const isPseudo = (device: number): boolean =>
  majorOf(device) >= ptsMajor && majorOf(device) <= ptsMajorLast;

const majorOf = (device: number): number => (device >> 8) & 0xfff;
const minorOf = (device: number): number => device & 0xff;
