/**
 * `minit-sim`: boots a tree many times in a simulated world in which much goes wrong, before it ever boots for real.
 *
 * @module
 */
import { Command, CommanderError } from 'commander';
import { explore, type Exploration } from '../adapters/exhaustive/explore';
import { explorationJson, explorationText } from '../adapters/exhaustive/report';
import { reachedFrom } from '../adapters/exhaustive/reached';
import type { LogRecord } from '../effects/ports';
import { faultKinds, type FaultKind } from '../adapters/simulation/draw';
import { writeLog } from '../adapters/simulation/log-file';
import { simulationJson, simulationText } from '../adapters/simulation/report';
import { simulate } from '../adapters/simulation/simulate';
import { simulatedTree, type SimulatedTree } from '../adapters/simulation/tree';
import { systemErrorOf } from '../adapters/system-error';
import { surveyTree } from '../adapters/tree-survey';
import type { Role } from '../machines/events';
import { nameProblem, showName } from '../machines/names';
import { commandOutput, complain, print, version } from './program';

const exitCode = { nothingFound: 0, usage: 1, found: 3 } as const;
const runsMax = 100_000_000;
const seedMax = 2 ** 31 - 1;
const depthMax = 1_000_000;
const statesMax = 5_000_000;
const servicesMax = 8;
const roles: readonly Role[] = ['process', 'container', 'machine'];

interface Options {
  readonly runs: string;
  readonly seed: string;
  readonly faults: string;
  readonly role: string;
  readonly start?: readonly string[];
  readonly log?: string;
  readonly assumePrograms?: true;
  readonly json?: true;
  readonly exhaustive?: true;
  readonly depth?: string;
  readonly states: string;
}

const collect = (name: string, before: readonly string[] = []): readonly string[] => [
  ...before,
  name,
];

function parser(): Command {
  return new Command('minit-sim')
    .description(
      'Boots the service directories below ROOT many times in a simulated world in which much goes wrong, and says what can come of it. Starts nothing, and writes nothing but --log.',
    )
    .argument('<root>', 'the service directories')
    .option('--runs <n>', 'so many boots', '1000')
    .option('--seed <s>', 'of the first boot; the next ones have the next seeds', '1')
    .option(
      '--faults <list>',
      `what goes wrong: all, none, or some of ${faultKinds.join(',')}`,
      'all',
    )
    .option(
      '--start <name>',
      'what minit is started with, instead of "default"; may be repeated',
      collect,
    )
    .option('--role <role>', `what minit is: ${roles.join(', ')}`, 'process')
    .option('--assume-programs', 'take every program to be there: they are on another machine')
    .option('--exhaustive', 'try every order of events instead, from the shortest: for small trees')
    .option('--depth <n>', 'with --exhaustive: so many steps far, at most')
    .option('--states <n>', 'with --exhaustive: so many states, at most', '50000')
    .option('--log <file>', 'write the first finding as a log for minit-replay')
    .option('--json', 'show all as one JSON object')
    .helpOption('--help', 'show this')
    .version(version, '--version', 'show the version')
    .addHelpText('after', '\nExit status: 0 nothing found, 1 usage, 3 something found.')
    .configureOutput(commandOutput('minit-sim'))
    .exitOverride();
}

/** Bad input, told in one sentence. */
class UsageError extends Error {}

function wholeNumber(option: string, text: string, max: number): number {
  const value = /^\d{1,15}$/u.test(text) ? Number(text) : Infinity;
  if (value > max)
    throw new UsageError(`--${option}: "${text}" is no whole number from 0 to ${String(max)}`);
  return value;
}

function parseFaults(text: string): readonly FaultKind[] {
  if (text === 'all') return faultKinds;
  if (text === 'none') return [];
  const names = text.split(',');
  const unknown = names.find((name) => !(faultKinds as readonly string[]).includes(name));
  if (unknown !== undefined)
    throw new UsageError(
      `--faults: there is no kind "${unknown}": use all, none, or some of ${faultKinds.join(',')}`,
    );
  return names as FaultKind[];
}

function readTree(root: string, options: Options): SimulatedTree {
  const role = roles.find((known) => known === options.role);
  if (role === undefined)
    throw new UsageError(`--role: "${options.role}" is none of ${roles.join(', ')}`);
  const words = options.start ?? [];
  for (const word of words) {
    const problem = nameProblem(word);
    if (problem !== undefined) throw new UsageError(`--start: ${showName(word)}: ${problem}`);
  }
  const survey = surveyTree(root, options.start);
  if (survey.error !== undefined)
    throw new UsageError(`unable to read ${root}: ${survey.error.code}`);
  if (survey.services.length === 0) throw new UsageError(`there is no service below ${root}`);
  const assumesPrograms = options.assumePrograms === true;
  return simulatedTree(survey, { words, role, assumesPrograms });
}

function run(argv: readonly string[]): number {
  const program = parser();
  program.parse(argv, { from: 'user' });
  const options = program.opts<Options>();
  const [root = ''] = program.args;
  if (options.exhaustive) return runExhaustive(root, { options, argv, program });
  refuse(program, ['depth', 'states'], 'is for --exhaustive');
  const seed = wholeNumber('seed', options.seed, seedMax);
  const runs = wholeNumber('runs', options.runs, runsMax);
  const faults = parseFaults(options.faults);
  const simulation = simulate(readTree(root, options), { runs, seed, faults });
  if (options.json) print(simulationJson(simulation, seed));
  else for (const line of simulationText(simulation, seed)) print(line);
  const [first] = simulation.findings;
  if (first !== undefined)
    saveLog(options.log, { seed: first.scenario.seed, argv, records: first.records });
  return first === undefined ? exitCode.nothingFound : exitCode.found;
}

/** Options that the other way of simulating has no use for. */
function refuse(program: Command, options: readonly string[], why: string): void {
  const given = options.find((option) => program.getOptionValueSource(option) === 'cli');
  if (given !== undefined) throw new UsageError(`--${given} ${why}`);
}

interface Asked {
  readonly options: Options;
  readonly argv: readonly string[];
  readonly program: Command;
}

function runExhaustive(root: string, { options, argv, program }: Asked): number {
  refuse(program, ['runs', 'seed', 'faults'], 'is for random boots, not for --exhaustive');
  const depth = wholeNumber('depth', options.depth ?? String(depthMax), depthMax);
  const states = wholeNumber('states', options.states, statesMax);
  if (options.role === 'machine')
    throw new UsageError('--exhaustive: the end of a machine is not explored: use another --role');
  const tree = reachedFrom(readTree(root, options));
  if (tree.tree.size === 0)
    throw new UsageError(
      `--exhaustive: there is no service ${tree.words.join(', ') || 'default'} below ${root}`,
    );
  if (tree.tree.size > servicesMax)
    throw new UsageError(
      `--exhaustive: ${String(tree.tree.size)} services are too many: up to 4 are usually seen to the end, and up to ${String(servicesMax)} are taken; choose a part with --start`,
    );
  const exploration: Exploration = explore(tree, { depthMax: depth, statesMax: states });
  if (options.json) print(explorationJson(exploration));
  else for (const line of explorationText(exploration)) print(line);
  if (exploration.finding === undefined) return exitCode.nothingFound;
  saveLog(options.log, { seed: 0, argv, records: exploration.records });
  return exitCode.found;
}

interface FoundLog {
  readonly seed: number;
  readonly argv: readonly string[];
  readonly records: readonly LogRecord[];
}

function saveLog(path: string | undefined, log: FoundLog): void {
  if (path === undefined) return;
  try {
    writeLog(path, { ...log, program: version });
  } catch (error) {
    throw new UsageError(`--log: unable to write ${path}: ${systemErrorOf(error).code}`);
  }
}

function main(argv: readonly string[]): number {
  try {
    return run(argv);
  } catch (error) {
    if (error instanceof CommanderError)
      return error.exitCode === 0 ? exitCode.nothingFound : exitCode.usage;
    if (!(error instanceof UsageError)) throw error;
    complain('minit-sim', error.message);
    return exitCode.usage;
  }
}

process.exitCode = main(process.argv.slice(2));
