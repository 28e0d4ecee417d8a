/**
 * One command that a small program runs: with its standard files, its environment and its working
 * directory. It is never reaped, so that its process group can be signalled for as long as the
 * program lives; whoever inherits it reaps it.
 *
 * @module
 */
import type { ExitStatus } from '../machines/events';
import { killProcess } from './libc/process';
import { keepInheritedFdsFromChildren, spawnProcess } from './libc/spawn';
import { captureEnvironment } from './libc/vectors';
import { peekChild } from './libc/wait';
import { explainSpawnFailure, type SpawnProblem } from './spawn-failure';

/** The path of the program, and its arguments. */
export type Argv = readonly [path: string, ...rest: string[]];

export interface CommandOptions {
  readonly argv: Argv;
  readonly failed: (problem: SpawnProblem) => void;
  readonly ended: (status: ExitStatus) => void;
}

export interface Command {
  /** Signals the command and what it has started in its process group, also when it has ended itself. */
  signal(signal: number): void;
}

/** Starts a command; one of `failed` and, in time, `ended` is called in a later turn. */
export function runCommand({ argv, failed, ended }: CommandOptions): Command {
  keepInheritedFdsFromChildren();
  const request = {
    path: argv[0],
    argv,
    argvEncoding: 'utf8' as const,
    envp: captureEnvironment(),
    workingDirectory: '.',
    inputFd: 0,
    outputFd: 1,
    errorFd: 2,
  };
  let pid: number | undefined;
  const pending: number[] = [];
  const look = (): void => {
    const status = pid === undefined ? undefined : peekChild(pid);
    if (status === undefined) return;
    process.off('SIGCHLD', look);
    ended(status);
  };
  const signal = (number: number): void => {
    // It leads a session, and so a process group, of its own.
    if (pid === undefined) pending.push(number);
    else killProcess(-pid, number);
  };
  process.on('SIGCHLD', look);
  spawnProcess(request, (outcome) => {
    if ('errno' in outcome) {
      process.off('SIGCHLD', look);
      failed(explainSpawnFailure(outcome, request));
      return;
    }
    pid = outcome.pid;
    pending.forEach(signal);
    look();
  });
  return { signal };
}
