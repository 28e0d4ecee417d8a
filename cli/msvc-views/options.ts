/**
 * What the command line of `msvc` says: the flags of the original, and ours.
 *
 * @module
 */
import { Command } from 'commander';
import type { Order } from '../../adapters/service-control';
import { signals } from '../../machines/service-context';
import { commandOutput, parseRoot, rootDefault, version } from '../program';

/** Flags that order something, by their letter. */
export const orders: Readonly<Record<string, Order>> = {
  u: { do: 'start', respawn: true },
  o: { do: 'start', respawn: false },
  d: { do: 'stop' },
  p: { do: 'signal', signal: signals.SIGSTOP },
  c: { do: 'signal', signal: signals.SIGCONT },
  h: { do: 'signal', signal: signals.SIGHUP },
  a: { do: 'signal', signal: signals.SIGALRM },
  i: { do: 'signal', signal: signals.SIGINT },
  t: { do: 'signal', signal: signals.SIGTERM },
  k: { do: 'signal', signal: signals.SIGKILL },
  C: { do: 'clear' },
};

export interface Flags {
  readonly root: string;
  readonly json?: true;
  readonly all?: true;
  readonly P?: string;
  readonly [flag: string]: unknown;
}

/** Returns the parser of the command line. */
export function parser(): Command {
  return new Command('msvc')
    .usage('[flag] SERVICE...')
    .description('Shows services of a running minit, or controls them.')
    .argument('[SERVICE...]', 'names relative to ROOT; ROOT/NAME will do')
    .option('-u', 'up: start, and respawn')
    .option('-o', 'once: start, do not respawn')
    .option('-d', 'down: no respawn, SIGTERM, SIGCONT')
    .option('-p', 'send SIGSTOP (pause)')
    .option('-c', 'send SIGCONT (continue)')
    .option('-h', 'send SIGHUP')
    .option('-a', 'send SIGALRM')
    .option('-i', 'send SIGINT')
    .option('-t', 'send SIGTERM')
    .option('-k', 'send SIGKILL')
    .option('-g', 'print the PID only')
    .option('-P <pid>', 'set the PID')
    .option('-C', 'clear: forget the PID if that process is dead')
    .option('-D', 'list the services started because of SERVICE (-: by no service)')
    .option('-H', 'list the last start requests, newest first')
    .option('--all', 'show every loaded service')
    .option('--why', 'show why each is in its state: the chain of causes to the root')
    .option('--json', 'show one JSON object a line')
    .option('--root <dir>', 'the service directories', parseRoot, rootDefault())
    .helpOption('--help', 'show this')
    .version(version, '--version', 'show the version')
    .addHelpText(
      'after',
      '\nExit status: 0 up, or done; 2 down; 3 finished; 1 error or no such service.',
    )
    .configureOutput(commandOutput('msvc'))
    .exitOverride();
}

const toldAsJson: ReadonlySet<string> = new Set(['show', 'all', 'why']);
const withoutServices: ReadonlySet<string> = new Set(['all', 'H']);

const asTyped = (flag: string): string => (flag.length === 1 ? `-${flag}` : `--${flag}`);

/** Exactly one flag at a time says what to do with the services; returns it, or what is wrong. */
export function chosenAction(
  flags: Flags,
  services: readonly string[],
): { action: string } | { problem: string } {
  const chosen = [...Object.keys(orders), 'g', 'P', 'D', 'H', 'all', 'why'].filter(
    (flag) => flags[flag] !== undefined,
  );
  const [action = 'show'] = chosen;
  if (flags.json && !toldAsJson.has(action)) chosen.unshift('json');
  if (chosen.length > 1)
    return { problem: `${chosen.map(asTyped).join(' and ')} cannot be used together` };
  if (!withoutServices.has(action))
    return services.length === 0 ? { problem: 'no service named' } : { action };
  return services.length > 0 ? { problem: `${asTyped(action)} takes no services` } : { action };
}
