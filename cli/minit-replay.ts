/**
 * `minit-replay`: folds a log again and tells what it says.
 *
 * @module
 */
import { Command, CommanderError } from 'commander';
import { openLog } from '../adapters/event-log/reader';
import { parseInstant, runReplay, type ReplayReport } from '../adapters/replay-log';
import { printReport } from '../adapters/replay-report';
import { commandOutput, complain, print, version } from './program';

const exitCode = { same: 0, usage: 1, damaged: 2, diverged: 3 } as const;

interface Options {
  readonly at?: string;
  readonly service?: string;
  readonly json?: true;
  readonly verify?: true;
}

function parser(): Command {
  return new Command('minit-replay')
    .description(
      'Folds an event log again: the state of every service at an instant, and whether minit decides the same.',
    )
    .argument('<log>', 'a log file, or a directory of them: its newest boot')
    .option(
      '--at <instant>',
      'SEQ, +SECONDS since the start, or TIME of day (ISO 8601); default: the end',
    )
    .option('--service <name>', 'show the events that touched this service')
    .option('--json', 'show all as one JSON object')
    .option(
      '--verify',
      'show only whether the recorded effects are those that the fold gives again',
    )
    .helpOption('--help', 'show this')
    .version(version, '--version', 'show the version')
    .addHelpText('after', '\nExit status: 0 the same, 3 diverged, 2 damaged log, 1 usage.')
    .configureOutput(commandOutput('minit-replay'))
    .exitOverride();
}

function fail(text: string, code: number): number {
  complain('minit-replay', text);
  return code;
}

function main(argv: readonly string[]): number {
  const program = parser();
  try {
    program.parse(argv, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : exitCode.usage;
    throw error;
  }
  const [path = ''] = program.args;
  const options = program.opts<Options>();
  const log = openLog(path);
  if ('code' in log)
    return fail(log.text, log.code === 'missing' ? exitCode.usage : exitCode.damaged);
  const until = parseInstant(options.at, log.header);
  if (typeof until === 'string') return fail(until, exitCode.usage);
  const report = runReplay(log, until, options.service);
  if (report.beginsAfter !== undefined) {
    const event = String(report.beginsAfter);
    return fail(`the log begins after event ${event}; what was before is gone`, exitCode.usage);
  }
  if (options.service !== undefined && !report.isServiceKnown) {
    return fail(`no service "${options.service}" in this log up to there`, exitCode.usage);
  }
  printReport(report, options, print);
  return verdict(report);
}

function verdict({ divergence, damage }: ReplayReport): number {
  for (const { path, line, reason } of damage)
    complain('minit-replay', `${path}:${String(line)}: damaged: ${reason}`);
  if (damage.length > 0) return exitCode.damaged;
  return divergence === undefined ? exitCode.same : exitCode.diverged;
}

process.exitCode = main(process.argv.slice(2));
