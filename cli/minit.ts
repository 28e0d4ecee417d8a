/**
 * `minit`: supervises the services of a tree, as PID 1 or in the foreground.
 *
 * @module
 */
import './remember-signals';
import { statSync } from 'node:fs';
import type * as Os from 'node:os';
import { basename, isAbsolute, join, resolve } from 'node:path';
import { elementAt } from 'rxjs';
import { endDebugger } from '../adapters/early-signals';
import { useChecksums } from '../adapters/event-log/checksum';
import { kernelWords } from '../adapters/kernel-command-line';
import { say } from '../adapters/last-words';
import { bootTimeUs } from '../adapters/libc/clock';
import { zlibChecksums } from '../adapters/libc/crc32';
import { giveBackFreedMemory, trimHeaps } from '../adapters/libc/malloc';
import { giveBackProgramPages } from '../adapters/libc/program-pages';
import { setV8Flags } from '../adapters/libc/v8-flags';
import { guardProgram } from '../adapters/re-exec/guard';
import type { Legacy } from '../adapters/re-exec/journal-reader';
import { resumedEvent } from '../adapters/re-exec/resumption';
import { noteBeginning, trialStatus } from '../adapters/re-exec/retrying-loader';
import { beginSecondLife } from '../adapters/re-exec/second-life';
import { findVitalMemory, makeVitalMemory } from '../adapters/re-exec/vital-memory';
import { rehearseRestart } from '../adapters/rehearsal';
import { detectRole } from '../adapters/role';
import { createRealPorts, type Survival } from '../adapters/real-ports';
import { letV8Optimize, tuneV8 } from '../adapters/tune-v8';
import { keepAlive } from '../adapters/turns';
import { whenQuiet } from '../adapters/when-quiet';
import { systemErrorOf } from '../adapters/system-error';
import { runLoop } from '../effects/loop';
import type { Ports } from '../effects/ports';
import { finish } from '../effects/resume';
import { describeErrorCode } from '../machines/describe-failure';
import { exitNothingToStart } from '../machines/init';
import type { ResumeReason, Role, SystemError } from '../machines/events';
import { verbosityOf } from '../machines/kernel-words';
import { parseCommandLine, type Options } from './minit-options';
import { complain, named, version } from './program';

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
    const home = named(process.env['HOME']) ?? homeOnRecord();
    return isAbsolute(home) ? home : '/';
  } catch {
    // Nobody has this user ID.
    return '/';
  }
}

/** For whoever has no HOME; hardly any start needs it, and `node:os` would stay in memory. */
function homeOnRecord(): string {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- an import would be loaded at once
  const { homedir } = require('node:os') as typeof Os;
  return homedir();
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

/** What lets this minit be executed anew; an error where the kernel refuses it, and minit goes without. */
function prepareSurvival(role: Role): Survival | SystemError {
  const memory = makeVitalMemory(bootTimeUs());
  if (!('code' in memory)) return { memory, guard: guardProgram(memory) };
  // PID 1 goes on as it can.
  if (role !== 'process')
    process.on('uncaughtException', ({ message }) => {
      say(`error: internal error: ${message}; minit goes on as it can`);
    });
  return memory;
}

/** Goes on where the program before this one was ended. */
function goOn(survival: Survival & { readonly legacy: Legacy }, reason: ResumeReason): void {
  const { legacy, memory } = survival;
  const { role } = legacy.state;
  // What an older version called a container would be no machine to this one, but it goes on as what it was.
  const { missing } = detectRole();
  const ports = createRealPorts({ ...legacy.facts, role, missing, program: version, survival });
  tuneAlong(ports);
  runLoop(ports, resumedEvent(memory, reason, version), legacy.state);
  finish(ports, {
    outstanding: legacy.outstanding.list,
    unperformed: legacy.unperformed,
    failuresInARow: memory.page.failuresInARow,
  });
}

/** A boot of thousands, or a long life: more of the same is to be expected. */
const processEventsOfMuch = 2_000;
/** The start of a service takes less, and what else waits for a quiet moment has had it by then. */
const quietMs = 500;

/** What a restart takes is mapped again at once, before somebody waits for one (decision 0029). */
function giveBackMemory(): void {
  trimHeaps();
  giveBackProgramPages();
  rehearseRestart();
}

/** What V8 makes of the program, and what of Node stays in memory, go by what is to be expected (decisions 0018, 0021). */
function tuneAlong({ processes: { occurrence$ } }: Ports): void {
  whenQuiet(occurrence$, quietMs, giveBackMemory);
  occurrence$.pipe(elementAt(processEventsOfMuch, undefined)).subscribe(() => {
    letV8Optimize(setV8Flags);
    whenQuiet(occurrence$, quietMs, giveBackMemory);
  });
}

function begin(argv: readonly string[], kept?: Survival): void {
  const { role, missing } = detectRole();
  const line = parseCommandLine(argv, role);
  if ('exitCode' in line) {
    process.exitCode = line.exitCode;
    return;
  }
  const { options } = line;
  const paths = findPaths(options);
  const problem = 'problem' in paths ? paths.problem : rootProblem(paths.root);
  if ('problem' in paths || (problem !== undefined && role === 'process')) {
    complain('minit', `fatal: ${String(problem)}`);
    process.exitCode = exitNothingToStart;
    return;
  }
  const { root, logDirectory } = paths;
  const survival = kept ?? prepareSurvival(role);
  const words = [...line.words, ...(role === 'machine' ? kernelWords() : [])];
  const ports = createRealPorts({
    ...paths,
    ...('memory' in survival
      ? { survival, missing }
      : { missing: [...missing, ['vital-memory', survival.errno]] }),
    role,
    verbosity: verbosityOf({ role, isQuiet: options.quiet ?? false, words }),
    program: version,
    greeting: role === 'process' ? greeting(root, logDirectory) : [],
  });
  if (role !== 'machine') warnOfUnknownOptions(line.words, ports);
  keepAlive();
  tuneAlong(ports);
  runLoop(ports, {
    type: 'SupervisorStarted',
    pid: process.pid,
    role,
    root,
    words: line.words,
    graceMs: options.grace,
    endsSystem: true,
  });
}

const greeting = (root: string, log: string): readonly string[] => [
  `minit ${version}: ${root}, PID ${String(process.pid)}; event log in ${log}`,
  `talk to it: msvc --root ${root} --all   stop it: Ctrl-C`,
];

function main(argv: readonly string[]): void {
  noteBeginning();
  tuneV8(setV8Flags);
  giveBackFreedMemory();
  useChecksums(zlibChecksums());
  setImmediate(endDebugger);
  process.exitCode = trialStatus(argv);
  if (process.exitCode !== undefined) return;
  const memory = findVitalMemory();
  if (memory === 'foreign')
    say(
      'error: the minit before was of another version: it begins anew, and services may run twice',
    );
  if (memory === undefined || memory === 'foreign') begin(argv);
  else beginSecondLife(memory, { goOn, beginAfresh: (survival) => begin(argv, survival) });
}

main(process.argv.slice(2));
