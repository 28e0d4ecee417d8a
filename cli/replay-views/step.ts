/**
 * `minit-replay LOG --step`: a debugger for the log, on a terminal, or by commands on standard input.
 *
 * @module
 */
import type { Interface } from 'node:readline';
import { pointAt, readHistory } from '../../adapters/log-history';
import { complete } from '../../adapters/step-debugger/commands';
import { StepSession, type Outcome } from '../../adapters/step-debugger/session';
import { complain, print, tellNotes } from '../program';
import { exitCode, verdict, type View } from './view';

export const stepView: View = {
  flag: '--step',
  takes: ['--at'],
  declare(program) {
    program.option('--step', 'walk through the log: commands from the terminal or standard input');
  },
  async show({ log, until }) {
    const read = readHistory(log);
    const at = until === undefined ? read.history.first() : pointAt(read.history, until);
    if (typeof at === 'string') {
      complain('minit-replay', at);
      return exitCode.usage;
    }
    const isTerminal = process.stdin.isTTY && process.stdout.isTTY;
    const place = { line: 0 };
    const output = {
      print,
      complain: isTerminal
        ? print
        : (text: string) => complain('minit-replay', `command ${String(place.line)}: ${text}`),
    };
    const session = new StepSession(read, at, output);
    const outcome = isTerminal
      ? await converse(session)
      : await runScript(session, () => (place.line += 1));
    // On a terminal it began with them.
    if (!isTerminal) tellNotes('minit-replay', read.notes);
    return outcome === 'failed' ? exitCode.usage : verdict({ ...read, divergence: undefined });
  },
};

/** Each line of standard input is a command; the first that is wrong ends it. */
async function runScript(session: StepSession, count: () => void): Promise<Outcome> {
  const { createInterface } = await import('node:readline');
  for await (const line of createInterface({ input: process.stdin, terminal: false })) {
    count();
    const outcome = await finish(session.run(line), () => false);
    if (outcome !== 'done') return outcome;
  }
  return 'done';
}

async function converse(session: StepSession): Promise<Outcome> {
  const { createInterface } = await import('node:readline');
  const terminal = createInterface({
    input: process.stdin,
    output: process.stdout,
    completer: (line: string) => complete(line, session.serviceNames()),
  });
  session.begin();
  print('help tells the commands; quit, or ctrl-d, ends');
  const interruption = interruptions(terminal);
  let [last, outcome] = ['', 'done' as Outcome];
  prompt(terminal, session);
  for await (const typed of terminal) {
    // As in other debuggers: an empty line does the same again.
    const line = typed.trim() === '' ? last : typed;
    last = line;
    interruption.begin();
    outcome = await finish(session.run(line), interruption.isAsked);
    interruption.end();
    if (outcome === 'quit') break;
    prompt(terminal, session);
  }
  terminal.close();
  // After ctrl-d the cursor is behind the prompt.
  if (outcome !== 'quit') print('');
  return 'done';
}

function prompt(terminal: Interface, session: StepSession): void {
  terminal.setPrompt(session.prompt);
  terminal.prompt();
}

/** Ctrl-c ends what is under way; on an empty line it does nothing. */
function interruptions(terminal: Interface) {
  let isBusy = false;
  let isAsked = false;
  terminal.on('SIGINT', () => {
    isAsked = isBusy;
    if (isBusy) return;
    print('^C');
    terminal.write(null, { ctrl: true, name: 'u' });
    terminal.prompt();
  });
  return {
    begin(): void {
      [isBusy, isAsked] = [true, false];
    },
    end(): void {
      isBusy = false;
    },
    isAsked: (): boolean => isAsked,
  };
}

/** Runs a command to its end; between two of its steps the terminal is heard. */
async function finish(
  running: Generator<undefined, Outcome>,
  isInterrupted: () => boolean,
): Promise<Outcome> {
  for (;;) {
    const step = running.next();
    if (step.done) return step.value;
    await new Promise((resolve) => setImmediate(resolve));
    if (isInterrupted()) {
      print('interrupted');
      return 'done';
    }
  }
}
