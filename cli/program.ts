/**
 * What every program of minit has in common.
 *
 * @module
 */
import { InvalidArgumentError, type OutputConfiguration } from 'commander';
import { readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { LogNote } from '../adapters/event-log/reader';
import { waitWritable } from '../adapters/libc/poll';
import { noteTexts } from '../adapters/log-notes';

/** Put in by the build; absent when the sources are run as they are. */
declare const MINIT_VERSION: string | undefined;

export const version: string =
  typeof MINIT_VERSION === 'string'
    ? MINIT_VERSION
    : (JSON.parse(readFileSync(join(__dirname, '../package.json'), 'utf8')) as { version: string })
        .version;

/** Where the service directories are unless `--root` says otherwise. */
export const rootDefault = (): string => named(process.env['MINIT_ROOT']) ?? '/etc/minit';

/** What follows `--root`: without content it would be this directory to one program, and `/` to another. */
export function parseRoot(text: string): string {
  if (text === '') throw new InvalidArgumentError('Name a directory');
  return text;
}

/** An environment variable without content counts as one that is not set. */
export const named = (value: string | undefined): string | undefined =>
  value === '' ? undefined : value;

const standardOutput = 1;
const standardError = 2;
/** As the shell tells of a program that SIGPIPE has ended. */
const exitBrokenPipe = 141;

/**
 * Prints a line, at once: `process.stdout` would load Node's streams and terminals first. A reader
 * that has gone (`| head`) ends the program without a word, as it does any other.
 */
export function print(line: string): void {
  write(standardOutput, `${line}\n`);
}

/** Prints lines at once, with one write where that can be. */
export function printAll(lines: readonly string[]): void {
  write(standardOutput, lines.map((line) => `${line}\n`).join(''));
}

/** `NAME: text` on standard error. */
export function complain(program: string, text: string): void {
  write(standardError, `${program}: ${text}\n`);
}

/** Tells what a log lacks without being damaged: the exit status says nothing of it. */
export function tellNotes(program: string, notes: readonly LogNote[]): void {
  for (const text of noteTexts(notes)) complain(program, `note: ${text}`);
}

/** For commander, which would write through Node's streams: a closed pipe there is an exception. */
export function commandOutput(
  program: string,
  severity: 'error' | 'fatal' = 'error',
): OutputConfiguration {
  return {
    writeOut,
    writeErr,
    outputError(text, writeText) {
      writeText(`${program}: ${severity}: ${text.replace(/^error: /u, '')}`);
    },
  };
}

/** Text as it is, see {@link print}. */
export const writeOut = (text: string): void => {
  write(standardOutput, text);
};

export const writeErr = (text: string): void => {
  write(standardError, text);
};

function write(fd: number, text: string): void {
  let rest = Buffer.from(text);
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(fd, rest));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // Somebody made the terminal or pipe non-blocking: it takes the rest in a moment.
      if (code === 'EAGAIN') waitWritable(fd);
      else if (code !== 'EINTR') giveUp(fd, String(code));
    }
  }
}

/**
 * What cannot be written cannot be shown: the program ends, with the reason where somebody may read it. Where 1 means
 * something else, its exit status is the one that has been set by then.
 */
function giveUp(fd: number, code: string): never {
  if (code === 'EPIPE') process.exit(exitBrokenPipe);
  if (fd === standardOutput) writeErr(`unable to write standard output: ${code}\n`);
  process.exit(process.exitCode ?? 1);
}
