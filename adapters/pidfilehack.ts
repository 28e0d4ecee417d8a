/**
 * Starts a daemon that puts itself into the background, waits for its PID file, and tells minit the
 * PID: what `pidfilehack` does once its arguments are read.
 *
 * Whatever goes wrong, minit must see `run` fail, and no copy of the daemon may stay behind that
 * nobody watches: the next attempt would start another one.
 *
 * @module
 */
import { statSync } from 'node:fs';
import { describeErrorCode } from '../machines/describe-failure';
import { describeExit } from '../machines/describe-process';
import type { ExitStatus } from '../machines/events';
import { pidAwaitMsMax } from '../machines/limits';
import { nameProblem, showName } from '../machines/names';
import { signals } from '../machines/service-context';
import { clientSystem } from './client-system';
import { runCommand, type Argv, type Command } from './command';
import { openControlClient, type ControlError } from './control-client';
import { killProcess } from './libc/process';
import { createServiceControl } from './minit-control';
import { removePidFile, watchPidFile, type NoPid, type PidFileWatch } from './pid-file';
import type { Order, Outcome } from './service-control';
import type { SpawnProblem } from './spawn-failure';

/** Beside these: the command's own, or 128 and the signal that ended it or us. */
export const exitCode = {
  told: 0,
  /** It makes no sense to try that again. */
  wrong: 100,
  /** It may work the next time. */
  failed: 111,
  notExecutable: 126,
  notFound: 127,
} as const;
const exitBySignal = 128;

export interface Hack {
  readonly root: string;
  readonly service: string;
  readonly pidFile: string;
  readonly argv: Argv;
  /** How long the PID may take; {@link pidAwaitMsMax} unless a spec has less time. */
  readonly limitMs?: number;
  /** To be called once; `text` is for people. */
  readonly finish: (code: number, text?: string) => void;
}

const passedOn = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT'] as const;
const numbers = { SIGTERM: 15, SIGINT: 2, SIGHUP: 1, SIGQUIT: 3 } as const;
const quote = (text: string): string => JSON.stringify(text);

/**
 * Returns the ROOT that `service` is below, going by our working directory, which minit sets to the
 * service's own: so that a minit with another ROOT needs nothing in `params`.
 */
export function rootAbove(service: string): string | undefined {
  try {
    const here = process.cwd();
    if (!here.endsWith(`/${service}`)) return undefined;
    const root = here.slice(0, -service.length - 1);
    return statSync(`${root}/in`).isFIFO() ? root : undefined;
  } catch {
    return undefined;
  }
}

/** Asks minit one thing; the FIFOs are free again for others when this returns. */
function tell({ root, service }: Hack, order: Order): Outcome | ControlError {
  const client = openControlClient({ root, ...clientSystem });
  if ('code' in client) return client;
  try {
    const answer = createServiceControl(client).order(service, order);
    return 'code' in answer ? answer : answer.value;
  } finally {
    client.close();
  }
}

const isNoService = (service: string, { problem }: Outcome): boolean =>
  problem === 'no such service' || nameProblem(service) !== undefined;

function noServiceText(service: string): string {
  const problem = nameProblem(service);
  return problem === undefined
    ? `${service}: no such service`
    : `${showName(service)} names no service: ${problem}`;
}

/** Does it all; `finish` is called when minit knows the PID, or never will. */
export function hack(options: Hack): void {
  const { service, pidFile, finish } = options;
  if (pidFile === '') {
    finish(exitCode.wrong, 'the PIDFILE has no name');
    return;
  }
  const expected = tell(options, { do: 'expect-pid' });
  if ('code' in expected) {
    finish(exitCode.failed, expected.text);
  } else if (!expected.isDone && isNoService(service, expected)) {
    finish(exitCode.wrong, noServiceText(service));
  } else {
    // Other refusals are for minit to live with: somebody runs this by hand for a service that is down.
    const error = removePidFile(pidFile);
    if (error === undefined) start(options);
    else
      finish(
        exitCode.failed,
        `unable to remove ${quote(pidFile)}: ${describeErrorCode(error.code)}`,
      );
  }
}

interface Running extends Hack {
  readonly command: Command;
  readonly file: PidFileWatch;
}

function start(options: Hack): void {
  const { argv, pidFile, limitMs = pidAwaitMsMax } = options;
  const settled: { isSo: boolean } = { isSo: false };
  const once = (act: (running: Running) => void): void => {
    if (settled.isSo) return;
    settled.isSo = true;
    clearTimeout(timer);
    for (const [name, handler] of handlers) process.off(name, handler);
    act(running);
  };
  const file = watchPidFile(pidFile, (outcome) => {
    once((all) => {
      conclude(all, outcome);
    });
  });
  const command = runCommand({
    argv,
    failed: (problem) => {
      once(({ finish, file: watched }) => {
        watched.stop();
        finish(...cannotExecute(argv[0], problem));
      });
    },
    ended: (status) => {
      if ('code' in status && status.code === 0) return;
      once((all) => {
        commandFailed(all, status);
      });
    },
  });
  const running: Running = { ...options, command, file };
  const timer = setTimeout(() => {
    once((all) => {
      conclude(all, all.file.stop());
    });
  }, limitMs);
  const handlers = passedOn.map((name) => {
    const handler = (): void => {
      once((all) => {
        passOn(all, numbers[name]);
      });
    };
    process.on(name, handler);
    return [name, handler] as const;
  });
}

function cannotExecute(path: string, { error, hint }: SpawnProblem): [number, string] {
  const code = error.code === 'ENOENT' ? exitCode.notFound : exitCode.notExecutable;
  return [code, `unable to execute ${quote(path)}: ${hint ?? describeErrorCode(error.code)}`];
}

/** A parent that fails has no daemon, unless the file says that it has. */
function commandFailed(running: Running, status: ExitStatus): void {
  const outcome = running.file.stop();
  if (outcome.kind === 'pid') {
    conclude(running, outcome);
    return;
  }
  running.command.signal(signals.SIGTERM);
  const code =
    'code' in status ? status.code : 'signal' in status ? exitBySignal + status.signal : 1;
  running.finish(code, `${quote(running.argv[0])} ${describeExit(status)} and left no PID`);
}

/** The time is over one way or the other: a PID, or the reason why there is none. */
function conclude(running: Running, outcome: { kind: 'pid'; pid: number } | NoPid): void {
  if (outcome.kind !== 'pid') {
    fail(running, noPidText(running, outcome));
    return;
  }
  const answer = tell(running, { do: 'set-pid', pid: outcome.pid });
  if ('code' in answer) fail(running, answer.text);
  else if (answer.isDone) running.finish(exitCode.told);
  else {
    const { service } = running;
    fail(running, `minit refuses PID ${String(outcome.pid)} for ${service}: ${answer.problem}`);
  }
}

/** The daemon is where nobody can watch it, if it is at all. */
function fail({ command, finish }: Running, text: string): void {
  command.signal(signals.SIGTERM);
  finish(exitCode.failed, text);
}

function noPidText({ pidFile, limitMs = pidAwaitMsMax }: Hack, outcome: NoPid): string {
  const name = quote(pidFile);
  const time = `${String(limitMs / 1_000)} s`;
  switch (outcome.kind) {
    case 'no-file':
      return `no PID file ${name} within ${time}`;
    case 'empty':
      return `the PID file ${name} is still empty after ${time}`;
    case 'nonsense':
      return `the PID file ${name} holds no PID`;
    case 'dead':
      return `the PID file ${name} names process ${String(outcome.pid)}, which does not exist`;
    case 'unreadable':
      return `unable to read the PID file ${name}: ${describeErrorCode(outcome.error.code)}`;
  }
}

/** minit wants the service down: what there is of it by now is told so. */
function passOn({ command, file, finish }: Running, signal: number): void {
  const outcome = file.stop();
  command.signal(signal);
  if (outcome.kind === 'pid') killProcess(outcome.pid, signal);
  finish(exitBySignal + signal);
}
