/**
 * What Node runs in place of minit's file when minit is executed anew: it loads that file, and tries again
 * each second where it is missing or broken (an update half done, a file system that has gone for a while).
 * Node itself would end, and with it PID 1. It stands in the arguments, so that it needs no file of its own.
 *
 * @module
 */
import { ownProgram, type RunningProgram } from '../own-program';
import { handoverVersion } from './vital-page';

/** Set when minit's own code has begun: from then on minit guards itself, and errors are its own. */
interface Begun {
  minitHasBegun?: true;
}

/** For the beginning of minit. */
export function noteBeginning(): void {
  (globalThis as Begun).minitHasBegun = true;
}

/** Runs in a Node that has loaded nothing else; as daemontools and s6, 101 says that minit itself has failed. */
const code = `
const { writeSync } = require('node:fs');
const nap = new Int32Array(new SharedArrayBuffer(4));
let said;
for (;;) {
  try {
    require(process.argv[1]);
    break;
  } catch (error) {
    if (globalThis.minitHasBegun) throw error;
    const why = String(error.message).split('\\n')[0];
    const text = 'minit: error: unable to load ' + process.argv[1] + ': ' + why + '; ' +
      (process.pid === 1 ? 'it is tried again each second' : 'its services are left as they are') + '\\n';
    try {
      if (text !== said) writeSync(2, text);
    } catch {
    }
    said = text;
    if (process.pid !== 1) process.exit(101);
    Atomics.wait(nap, 0, 0, 1000);
  }
}
`.trim();

interface Program {
  readonly path: string;
  readonly argv: readonly string[];
}

/** How minit is executed anew, for execve(2); `undefined` if the file that Node is is not found. */
export function nextProgram(running: RunningProgram = process): Program | undefined {
  const { execPath, env, argv } = running;
  const execArgv = [...ownOptions(running), '-e', code, '--'];
  return ownProgram({ execPath, env, argv, execArgv, cwd: () => running.cwd() });
}

const trialOption = '--takes-over=';
/** Exit status of a trial: the program starts, but cannot read what the one that runs would hand to it. */
export const exitOtherVersion = 4;

/** Returns the exit status, if `argv` asks for a trial; all of minit is loaded when it is asked. */
export function trialStatus(argv: readonly string[]): number | undefined {
  const [first = ''] = argv;
  if (!first.startsWith(trialOption)) return undefined;
  return first === `${trialOption}${String(handoverVersion)}` ? 0 : exitOtherVersion;
}

/**
 * What shows whether the next program starts at all, and can take over; it ends at once. A program that does not
 * know the option ignores it, and shows its version.
 */
export function trialProgram(running: RunningProgram = process): Program | undefined {
  const { execPath, env } = running;
  const option = `${trialOption}${String(handoverVersion)}`;
  const argv = [...running.argv.slice(0, 2), option, '--version'];
  return ownProgram({
    execPath,
    env,
    argv,
    execArgv: ownOptions(running),
    cwd: () => running.cwd(),
  });
}

/** Node's options as somebody gave them: this program may have been loaded like the next one. */
function ownOptions({ execArgv }: RunningProgram): readonly string[] {
  const isLoader = (index: number): boolean =>
    (execArgv[index] === '-e' && execArgv[index + 1] === code) || execArgv[index] === code;
  return execArgv.filter((_, index) => !isLoader(index));
}
