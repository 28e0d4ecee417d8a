/**
 * `minit`: supervises the services of a tree, as PID 1 or in the foreground.
 *
 * @module
 */
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { statSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, isAbsolute, join, resolve } from 'node:path';
import { take } from 'rxjs';
import { bootTimeUs } from '../adapters/libc/clock';
import { giveConsoleAway } from '../adapters/re-exec/administrator';
import { guardProgram } from '../adapters/re-exec/guard';
import { readJournal, type Legacy } from '../adapters/re-exec/journal-reader';
import { countStart, resumedEvent } from '../adapters/re-exec/resumption';
import {
  findVitalMemory,
  makeVitalMemory,
  type VitalMemory,
} from '../adapters/re-exec/vital-memory';
import { becomeSubreaper, detectRole } from '../adapters/role';
import { createRealPorts, type Survival } from '../adapters/real-ports';
import { tuneV8 } from '../adapters/tune-v8';
import { keepAlive } from '../adapters/turns';
import { systemErrorOf } from '../adapters/system-error';
import { runLoop } from '../effects/loop';
import type { Ports } from '../effects/ports';
import { askAgain, performUnperformed } from '../effects/resume';
import { describeErrorCode } from '../machines/describe-failure';
import { exitNothingToStart } from '../machines/init';
import type { ResumeReason, Role } from '../machines/events';
import { failuresInARowMax, graceMsDefault, graceMsMax } from '../machines/limits';
import { commandOutput, complain, named, rootDefault, version } from './program';

interface Options {
  readonly root: string;
  readonly log?: string;
  readonly grace: number;
  readonly quiet?: true;
}

/** Seconds on the command line, milliseconds inside. */
function parseGrace(text: string): number {
  const ms = Math.round(Number(text) * 1_000);
  if (text.trim() === '' || !(ms >= 0 && ms <= graceMsMax)) {
    throw new InvalidArgumentError(`Give 0 to ${String(graceMsMax / 1_000)} seconds`);
  }
  return ms;
}

function parser(): Command {
  return (
    new Command('minit')
      .usage('[options] [SERVICE | -SERVICE]...')
      .description('Starts SERVICEs (or "default") with all they depend on, and supervises them.')
      .argument('[words...]', 'SERVICE: start it; -SERVICE: do not start it as a dependency')
      .option('--root <dir>', 'the service directories (or MINIT_ROOT)', rootDefault())
      .option('--log <dir>', 'the event log (or MINIT_LOG)')
      // The default is in milliseconds, as inside; what is shown is in seconds, as typed.
      .addOption(
        new Option('--grace <seconds>', 'between TERM and KILL at the end')
          .argParser(parseGrace)
          .default(graceMsDefault, String(graceMsDefault / 1_000)),
      )
      .option('--quiet', 'problems only, no line for each transition')
      .helpOption('--help', 'show this')
      .version(version, '--version', 'show the version')
      // `-SERVICE` is for us, and a kernel hands its init words of all kinds.
      .allowUnknownOption()
      .configureOutput(commandOutput('minit', 'fatal'))
      .exitOverride()
  );
}

/** `--log`, else MINIT_LOG, else `$XDG_STATE_HOME/minit/<root's name>` for a user, `/run/minit` for root. */
function logDirectory({ log, root }: Options): string {
  const wanted = named(log) ?? named(process.env['MINIT_LOG']);
  if (wanted !== undefined) return resolve(wanted);
  if (process.getuid?.() === 0) return '/run/minit';
  return join(stateHome(), 'minit', basename(root));
}

/** The XDG rules say that a relative path counts as none. */
function stateHome(): string {
  const stated = process.env['XDG_STATE_HOME'] ?? '';
  return isAbsolute(stated) ? stated : join(homeDirectory(), '.local/state');
}

/** `/` for who has none: the log is then held in memory, and minit says so. */
function homeDirectory(): string {
  try {
    const home = homedir();
    return isAbsolute(home) ? home : '/';
  } catch {
    // HOME is not set, and nobody has this user ID.
    return '/';
  }
}

/** What keeps a tree from being supervised at all; as PID 1 minit goes on whatever it is. */
function rootProblem(root: string): string | undefined {
  try {
    if (statSync(root).isDirectory()) return undefined;
    return `unable to use "${root}" as ROOT: it is no directory: name another with --root`;
  } catch (error) {
    const { code } = systemErrorOf(error);
    const reason =
      code === 'ENOENT'
        ? 'there is no such directory: make it, or name another with --root'
        : describeErrorCode(code);
    return `unable to use "${root}" as ROOT: ${reason}`;
  }
}

/** Both absolute; a relative one means nothing where the current directory has been removed. */
function findPaths(options: Options): { root: string; logDirectory: string } | { problem: string } {
  try {
    const root = resolve(options.root);
    return { root, logDirectory: logDirectory({ ...options, root }) };
  } catch {
    return {
      problem:
        'the current directory does not exist any more: go to another one, or name ROOT and the log by their full paths',
    };
  }
}

/** Words of all kinds are normal on a kernel's command line only; elsewhere they are slips of the hand. */
function warnOfUnknownOptions(words: readonly string[], { console, clock }: Ports): void {
  for (const word of words.filter((candidate) => candidate.startsWith('--'))) {
    const text = `option ${JSON.stringify(word)} ignored: there is none of that name, see minit --help`;
    console.report({ severity: 'warning', code: 'word-ignored', text }, clock.now());
  }
}

/** What lets this minit be executed anew; where the kernel refuses it, minit goes without, and says so. */
function prepareSurvival(role: Role): Survival | undefined {
  const memory = makeVitalMemory(bootTimeUs());
  if ('code' in memory) {
    complain(
      'minit',
      `warning: no memory that outlives the program (${memory.code}): ${withoutSurvival}`,
    );
    if (role !== 'process') surviveErrors();
    return undefined;
  }
  const guard = guardProgram(memory, (text) => {
    complain('minit', `error: ${text}`);
  });
  if (guard.unguarded !== undefined)
    complain('minit', `warning: a fault in native code would end minit: ${guard.unguarded}`);
  return { memory, guard };
}

const withoutSurvival = 'after a fault of its own minit cannot be executed anew';

/** PID 1 that cannot be executed anew goes on as it can. */
function surviveErrors(): void {
  process.on('uncaughtException', (error) => {
    complain('minit', `error: internal error: ${error.message}; minit goes on as it can`);
  });
}

/** Goes on where the program before was ended. */
function resume(memory: VitalMemory): void {
  const { page } = memory;
  const [signal = 0] = page.signal;
  const inARow = countStart(memory, bootTimeUs(), true);
  const guard = guardProgram(memory, (text) => {
    complain('minit', `error: ${text}`);
  });
  const goOn = (): void => {
    const legacy = readJournal(memory.fd, page);
    if (legacy === undefined) throw new Error('the program before has left nothing to go on from');
    const reason =
      signal !== 0
        ? ({ kind: 'signal', signal } as const)
        : (legacy.reason ?? { kind: 'unknown' as const });
    if (reason.kind === 'update') page.failuresInARow = 0;
    runResumed({ memory, guard, legacy }, reason);
  };
  keepAlive();
  if (inARow <= failuresInARowMax) {
    goOn();
    return;
  }
  complain(
    'minit',
    `error: failed ${String(inARow)} times in a row: the console is given to an administrator; minit goes on when that shell ends`,
  );
  giveConsoleAway(
    (text) => {
      complain('minit', `error: ${text}`);
    },
    () => {
      page.failuresInARow = 0;
      goOn();
    },
  );
}

function runResumed(survival: Survival & { legacy: Legacy }, reason: ResumeReason): void {
  const { legacy, memory } = survival;
  const { root, logDirectory } = legacy.facts;
  const { role } = legacy.state;
  if (role === 'process') becomeSubreaper();
  const program = parser();
  program.parse(process.argv.slice(2), { from: 'user' });
  const ports = createRealPorts({
    root,
    logDirectory,
    role,
    isQuiet: program.opts<Options>().quiet ?? false,
    program: version,
    survival,
  });
  tuneAfterFirstProcess(ports);
  runLoop(ports, resumedEvent(memory, reason, version), legacy.state);
  askAgain(ports, legacy.outstanding.list);
  performUnperformed(ports, legacy.unperformed);
}

/** Nothing that can wait comes before the first service. */
function tuneAfterFirstProcess({ processes }: Ports): void {
  processes.occurrence$.pipe(take(1)).subscribe(tuneV8);
}

function main(argv: readonly string[]): void {
  const earlier = findVitalMemory();
  if (earlier !== undefined) {
    resume(earlier);
    return;
  }
  const program = parser();
  try {
    program.parse(argv, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    process.exitCode = error.exitCode === 0 ? 0 : exitNothingToStart;
    return;
  }
  const options = program.opts<Options>();
  const role = detectRole();
  const paths = findPaths(options);
  const problem = 'problem' in paths ? paths.problem : rootProblem(paths.root);
  if ('problem' in paths || (problem !== undefined && role === 'process')) {
    complain('minit', `fatal: ${String(problem)}`);
    process.exitCode = exitNothingToStart;
    return;
  }
  const { root, logDirectory } = paths;
  if (role === 'process') becomeSubreaper();
  const survival = prepareSurvival(role);
  const ports = createRealPorts({
    ...paths,
    ...(survival && { survival }),
    role,
    isQuiet: options.quiet ?? false,
    program: version,
    greeting: role === 'process' ? greeting(root, logDirectory) : [],
  });
  if (role === 'process') warnOfUnknownOptions(program.args, ports);
  keepAlive();
  tuneAfterFirstProcess(ports);
  runLoop(ports, {
    type: 'SupervisorStarted',
    pid: process.pid,
    role,
    root,
    words: program.args,
    graceMs: options.grace,
  });
}

const greeting = (root: string, log: string): readonly string[] => [
  `minit ${version}: ${root}, PID ${String(process.pid)}; event log in ${log}`,
  `talk to it: msvc --root ${root} --all   stop it: Ctrl-C`,
];

main(process.argv.slice(2));
