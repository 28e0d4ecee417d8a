/**
 * `minit-chart`: a boot as a picture, from its log.
 *
 * @module
 */
import { writeFileSync } from 'node:fs';
import { Command, CommanderError, Option } from 'commander';
import { openLog } from '../adapters/event-log/reader';
import { gatherBoot, type GatheredBoot } from '../adapters/gathered-boot';
import { parseInstant } from '../adapters/log-instant';
import { outputProblem } from '../adapters/log-output';
import { systemErrorOf } from '../adapters/system-error';
import { bootLength } from '../insight/chart/chart';
import { chooseServices } from '../insight/service-filter';
import type { Timeline } from '../insight/timeline';
import type { ServiceName } from '../machines/definition';
import { describeErrorCode } from '../machines/describe-failure';
import { criticalView } from './chart-views/critical';
import { pictureView } from './chart-views/picture';
import { textView } from './chart-views/text';
import { traceView } from './chart-views/trace';
import type { ChartView } from './chart-views/view';
import { commandOutput, complain, tellNotes, version, writeOut } from './program';

const exitCode = { done: 0, usage: 1, damaged: 2 } as const;

interface Options {
  readonly text?: true;
  readonly critical?: true;
  readonly trace?: true;
  readonly json?: true;
  readonly whole?: true;
  readonly at?: string;
  readonly services?: readonly string[];
  readonly output?: string;
}

function parser(): Command {
  const list = (text: string, before: readonly string[] = []): string[] => [
    ...before,
    ...text.split(',').filter((name) => name !== ''),
  ];
  return new Command('minit-chart')
    .description('Draws a boot from its event log: what waited for what, and what set its length.')
    .argument('<log>', 'a log file, or a directory of them: its newest boot')
    .option('--text', 'as text for a terminal; otherwise SVG')
    .addOption(
      new Option('--critical', 'the chain that set the length of the boot, link by link').conflicts(
        'text',
      ),
    )
    .addOption(
      new Option('--trace', 'as Chrome trace events, for Perfetto or chrome://tracing').conflicts([
        'text',
        'critical',
      ]),
    )
    .option('--json', 'with --critical: as one JSON object')
    .option(
      '--services <names>',
      'only these, separated by commas; * stands for any text; with --critical: the chain until they were up',
      list,
    )
    .option(
      '--at <instant>',
      'up to SEQ, +SECONDS since the start, or TIME of day; default: shortly after the boot had settled',
    )
    .addOption(new Option('--whole', 'up to the end of the log').conflicts('at'))
    .option('--output <file>', 'write there instead of to standard output')
    .helpOption('--help', 'show this')
    .version(version, '--version', 'show the version')
    .addHelpText('after', '\nExit status: 0 done, 1 usage, 2 damaged log.')
    .configureOutput(commandOutput('minit-chart'))
    .exitOverride();
}

function fail(text: string, code: number = exitCode.usage): number {
  complain('minit-chart', text);
  return code;
}

function viewOf({ text, critical, trace, json, output }: Options): ChartView {
  if (critical) return criticalView({ isJson: json === true });
  if (trace) return traceView;
  return text ? textView({ isToFile: output !== undefined }) : pictureView;
}

function main(argv: readonly string[]): number {
  const program = parser();
  try {
    program.parse(argv, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError)
      return error.exitCode === 0 ? exitCode.done : exitCode.usage;
    throw error;
  }
  const [path = ''] = program.args;
  const options = program.opts<Options>();
  if (options.json && !options.critical) return fail('--json goes with --critical');
  const log = openLog(path);
  if ('code' in log)
    return fail(log.text, log.code === 'missing' ? exitCode.usage : exitCode.damaged);
  const { output } = options;
  const problem = output === undefined ? undefined : outputProblem(output, log);
  if (problem !== undefined) return fail(problem);
  const until = parseInstant(options.at, log.header);
  if (typeof until === 'string') return fail(until);
  const isBootOnly = options.critical !== true || options.services === undefined;
  const boot = gatherBoot(log, { until, isBootOnly });
  if (boot.beginsAfter !== undefined)
    return fail(`the log begins after event ${String(boot.beginsAfter)}; what was before is gone`);
  if (boot.state.seq === 0) return tellDamage(boot) ?? fail('the log has no event up to there');
  const services = chosenOf(boot, options.services);
  if (services !== undefined && 'unknown' in services)
    return fail(`no service "${services.unknown}" in this log up to there`);
  const isWhole = until !== undefined || options.whole === true;
  const us = axisLength(boot.timeline, isWhole);
  const shown = viewOf(options)({ boot, header: log.header, us, services });
  tellNotes('minit-chart', log.notes);
  const failure = typeof shown === 'string' ? write(shown, output) : shown.failure;
  return tellDamage(boot) ?? (failure === undefined ? exitCode.done : fail(failure));
}

/** Returns the exit status, or `undefined` where the log is not damaged. */
function tellDamage({ damage }: GatheredBoot): number | undefined {
  for (const { path, line, reason } of damage)
    complain('minit-chart', `${path}:${String(line)}: damaged: ${reason}`);
  return damage.length > 0 ? exitCode.damaged : undefined;
}

function chosenOf(
  { timeline }: GatheredBoot,
  patterns: readonly string[] | undefined,
): ReadonlySet<ServiceName> | { readonly unknown: string } | undefined {
  if (patterns === undefined) return undefined;
  return chooseServices(
    timeline.services.map(({ name }) => name),
    patterns,
  );
}

/** Where nothing is said: the boot, not the month that came after it. */
const axisLength = (timeline: Timeline, isWhole: boolean): number =>
  Math.max(1, isWhole ? timeline.end.at - timeline.begin.at : bootLength(timeline));

/** Returns why it could not be written. */
function write(text: string, output: string | undefined): string | undefined {
  if (output === undefined) {
    writeOut(text);
    return undefined;
  }
  try {
    writeFileSync(output, text);
    return undefined;
  } catch (error) {
    const { code } = systemErrorOf(error);
    return `unable to write ${JSON.stringify(output)}: ${describeErrorCode(code)} (${code})`;
  }
}

process.exitCode = main(process.argv.slice(2));
