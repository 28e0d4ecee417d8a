/**
 * `minit-list`, also installed as `listpids`: the names of all running services, one a line.
 *
 * @module
 */
import { Command, CommanderError } from 'commander';
import { openControlClient } from '../adapters/control-client';
import { clientSystem } from '../adapters/client-system';
import { listServices } from '../adapters/list-services';
import { createServiceControl } from '../adapters/minit-control';
import { commandOutput, complain, print, parseRoot, rootDefault, version } from './program';

function main(argv: readonly string[]): number {
  const program = new Command('minit-list')
    .description('Prints the names of all running services, one a line.')
    .option('--root <dir>', 'the service directories', parseRoot, rootDefault())
    .helpOption('--help', 'show this')
    .version(version, '--version', 'show the version')
    .configureOutput(commandOutput('minit-list'))
    .exitOverride();
  try {
    program.parse(argv, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 1;
    throw error;
  }
  const { root } = program.opts<{ root: string }>();
  const client = openControlClient({ root, ...clientSystem });
  if ('code' in client) return fail(client.text);
  try {
    const running = listServices(createServiceControl(client), root);
    if ('code' in running) return fail(running.text);
    for (const name of running.value) print(name);
    return 0;
  } finally {
    client.close();
  }
}

function fail(text: string): number {
  complain('minit-list', text);
  return 1;
}

process.exitCode = main(process.argv.slice(2));
