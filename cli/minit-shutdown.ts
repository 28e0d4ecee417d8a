/**
 * `minit-shutdown`: asks minit to take the services down, and what shall follow. Under the names
 * `reboot`, `halt` and `poweroff` the name says that.
 *
 * It is only a client: everything is decided, done and recorded by minit itself.
 *
 * @module
 */
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { basename } from 'node:path';
import { clientSystem } from '../adapters/client-system';
import { openControlClient } from '../adapters/control-client';
import { createServiceControl } from '../adapters/minit-control';
import type { ShutdownBegun, ShutdownWish } from '../adapters/service-control';
import type { ShutdownGoal } from '../machines/events';
import { graceMsDefault, graceMsMax } from '../machines/limits';
import { commandOutput, complain, print, parseRoot, rootDefault, version } from './program';

const exitFailed = 1;

const goalByFlag: Readonly<Record<string, ShutdownGoal>> = {
  r: 'reboot',
  h: 'halt',
  o: 'power-off',
  s: 'sulogin',
  m: 'services',
};

const goalByName: Readonly<Record<string, ShutdownGoal>> = {
  reboot: 'reboot',
  halt: 'halt',
  poweroff: 'power-off',
};

const whatFollows: Readonly<Record<ShutdownBegun['then'], string>> = {
  reboot: 'the machine reboots',
  halt: 'the machine halts',
  'power-off': 'the machine powers off',
  sulogin: 'there is a shell on the console',
  services: 'nothing more happens',
  exit: 'minit ends, as it is not the init of a machine',
};

interface Flags {
  readonly root: string;
  readonly t?: number;
  readonly n?: true;
  readonly f?: true;
  readonly p?: true;
  readonly [flag: string]: unknown;
}

function parseSeconds(text: string): number {
  const ms = Math.round(Number(text) * 1_000);
  if (text.trim() === '' || !(ms >= 0 && ms <= graceMsMax)) {
    throw new InvalidArgumentError(`Give 0 to ${String(graceMsMax / 1_000)} seconds`);
  }
  return ms;
}

/** `name`: what the program is called by. */
function parser(name: string): Command {
  const program = new Command(name)
    .usage(name in goalByName ? '[options]' : '-r|-h|-o|-s|-m [options]')
    .description('Has minit take the services down, and then end the machine.')
    .option('-r', 'reboot')
    .option('-h', 'halt')
    .option('-o', 'power off')
    .option('-s', 'sulogin: end all processes, then a shell on the console')
    .option('-m', 'only take the services down')
    .option('-n', 'not one by one: all services at once')
    .option(
      '-t <seconds>',
      `between TERM and KILL (as minit was started with, else ${String(graceMsDefault / 1_000)})`,
      parseSeconds,
    )
    .option('--root <dir>', 'the service directories', parseRoot, rootDefault())
    .helpOption('--help', 'show this')
    .version(version, '--version', 'show the version')
    .configureOutput(commandOutput(name))
    .exitOverride();
  if (name in goalByName) {
    program.option('-f', 'hurry: as -n -t 0; the disks are synced all the same');
    program.option('-p', 'power off');
  }
  return program;
}

/** Exactly one flag says what follows, or the name of the program does. */
function wishOf(name: string, flags: Flags): ShutdownWish | { readonly problem: string } {
  const chosen = Object.keys(goalByFlag).filter((flag) => flags[flag] === true);
  if (flags.p === true) chosen.push('p');
  if (chosen.length > 1) return { problem: `-${chosen.join(' and -')} cannot be used together` };
  const [flag] = chosen;
  const how = flag === undefined ? goalByName[name] : (goalByFlag[flag] ?? 'power-off');
  if (how === undefined) return { problem: 'say what shall follow: -r, -h, -o, -s or -m' };
  const graceMs = flags.t ?? (flags.f === true ? 0 : undefined);
  return {
    how,
    isOrdered: flags.n !== true && flags.f !== true,
    ...(graceMs !== undefined && { graceMs }),
  };
}

function run(name: string, flags: Flags): number {
  const fail = (text: string): number => {
    complain(name, text);
    return exitFailed;
  };
  const wish = wishOf(name, flags);
  if ('problem' in wish) return fail(wish.problem);
  const client = openControlClient({ root: flags.root, ...clientSystem });
  if ('code' in client) return fail(client.text);
  try {
    const begun = createServiceControl(client).shutDown(wish);
    if ('code' in begun) return fail(begun.text);
    const { then, running } = begun.value;
    const services = running === 1 ? '1 service is' : `${String(running)} services are`;
    const way = wish.isOrdered ? 'taken down' : 'taken down at once';
    print(`${name}: ${services} ${way}, then ${whatFollows[then]}`);
    return 0;
  } finally {
    client.close();
  }
}

function main(path: string, argv: readonly string[]): number {
  const called = basename(path, '.js');
  const name = Object.hasOwn(goalByName, called) ? called : 'minit-shutdown';
  const program = parser(name);
  if (argv.length === 0 && name === 'minit-shutdown') {
    program.outputHelp();
    return 0;
  }
  try {
    program.parse(argv, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : exitFailed;
    throw error;
  }
  return run(name, program.opts<Flags>());
}

process.exitCode = main(process.argv[1] ?? '', process.argv.slice(2));
