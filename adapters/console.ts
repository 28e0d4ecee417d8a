/**
 * What people see while minit runs: one line a transition on standard output (of a machine: one a
 * crash, and how the boot went), one line a problem on standard error. Colour only on a terminal. A reader that does not read (a stopped pager, a
 * serial line with flow control) must not freeze minit: what does not fit waits, and if it grows
 * too long the oldest lines are given up, and counted.
 *
 * @module
 */
import { writeSync } from 'node:fs';
import type { Console } from '../effects/ports';
import { describeTransition } from '../machines/describe';
import { isCrash } from '../machines/failures';
import type { Verbosity } from '../machines/kernel-words';
import { stateName, type StateName } from '../machines/state';

export interface ConsoleOptions {
  /** CLOCK_BOOTTIME µs that is shown as 0. */
  readonly startedAt: number;
  readonly isColoured: boolean;
  readonly verbosity: Verbosity;
  /** Lines to begin with; a reader that does not read them must not keep minit from starting. */
  readonly greeting?: readonly string[];
  /** poll(2): would a write of up to PIPE_BUF bytes go through at once? */
  readonly isWritable: (fd: number) => boolean;
  /** For specs: write(2). */
  readonly write?: (fd: number, bytes: Buffer) => unknown;
}

const standardOutput = 1;
const standardError = 2;
/** PIPE_BUF: what a pipe that poll(2) calls writable takes without blocking (pipe(7)). */
const pieceBytesMax = 4_096;
const waitingLinesMax = 2_000;
const nameColumns = 16;
const stateColumns = 12;

const escape = '\u001b[';
const colours: Readonly<Record<StateName, string>> = {
  down: `${escape}2m`,
  'waiting-deps': `${escape}2m`,
  starting: `${escape}36m`,
  running: `${escape}32m`,
  'sync-done': `${escape}32m`,
  respawning: `${escape}33m`,
  stopping: `${escape}35m`,
  finished: `${escape}2m`,
  failed: `${escape}31m`,
};
const plain = `${escape}0m`;

/** Takes a line, or only looks whether what waits can go now. */
type Writer = (line?: string) => void;

/** Lines that wait until their fd takes them. */
function createWriter(fd: number, { isWritable, write = writeSync }: ConsoleOptions): Writer {
  // A line that is longer than a piece comes as several: a longer write could block.
  let waiting: Buffer[] = [];
  let lost = 0;
  return (line = '') => {
    const bytes = Buffer.from(line);
    for (let start = 0; start < bytes.length; start += pieceBytesMax) {
      waiting.push(bytes.subarray(start, start + pieceBytesMax));
    }
    while (waiting.length > waitingLinesMax) {
      waiting.shift();
      lost += 1;
    }
    while (waiting.length > 0 && isWritable(fd)) {
      const note = Buffer.from(
        lost > 0 ? `minit: ${String(lost)} lines lost, nobody read them\n` : '',
      );
      const pieces: Buffer[] = lost > 0 ? [note] : [];
      let size = note.length;
      let count = 0;
      for (const next of waiting) {
        size += next.length;
        if (pieces.length > 0 && size > pieceBytesMax) break;
        pieces.push(next);
        count += 1;
      }
      try {
        write(fd, Buffer.concat(pieces));
      } catch {
        // EAGAIN: it waits. EIO, EPIPE: there is no console any more, and nobody to tell.
        return;
      }
      waiting = waiting.slice(count);
      lost = 0;
    }
  };
}

interface Repetition {
  /** Says whether the failure was told already, whatever its count. */
  (service: string, text: string): boolean;
  /** It runs: what comes next is news. */
  forget(service: string): void;
}

/** A start that fails again and again, with a growing pause, is one failure for whoever reads a machine's console. */
function createRepetition(): Repetition {
  const textByService = new Map<string, string>();
  const isRepeated = (service: string, text: string): boolean => {
    const first = text.replace(/ \(\d+ times in a row\)$/u, '');
    const isSame = textByService.get(service) === first;
    textByService.set(service, first);
    return isSame;
  };
  return Object.assign(isRepeated, {
    forget: (service: string) => void textByService.delete(service),
  });
}

/** Returns the console on fds 1 and 2. */
export function createConsole(options: ConsoleOptions): Console {
  const { startedAt, isColoured, verbosity, greeting = [] } = options;
  const writeOutput = createWriter(standardOutput, options);
  const writeError = createWriter(standardError, options);
  // Often both are the same terminal, and what waits on one would else wait for its next line.
  const print = (line: string): void => {
    writeError();
    writeOutput(line);
  };
  const complain = (line: string): void => {
    writeOutput();
    writeError(line);
  };
  const paint = (text: string, colour: string) => (isColoured ? `${colour}${text}${plain}` : text);
  const isQuiet = verbosity === 'quiet';
  if (verbosity === 'transitions') for (const line of greeting) print(`${line}\n`);
  const isRepeated = createRepetition();
  return {
    transition(transition) {
      if (stateName(transition.after) === 'running')
        isRepeated.forget(transition.after.context.name);
      if (verbosity !== 'transitions' && (isQuiet || !isCrash(transition))) return;
      const { after, at } = transition;
      const state = stateName(after);
      const seconds = ((at - startedAt) / 1_000_000).toFixed(3).padStart(8);
      const name = after.context.name.padEnd(nameColumns);
      const detail = describeTransition(transition);
      print(
        `${paint(seconds, `${escape}2m`)}  ${name}  ${paint(state.padEnd(stateColumns), colours[state])}  ${detail}\n`,
      );
    },
    report({ severity, code, service, file, line, text }) {
      if (severity === 'note') {
        // A kernel's command line is full of words that are not for us.
        const isTold = verbosity === 'transitions' || (!isQuiet && code !== 'word-ignored');
        if (isTold) print(`minit: ${place(file, line)}${subject(service, file)}${text}\n`);
        return;
      }
      if (verbosity === 'failures' && code === 'spawn-failed' && isRepeated(service ?? '', text))
        return;
      const level = paint(severity, severity === 'error' ? `${escape}31m` : `${escape}33m`);
      complain(`minit: ${level}: ${place(file, line)}${subject(service, file)}${text}\n`);
    },
  };
}

const place = (file: string | undefined, line: number | undefined) =>
  file === undefined ? '' : `${file}${line === undefined ? '' : `:${String(line)}`}: `;

/** A file within a service's directory names the service already. */
const subject = (service: string | undefined, file: string | undefined) =>
  service === undefined || `${file ?? ''}/`.includes(`/${service}/`) ? '' : `${service}: `;
