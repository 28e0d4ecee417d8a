/**
 * `minit-replay`: folds a log again and tells what it says.
 *
 * @module
 */
import { Command, CommanderError, type Option } from 'commander';
import { openLog } from '../adapters/event-log/reader';
import { parseInstant } from '../adapters/log-instant';
import { tuneV8ForLogs } from '../adapters/tune-v8';
import { commandOutput, complain, version } from './program';
import { compareExitCode, compareView } from './replay-views/compare';
import { diffView } from './replay-views/diff';
import { htmlView } from './replay-views/html';
import { inspectView } from './replay-views/inspect';
import { stateView } from './replay-views/state';
import { stepView } from './replay-views/step';
import { whatIfView } from './replay-views/what-if';
import { whyView } from './replay-views/why';
import { exitCode, type View, type ViewOptions } from './replay-views/view';

const views: readonly View[] = [
  compareView,
  diffView,
  htmlView,
  inspectView,
  stepView,
  whatIfView,
  whyView,
  stateView,
];

function parser(): Command {
  const program = new Command('minit-replay')
    .description(
      'Folds an event log again: the state of every service at an instant, and whether minit decides the same.',
    )
    .argument('<log>', 'a log file, or a directory of them: its newest boot')
    .argument('[log2]', 'with --compare: another boot')
    .option(
      '--at <instant>',
      'SEQ, +SECONDS since the start, or TIME of day (ISO 8601); default: the end',
    )
    .helpOption('--help', 'show this')
    .version(version, '--version', 'show the version')
    .addHelpText(
      'after',
      [
        '',
        'Exit status: 0 the same, 3 diverged, 2 damaged log, 1 usage;',
        'of --compare as of diff(1): 0 no difference, 1 differences, 2 trouble.',
      ].join('\n'),
    )
    .configureOutput(commandOutput('minit-replay'))
    .exitOverride();
  for (const view of views) view.declare(program);
  return program;
}

/** Returns the view that the command line asks for, or which of its options does not go with that. */
function viewFor(program: Command): View | string {
  const isGiven = (option: Option): boolean =>
    program.getOptionValueSource(option.attributeName()) === 'cli';
  const given = program.options.filter(isGiven).flatMap(({ long }) => long ?? []);
  const view = views.find(({ flag }) => flag !== undefined && given.includes(flag)) ?? stateView;
  const wrong = given.find((flag) => flag !== view.flag && !view.takes.some((one) => one === flag));
  if (wrong === undefined) return view;
  if (view.flag !== undefined) return `${wrong} cannot be used with ${view.flag}`;
  const places = views.filter(({ takes }) => takes.some((one) => one === wrong));
  return `${wrong} goes with ${places.map(({ flag }) => flag).join(', ')}`;
}

function fail(text: string, code: number): number {
  complain('minit-replay', text);
  return code;
}

async function main(argv: readonly string[]): Promise<number> {
  const program = parser();
  // Where 1 means something else.
  const usage = argv.includes('--compare') ? compareExitCode.trouble : exitCode.usage;
  process.exitCode = usage;
  try {
    program.parse(argv, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : usage;
    throw error;
  }
  const [path = '', other] = program.args;
  const options: ViewOptions & { readonly at?: string } = program.opts();
  const view = viewFor(program);
  if (typeof view === 'string') return fail(view, usage);
  if (other !== undefined && view.takesTwo !== true)
    return fail('takes one log, not 2; two with --compare', usage);
  tuneV8ForLogs();
  const log = openLog(path);
  if ('code' in log) return fail(log.text, log.code === 'missing' ? usage : exitCode.damaged);
  const until = parseInstant(options.at, log.header);
  if (typeof until === 'string') return fail(until, usage);
  return await view.show({ log, until, other }, options);
}

void main(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});
