/**
 * What people see while minit runs: one line a transition on standard output (of a machine: one a
 * crash or a service that does not end when it is told to, and how the boot went), one line a problem on standard error. Colour only on a terminal. A reader that does not read (a stopped pager, a
 * serial line with flow control) must not freeze minit: what does not fit waits, and if it grows
 * too long the oldest lines are given up, and counted.
 *
 * @module
 */
import type { Console } from '../effects/ports';
import type { Transition } from '../machines/fold';
import { describeTransition } from '../machines/describe';
import { isCrash, isDeaf } from '../machines/failures';
import type { Verbosity } from '../machines/kernel-words';
import { showPath } from '../machines/names';
import { stateName, type StateName } from '../machines/state';
import type { Output } from './output';

export interface ConsoleOptions {
  /** CLOCK_BOOTTIME µs that is shown as 0. */
  readonly startedAt: number;
  readonly isColoured: boolean;
  readonly verbosity: Verbosity;
  /** Lines to begin with; a reader that does not read them must not keep minit from starting. */
  readonly greeting?: readonly string[];
  /** What takes lines for fd 1 or 2; asked for at the first line. */
  readonly outputOf: (fd: number) => Output;
}

const standardOutput = 1;
const standardError = 2;
/** PIPE_BUF: what a pipe takes whole or not at all (pipe(7)), and without blocking when poll(2) calls it writable. */
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

type Writer = (lines: readonly string[]) => void;

const nothing: Buffer = Buffer.alloc(0);

/** Lines that wait until their output takes them. */
function createWriter(output: Output): Writer {
  // A line that is longer than a piece comes as several: a longer write could block.
  const waiting = createWaiting();
  /** What a write has left of a piece: it goes first, whole, so that no line is cut in two. */
  let rest: Buffer = nothing;
  let isWatched = false;

  /** Writes as much as there is room for; returns whether that was anything, and why it ended. */
  const flush = (): { readonly hasWritten: boolean; readonly isFull: boolean } => {
    for (let hasWritten = false; ; hasWritten = true) {
      if (rest.length === 0 && waiting.isEmpty()) return { hasWritten, isFull: false };
      if (!output.isWritable()) return { hasWritten, isFull: true };
      if (rest.length === 0) rest = waiting.take();
      try {
        rest = rest.subarray(output.write(rest));
      } catch (error) {
        // EIO, EPIPE: there is no console any more, and nobody to tell.
        return { hasWritten, isFull: (error as NodeJS.ErrnoException).code === 'EAGAIN' };
      }
    }
  };
  const watch = (): void => {
    try {
      output.onWritable(() => {
        isWatched = false;
        const { hasWritten, isFull } = flush();
        // An output that is called writable and takes nothing would keep us busy: it waits for the next line.
        if (hasWritten && isFull) watch();
      });
      isWatched = true;
    } catch {
      // It cannot be watched; the next line looks again.
    }
  };
  return (lines) => {
    for (const line of lines) waiting.add(line);
    const { isFull } = flush();
    if (isFull && !isWatched) watch();
  };
}

/** Lines that wait; the oldest are given up when there are too many, and counted. */
function createWaiting() {
  /** Lines, and the parts of those that are longer than a piece may be. */
  let pieces: (string | Buffer)[] = [];
  let lost = 0;
  return {
    isEmpty: () => pieces.length === 0,
    add(line: string): void {
      if (Buffer.byteLength(line) <= pieceBytesMax) {
        pieces.push(line);
      } else {
        const bytes = Buffer.from(line);
        for (let start = 0; start < bytes.length; start += pieceBytesMax)
          pieces.push(bytes.subarray(start, start + pieceBytesMax));
      }
      while (pieces.length > waitingLinesMax) {
        pieces.shift();
        lost += 1;
      }
    },
    /** As much as goes into one write, and how much was lost before. */
    take(): Buffer {
      let text = lost > 0 ? `minit: ${String(lost)} lines lost, nobody read them\n` : '';
      let size = Buffer.byteLength(text);
      let count = 0;
      lost = 0;
      for (const piece of pieces) {
        if (typeof piece !== 'string') break;
        size += Buffer.byteLength(piece);
        if (size > pieceBytesMax) break;
        text += piece;
        count += 1;
      }
      if (text === '') return pieces.shift() as Buffer;
      pieces = pieces.slice(count);
      return Buffer.from(text);
    },
  };
}

interface Streams {
  readonly print: Writer;
  readonly complain: Writer;
}

/** Standard output and standard error; where both are the same terminal, their lines keep their order. */
function createStreams(outputOf: ConsoleOptions['outputOf']): Streams {
  const writers = new Map<Output, Writer>();
  const writeTo =
    (fd: number) =>
    (lines: readonly string[]): void => {
      const output = outputOf(fd);
      const write = writers.get(output) ?? createWriter(output);
      writers.set(output, write);
      write(lines);
    };
  return { print: writeTo(standardOutput), complain: writeTo(standardError) };
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
  const { print, complain } = createStreams(options.outputOf);
  const paint = (text: string, colour: string) => (isColoured ? `${colour}${text}${plain}` : text);
  const isQuiet = verbosity === 'quiet';
  if (verbosity === 'transitions' && greeting.length > 0)
    print(greeting.map((line) => `${line}\n`));
  const isRepeated = createRepetition();
  const isShown = (transition: Transition): boolean =>
    verbosity === 'transitions' || (!isQuiet && (isCrash(transition) || isDeaf(transition)));
  const lineOf = (transition: Transition): string => {
    const { after, at } = transition;
    const state = stateName(after);
    const seconds = ((at - startedAt) / 1_000_000).toFixed(3).padStart(8);
    const name = after.context.name.padEnd(nameColumns);
    const detail = describeTransition(transition);
    return `${paint(seconds, `${escape}2m`)}  ${name}  ${paint(state.padEnd(stateColumns), colours[state])}  ${detail}\n`;
  };
  return {
    transitions(transitions) {
      for (const { after } of transitions)
        if (stateName(after) === 'running') isRepeated.forget(after.context.name);
      const lines = transitions.filter(isShown).map(lineOf);
      if (lines.length > 0) print(lines);
    },
    report({ severity, code, service, file, line, text }) {
      if (severity === 'note') {
        // A kernel's command line is full of words that are not for us.
        const isTold = verbosity === 'transitions' || (!isQuiet && code !== 'word-ignored');
        if (isTold) print([`minit: ${place(file, line)}${subject(service, file)}${text}\n`]);
        return;
      }
      if (verbosity === 'failures' && code === 'spawn-failed' && isRepeated(service ?? '', text))
        return;
      const level = paint(severity, severity === 'error' ? `${escape}31m` : `${escape}33m`);
      complain([`minit: ${level}: ${place(file, line)}${subject(service, file)}${text}\n`]);
    },
  };
}

const place = (file: string | undefined, line: number | undefined) =>
  file === undefined ? '' : `${showPath(file)}${line === undefined ? '' : `:${String(line)}`}: `;

/** A file within a service's directory names the service already. */
const subject = (service: string | undefined, file: string | undefined) =>
  service === undefined || `${file ?? ''}/`.includes(`/${service}/`) ? '' : `${service}: `;
