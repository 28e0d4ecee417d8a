/**
 * `minit-update`: has the running minit executed anew, with all its services, after another version or
 * another Node was installed in its place.
 *
 * @module
 */
import { Command, CommanderError } from 'commander';
import { openControlClient } from '../adapters/control-client';
import { clientSystem } from '../adapters/client-system';
import { decodeReply, encodeRequest } from '../machines/control-protocol';
import { commandOutput, complain, print, parseRoot, rootDefault, version } from './program';

/** The new program is started once for trial, and then in earnest; a small machine is slow at both. */
const timeoutMs = 60_000;

function main(argv: readonly string[]): number {
  const program = new Command('minit-update')
    .description('Has minit executed anew; the services do not notice.')
    .option('--root <dir>', 'the service directories', parseRoot, rootDefault())
    .helpOption('--help', 'show this')
    .version(version, '--version', 'show the version')
    .configureOutput(commandOutput('minit-update'))
    .exitOverride();
  try {
    program.parse(argv, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 1;
    throw error;
  }
  return update(program.opts<{ root: string }>().root);
}

function update(root: string): number {
  const client = openControlClient({ root, timeoutMs, ...clientSystem });
  if ('code' in client) return fail(client.text);
  const answer = client.ask(encodeRequest({ do: 'update' }));
  client.close();
  if ('code' in answer) return fail(answer.text);
  const reply = decodeReply(answer.reply);
  if (reply === undefined) return fail('this minit cannot be updated while it runs');
  if (!reply.ok) return fail(reply.problem ?? 'refused');
  print(`minit-update: minit ${reply.program ?? ''} runs now`);
  return 0;
}

function fail(text: string): number {
  complain('minit-update', text);
  return 1;
}

process.exitCode = main(process.argv.slice(2));
