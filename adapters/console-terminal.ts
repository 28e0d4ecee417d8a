/**
 * Which terminal the console is. `/dev/console` itself can never be a controlling terminal, so that a
 * shell there would have no job control; the terminal behind it can.
 *
 * @module
 */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { terminalDevice } from './libc/terminal';

const devices = '/dev';

/** Returns the path of the terminal that fd 0 is; `undefined` where it is none, or has no name in /dev. */
export const consoleTerminal = (): string | undefined => terminalPath(0);

/** The same for any fd. */
export function terminalPath(fd: number): string | undefined {
  const device = terminalDevice(fd);
  if (device === undefined) return undefined;
  try {
    return readdirSync(devices)
      .filter((name) => name !== 'console')
      .map((name) => join(devices, name))
      .find((path) => isDevice(path, device));
  } catch {
    return undefined;
  }
}

function isDevice(path: string, device: number): boolean {
  try {
    const status = statSync(path);
    return status.isCharacterDevice() && status.rdev === device;
  } catch {
    return false;
  }
}
