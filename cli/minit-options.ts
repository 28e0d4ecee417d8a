/**
 * What minit's command line says. A kernel hands its init words of all kinds, so that those of a
 * booted machine are never an error: the machine has nothing else to run.
 *
 * @module
 */
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { say } from '../adapters/last-words';
import type { Role } from '../machines/events';
import { exitNothingToStart } from '../machines/init';
import { graceMsDefault, graceMsMax } from '../machines/limits';
import { commandOutput, parseRoot, rootDefault, version } from './program';

export interface Options {
  readonly root: string;
  readonly log?: string;
  /** Milliseconds. */
  readonly grace: number;
  readonly quiet?: true;
}

export interface CommandLine {
  readonly options: Options;
  /** What is no option: services, `-SERVICE`, anything. */
  readonly words: readonly string[];
}

const optionsDefault = (): Options => ({ root: rootDefault(), grace: graceMsDefault });

/** Returns what `argv` says, or the exit status when that is all there was to do. */
export function parseCommandLine(
  argv: readonly string[],
  role: Role,
): CommandLine | { readonly exitCode: number } {
  // All options begin so. A kernel hardly ever gives one, and to look for them takes 2 ms.
  if (!argv.some(isOption)) return { options: optionsDefault(), words: argv };
  const program = parser(role);
  try {
    program.parse(argv, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (role !== 'machine')
      return { exitCode: error.exitCode === 0 ? error.exitCode : exitNothingToStart };
    say('warning: all options are ignored, and the machine boots with the defaults');
    return { options: optionsDefault(), words: argv.filter((word) => !isOption(word)) };
  }
  // commander leaves the `--` there when a word such as `-SERVICE` is in front of it.
  const words = program.args.filter((word) => word !== '--');
  return { options: program.opts<Options>(), words };
}

const isOption = (word: string): boolean => word.startsWith('--');

/** Seconds on the command line, milliseconds inside. */
function parseGrace(text: string): number {
  const ms = Math.round(Number(text) * 1_000);
  if (text.trim() === '' || !(ms >= 0 && ms <= graceMsMax)) {
    throw new InvalidArgumentError(`Give 0 to ${String(graceMsMax / 1_000)} seconds`);
  }
  return ms;
}

function parser(role: Role): Command {
  const defaults = optionsDefault();
  return (
    new Command('minit')
      .usage('[options] [SERVICE | -SERVICE]...')
      .description('Starts SERVICEs (or "default") with all they depend on, and supervises them.')
      .argument('[words...]', 'SERVICE: start it; -SERVICE: do not start it as a dependency')
      .option('--root <dir>', 'the service directories (or MINIT_ROOT)', parseRoot, defaults.root)
      .option('--log <dir>', 'the event log (or MINIT_LOG)')
      // The default is in milliseconds, as inside; what is shown is in seconds, as typed.
      .addOption(
        new Option('--grace <seconds>', 'between TERM and KILL at the end')
          .argParser(parseGrace)
          .default(defaults.grace, String(defaults.grace / 1_000)),
      )
      .option('--quiet', 'problems only, no line for each transition')
      .helpOption('--help', 'show this')
      .version(version, '--version', 'show the version')
      // `-SERVICE` is for us, and a kernel hands its init words of all kinds.
      .allowUnknownOption()
      .configureOutput(role === 'machine' ? onConsole : commandOutput('minit', 'fatal'))
      .exitOverride()
  );
}

/** A console that cannot be written to must not end the init of a machine. */
const onConsole = {
  writeOut: sayLines,
  writeErr: sayLines,
  outputError: (text: string) => {
    say(`warning: ${text.replace(/^error: /u, '').trimEnd()}`);
  },
};

function sayLines(text: string): void {
  for (const line of text.trimEnd().split('\n')) say(line);
}
