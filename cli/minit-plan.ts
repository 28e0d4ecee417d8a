/**
 * `minit-plan`: what an order would do, step by step, without doing it.
 *
 * @module
 */
import { Argument, Command, CommanderError } from 'commander';
import { resolve } from 'node:path';
import {
  basisFromLive,
  basisFromLog,
  basisFromTree,
  type BasisProblem,
  type PlanBasis,
} from '../adapters/plan-basis';
import { planLines, planToJson } from '../insight/plan/plan-report';
import { planOf, type PlanOrder } from '../insight/plan/plan';
import { graceMsDefault } from '../machines/limits';
import {
  commandOutput,
  complain,
  print,
  parseRoot,
  rootDefault,
  tellNotes,
  version,
} from './program';

const exitCode = { done: 0, usage: 1, damaged: 2, refused: 3 } as const;
const whats = ['boot', 'start', 'stop', 'shutdown'] as const;
const ends = ['reboot', 'halt', 'power-off', 'services'] as const;
type End = (typeof ends)[number];

interface Options {
  readonly root?: string;
  readonly live?: true;
  readonly log?: string;
  readonly at?: string;
  readonly respawn?: true;
  readonly once?: true;
  readonly json?: true;
}

function parser(): Command {
  return new Command('minit-plan')
    .description('Says what an order would do, step by step, without doing it.')
    .addArgument(new Argument('<what>', 'what to plan').choices(whats))
    .argument(
      '[name...]',
      'services; for boot (after --) the words of the command line; for shutdown reboot, halt, power-off or services',
    )
    .option('--root <dir>', `the service directories; default: ${rootDefault()}`, parseRoot)
    .option('--live', 'begin with what the minit of --root has running now')
    .option('--log <log>', 'begin with the state in an event log')
    .option('--at <instant>', 'with --log: SEQ, +SECONDS or TIME; default: the end')
    .option('--respawn', 'with start: as msvc -u, respawn it whatever its directory says')
    .option('--once', 'with start: as msvc -o, do not respawn it')
    .option('--json', 'show all as one JSON object')
    .helpOption('--help', 'show this')
    .version(version, '--version', 'show the version')
    .addHelpText(
      'after',
      '\nExit status: 0 planned, 3 minit would refuse it, 2 damaged log, 1 usage.',
    )
    .configureOutput(commandOutput('minit-plan'))
    .exitOverride();
}

/** Returns the order, or what is wrong with the command line. */
function orderOf(what: string, names: readonly string[], options: Options): PlanOrder | string {
  const { respawn, once, live, log, at, root = rootDefault() } = options;
  if (live && log !== undefined) return '--live and --log cannot be used together';
  if (at !== undefined && log === undefined) return '--at needs --log';
  if (respawn && once) return '--respawn and --once cannot be used together';
  if ((respawn ?? once) && what !== 'start') return '--respawn and --once are for start';
  switch (what) {
    case 'boot':
      if (live ?? log) return 'a boot begins with nothing: it takes neither --live nor --log';
      return { kind: 'boot', words: names, root: resolve(root), graceMs: graceMsDefault };
    case 'shutdown': {
      const [how = 'power-off', ...rest] = names;
      if (rest.length > 0 || !ends.includes(how as End))
        return `shutdown takes one of ${ends.join(', ')}`;
      return { kind: 'shutdown', how: how as End };
    }
    default: {
      if (names.length === 0) return `${what} needs the name of a service`;
      if (what === 'stop') return { kind: 'stop', services: names };
      const flag = respawn ? true : once ? false : undefined;
      return { kind: 'start', services: names, ...(flag !== undefined && { respawn: flag }) };
    }
  }
}

function basisOf(order: PlanOrder, options: Options): PlanBasis | BasisProblem {
  const { root, live, log, at } = options;
  if (log !== undefined) return basisFromLog({ path: log, at, root });
  return live ? basisFromLive(root ?? rootDefault()) : basisFromTree(root ?? rootDefault(), order);
}

function fail(text: string, code: number): number {
  complain('minit-plan', text);
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
  const [what = '', ...names] = program.args;
  const options = program.opts<Options>();
  const order = orderOf(what, names, options);
  if (typeof order === 'string') return fail(order, exitCode.usage);
  const basis = basisOf(order, options);
  if ('problem' in basis)
    return fail(basis.problem, basis.isDamaged ? exitCode.damaged : exitCode.usage);
  const plan = planOf({ order, ...basis });
  if (options.json) print(planToJson(plan, basis.text));
  else for (const line of planLines(plan, basis.text)) print(line);
  const { notes = [], damage = [] } = basis;
  tellNotes('minit-plan', notes);
  for (const line of damage) complain('minit-plan', line);
  if (damage.length > 0) return exitCode.damaged;
  return plan.refused.length > 0 ? exitCode.refused : exitCode.done;
}

process.exitCode = main(process.argv.slice(2));
