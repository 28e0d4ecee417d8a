/**
 * What every program of minit has in common.
 *
 * @module
 */
import { readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** Put in by the build; absent when the sources are run as they are. */
declare const MINIT_VERSION: string | undefined;

export const version: string =
  typeof MINIT_VERSION === 'string'
    ? MINIT_VERSION
    : (JSON.parse(readFileSync(join(__dirname, '../package.json'), 'utf8')) as { version: string }).version;

/** Where the service directories are unless `--root` says otherwise. */
export const rootDefault = (): string => process.env['MINIT_ROOT'] ?? '/etc/minit';

const standardOutput = 1;
const standardError = 2;

/**
 * Prints a line, at once: `process.stdout` would load Node's streams and terminals first. A reader
 * that has gone (`| head`) ends the program without a word, as it does any other.
 */
export function print(line: string): void {
  write(standardOutput, `${line}\n`);
}

/** `NAME: text` on standard error. */
export function complain(program: string, text: string): void {
  write(standardError, `${program}: ${text}\n`);
}

function write(fd: number, text: string): void {
  let rest = Buffer.from(text);
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(fd, rest));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EPIPE') process.exit(141);
      // Somebody made the terminal or pipe non-blocking: it takes the rest in a moment.
      if (code !== 'EAGAIN') throw error;
    }
  }
}
