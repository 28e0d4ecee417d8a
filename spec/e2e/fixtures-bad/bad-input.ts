/**
 * What the specs of bad input share: what a user reads, never a stack trace, and a log that replays.
 *
 * @module
 */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  closeSync,
  constants,
  lchownSync,
  openSync,
  readdirSync,
  readFileSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import {
  boot,
  distFolder,
  makeRoot,
  program,
  Supervisor,
  type BootOptions,
  type Files,
  type Finished,
} from '../../support/supervisor';

export const stackTrace = /\n\s+at .*:\d+/u;
export const deadlineMs = 20_000;
export const sleeper = '#!/bin/sh\nexec sleep 1000\n';
/** What every tree has beside its bad service, to see that the rest boots. */
export const rest: Files = { 'good/run': sleeper, 'default/depends': 'bad\ngood\n' };

const isRoot = process.getuid?.() === 0;
/** Nobody has this number, so that nobody else's processes count. */
const otherUser = 61_234;
/** Makes a command run without root's privileges. */
export const unprivileged: readonly string[] = isRoot
  ? ['setpriv', `--reuid=${String(otherUser)}`, `--regid=${String(otherUser)}`, '--clear-groups']
  : [];
const unshare = isRoot
  ? ['unshare', '--mount']
  : ['unshare', '--user', '--map-root-user', '--mount'];

function works(command: readonly string[]): boolean {
  const [file = '', ...args] = command;
  return spawnSync(file, args, { stdio: 'ignore', timeout: deadlineMs }).status === 0;
}

/** `it`, or `it.skip` with the reason in its name where this machine cannot do it. */
const itWhen = (canDo: boolean, reason: string) => (name: string, test: jest.ProvidesCallback) => {
  if (canDo) it(name, test);
  else it.skip(`${name} (skipped: ${reason})`, test);
};
export const itUnprivileged = itWhen(
  works([...unprivileged, process.execPath, join(distFolder, 'minit.js'), '--version']),
  'no other user can be had here',
);
export const itWithMounts = itWhen(
  works([...unshare, 'mount', '-t', 'tmpfs', 'none', '/mnt']),
  'no mounts can be made here',
);

/** Runs minit in a mount namespace of its own, after the shell commands `setup`; `$0` is `path`. */
export const withMounts = (setup: string, path: string): readonly string[] => [
  ...unshare,
  'sh',
  '-c',
  `${setup} && exec "$@"`,
  path,
];

/** Gives all of a tree's folder to the unprivileged user. */
export function giveAway(root: string): void {
  if (!isRoot) return;
  const folder = dirname(root);
  for (const name of ['', ...(readdirSync(folder, { recursive: true }) as string[])]) {
    lchownSync(join(folder, name), otherUser, otherUser);
  }
}

/** Boots `files` as a user without privileges. */
export function bootUnprivileged(files: Files | string, options: BootOptions = {}): Supervisor {
  const root = typeof files === 'string' ? files : makeRoot(files);
  if (typeof files !== 'string') giveAway(root);
  return boot(root, { ...options, wrapper: unprivileged });
}

const begun = new Set<number>();

/** Starts minit with a command line, an environment and stdio of one's own. */
export function bootWith(
  root: string,
  {
    log,
    command,
    env,
    stdio = ['ignore', 'pipe', 'pipe'],
  }: {
    readonly log: string;
    readonly command: readonly string[];
    readonly env?: NodeJS.ProcessEnv;
    readonly stdio?: readonly ('ignore' | 'pipe' | number)[];
  },
): Supervisor {
  const child = spawn(command[0] ?? '', command.slice(1), {
    stdio: [...stdio],
    env: env ?? process.env,
  });
  const { pid } = child;
  if (pid !== undefined) {
    begun.add(pid);
    child.once('close', () => begun.delete(pid));
  }
  return new Supervisor(root, log, child);
}

/** For `afterAll`, beside the harness's own: what {@link bootWith} began and a failed spec left. */
export function endBegun(): void {
  for (const pid of begun) {
    process.kill(pid, 'SIGINT');
    process.kill(pid, 'SIGINT');
  }
}

export const minitCommand = (root: string, ...args: readonly string[]): readonly string[] => [
  process.execPath,
  program('minit'),
  '--root',
  root,
  ...args,
];

/** Lines that minit has printed, with ROOT and LOG for its folders. */
export const lines = ({ output, root, log }: Supervisor): string[] =>
  output.replaceAll(log, 'LOG').replaceAll(root, 'ROOT').split('\n');

/** The lines that begin with `minit: `: all that is no transition. */
export const problems = (minit: Supervisor): string[] =>
  lines(minit).filter((line) => /^minit: (?!boot settled)/u.test(line));

/** Waits until minit has told as many problems, and compares them: they may come later than a state on the other stream. */
export async function tells(minit: Supervisor, expected: readonly string[]): Promise<void> {
  await minit.until(expected.join('\n'), () => problems(minit).length >= expected.length);
  expect(problems(minit)).toEqual(expected);
}

/** Ends minit in order, and replays its log. */
export async function endsWell(minit: Supervisor, { control = true } = {}): Promise<Finished> {
  let finished: Finished;
  if (control) finished = await minit.stopAndReplay();
  else {
    minit.kill('SIGTERM');
    finished = await minit.finished();
    minit.replays();
  }
  expect(minit.output).not.toMatch(stackTrace);
  expect(finished).toEqual({ code: 0, signal: null });
  return finished;
}

export interface Tried {
  readonly code: number | null;
  readonly text: string;
}

/** Runs any command to its end; both streams as one text, which holds no stack trace. */
export function tried(
  command: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): Tried {
  const [file = '', ...args] = command;
  const { status, stdout, stderr, error } = spawnSync(file, args, {
    encoding: 'utf8',
    timeout: deadlineMs,
    ...options,
  });
  if (error !== undefined) throw error;
  const text = stdout + stderr;
  expect(text).not.toMatch(stackTrace);
  return { code: status, text };
}

/** Waits for what nobody announces; looks often, with a deadline. */
export async function eventually(what: string, holds: () => boolean): Promise<void> {
  const deadline = performance.now() + deadlineMs;
  while (!holds()) {
    if (performance.now() > deadline)
      throw new Error(`not within ${String(deadlineMs)} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Writes bytes into a FIFO as a client that reads nothing does. */
export function writeRaw(path: string, bytes: Buffer | string): void {
  const fd = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
  try {
    writeSync(fd, Buffer.from(bytes as string));
  } finally {
    closeSync(fd);
  }
}

/** The processes that are children of `pid`, whichever of its threads made them; zombies included. */
export const childrenOf = (pid: number): string[] =>
  readdirSync(`/proc/${String(pid)}/task`).flatMap((task) =>
    readFileSync(`/proc/${String(pid)}/task/${task}/children`, 'utf8')
      .split(' ')
      .filter((text) => text !== ''),
  );

/** Sets the soft limit of a running minit, as the user that it runs as. */
export function limit(
  pid: number,
  what: 'nproc' | 'nofile',
  value: string,
  as: readonly string[] = [],
): void {
  const command = [...as, 'prlimit', '--pid', String(pid), `--${what}=${value}:`];
  execFileSync(command[0] ?? '', command.slice(1));
}

/** The delays of a service's retry timer, in the order of the log. */
export function retryDelays(log: string, service: string): number[] {
  const delays: number[] = [];
  for (const name of readdirSync(log).sort()) {
    for (const line of readFileSync(join(log, name), 'utf8').split('\n')) {
      if (!line.startsWith('{"seq"')) continue;
      const { effects } = JSON.parse(line) as {
        effects: { type: string; params: { timer?: string; delayMs: number } }[];
      };
      for (const { type, params } of effects) {
        if (type === 'StartTimer' && params.timer === `respawn:${service}`)
          delays.push(params.delayMs);
      }
    }
  }
  return delays;
}
