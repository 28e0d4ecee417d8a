/**
 * `minit`: supervises the services of a tree, as PID 1 or in the foreground.
 *
 * @module
 */
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { statSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { becomeSubreaper, detectRole } from '../adapters/role';
import { createRealPorts } from '../adapters/real-ports';
import { keepAlive } from '../adapters/turns';
import { runLoop } from '../effects/loop';
import { exitNothingToStart } from '../machines/init';
import { graceMsDefault, graceMsMax } from '../machines/limits';
import { complain, print, rootDefault, version } from './program';

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
    throw new InvalidArgumentError(`between 0 and ${String(graceMsMax / 1_000)} seconds`);
  }
  return ms;
}

function parser(): Command {
  return new Command('minit')
    .usage('[options] [SERVICE | -SERVICE]...')
    .description('Starts SERVICEs (or "default") with all they depend on, and supervises them.')
    .argument('[words...]', 'SERVICE: start it; -SERVICE: do not start it as a dependency')
    .option('--root <dir>', 'the service directories (or MINIT_ROOT)', rootDefault())
    .option('--log <dir>', 'the event log (or MINIT_LOG)')
    .option('--grace <seconds>', 'between TERM and KILL at the end', parseGrace, graceMsDefault)
    .option('--quiet', 'problems only, no line for each transition')
    .helpOption('--help', 'show this')
    .version(version, '--version', 'show the version')
    // `-SERVICE` is for us, and a kernel hands its init words of all kinds.
    .allowUnknownOption()
    .configureOutput({ outputError: (text, write) => { write(`minit: fatal: ${text.replace(/^error: /u, '')}`); } })
    .exitOverride();
}

/** `--log`, else MINIT_LOG, else `$XDG_STATE_HOME/minit/<root's name>` for a user, `/run/minit` for root. */
function logDirectory({ log, root }: Options): string {
  const named = log ?? process.env['MINIT_LOG'];
  if (named !== undefined && named !== '') return resolve(named);
  if (process.getuid?.() === 0) return '/run/minit';
  const stateHome = process.env['XDG_STATE_HOME'];
  return join(stateHome !== undefined && stateHome !== '' ? stateHome : join(homedir(), '.local/state'), 'minit', basename(root));
}

/** What keeps a tree from being supervised at all; as PID 1 minit goes on whatever it is. */
function rootProblem(root: string): string | undefined {
  try {
    return statSync(root).isDirectory() ? undefined : 'it is no directory';
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === 'ENOENT' ? 'there is no such directory: make it, or name another with --root' : String(code);
  }
}

function main(argv: readonly string[]): void {
  const program = parser();
  try {
    program.parse(argv, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    process.exitCode = error.exitCode === 0 ? 0 : exitNothingToStart;
    return;
  }
  const options = program.opts<Options>();
  const root = resolve(options.root);
  const role = detectRole();
  const problem = rootProblem(root);
  if (problem !== undefined && role === 'process') {
    complain('minit', `fatal: unable to use "${root}" as ROOT: ${problem}`);
    process.exitCode = exitNothingToStart;
    return;
  }
  if (role === 'process') becomeSubreaper();
  const directory = logDirectory({ ...options, root });
  const ports = createRealPorts({ root, logDirectory: directory, role, isQuiet: options.quiet ?? false, program: version });
  if (role === 'process' && !options.quiet) announce(root, directory);
  keepAlive();
  runLoop(ports, {
    type: 'SupervisorStarted',
    pid: process.pid,
    role,
    root,
    words: program.args,
    graceMs: options.grace,
  });
}

function announce(root: string, directory: string): void {
  print(`minit ${version}: ${root}, PID ${String(process.pid)}; event log in ${directory}`);
  print(`talk to it: msvc --root ${root} --all   stop it: Ctrl-C`);
}

main(process.argv.slice(2));
