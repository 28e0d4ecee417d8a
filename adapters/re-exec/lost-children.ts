/**
 * A program that is ended while it starts a process may leave a child whose PID nobody has written down:
 * libc tells it only after the exec. Started once more, the service would run twice. So such children are
 * looked for in /proc, by what only a child of ours can be: it leads its own session, it is younger than
 * the wish for it, and it has the service's working directory or command line.
 *
 * @module
 */
import { readFileSync, readdirSync, readlinkSync } from 'node:fs';
import type { SpawnProcessParams } from '../../machines/effects';

/** A start that was asked for at `at` (CLOCK_BOOTTIME, µs), and whose outcome nobody knows. */
export interface LostStart {
  readonly params: SpawnProcessParams;
  readonly at: number;
}

interface Child {
  readonly pid: number;
  readonly startedAt: number;
  readonly commandLine: readonly string[];
  readonly workingDirectory: string;
}

/** proc_pid_stat(5) counts in these, whatever the kernel's own are. */
const tickUs = 10_000;
/** An exec takes a millisecond; one that hangs is not waited for. */
const execWaitMs = 5;
const execWaitsMax = 100;

/** Returns the PIDs that were found, by service. Without a /proc of our own, none. */
export function findLostChildren(
  starts: readonly LostStart[],
  isKnown: (pid: number) => boolean,
): Map<string, number> {
  const found = new Map<string, number>();
  if (starts.length === 0 || !hasProc()) return found;
  let children = strangers(isKnown);
  const own = commandLineOf(process.pid).join('\0');
  for (let waits = 0; waits < execWaitsMax; waits += 1) {
    // Before its exec a child still has the command line of the program that it was forked from, and in the
    // middle of it none.
    if (!children.some(({ commandLine }) => ['', own].includes(commandLine.join('\0')))) break;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, execWaitMs);
    children = strangers(isKnown);
  }
  for (const isLike of likenesses) {
    for (const { params, at } of starts) {
      const child = children.find(
        (one) => one.startedAt >= at - tickUs && !found.has(params.service) && isLike(one, params),
      );
      if (child === undefined) continue;
      found.set(params.service, child.pid);
      children = children.filter((other) => other !== child);
    }
  }
  return found;
}

type Likeness = (child: Child, params: SpawnProcessParams) => boolean;

const isIn: Likeness = (child, params) => child.workingDirectory === params.workingDirectory;

/** A script has its interpreter before it; an interpreter may itself have one argument. */
const isCalled: Likeness = ({ commandLine }, { path, argv, argvEncoding }) => {
  const [name = '', ...rest] = argv;
  const given = rest.map((argument) => `\0${bytesOf(argument, argvEncoding)}`).join('');
  const text = commandLine.join('\0');
  return text === bytesOf(name) + given || text.endsWith(`\0${bytesOf(path)}${given}`);
};

/** Best first, each for all starts: several services may have one working directory. */
const likenesses: readonly Likeness[] = [
  (child, params) => isIn(child, params) && isCalled(child, params),
  isIn,
  isCalled,
];

/** A character a byte, as command lines are read here. */
const bytesOf = (text: string, encoding: 'utf8' | 'latin1' = 'utf8'): string =>
  Buffer.from(text, encoding).toString('latin1');

function hasProc(): boolean {
  try {
    return readlinkSync('/proc/self') === String(process.pid);
  } catch {
    return false;
  }
}

/** Children of ours that lead a session of their own and that nobody has told of. */
function strangers(isKnown: (pid: number) => boolean): Child[] {
  return readdirSync('/proc').flatMap((name) => {
    const pid = Number(name);
    return Number.isInteger(pid) && !isKnown(pid) ? childOf(pid) : [];
  });
}

function childOf(pid: number): Child[] {
  try {
    const directory = `/proc/${String(pid)}`;
    const stat = readFileSync(`${directory}/stat`, 'latin1');
    // Behind the name, which may hold anything: state, parent, process group, session, …
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [state, parent, session] = [fields[0], Number(fields[1]), Number(fields[3])];
    if (parent !== process.pid || state === 'Z') return [];
    const commandLine = commandLineOf(pid);
    if (session !== pid && commandLine.join('\0') !== commandLineOf(process.pid).join('\0'))
      return [];
    return [
      {
        pid,
        startedAt: Number(fields[19]) * tickUs,
        commandLine,
        workingDirectory: readlinkSync(`${directory}/cwd`),
      },
    ];
  } catch {
    // It has gone meanwhile.
    return [];
  }
}

const commandLineOf = (pid: number): string[] =>
  readFileSync(`/proc/${String(pid)}/cmdline`, 'latin1')
    .split('\0')
    .slice(0, -1);
