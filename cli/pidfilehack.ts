/**
 * `pidfilehack`: the `run` of a service whose daemon puts itself into the background.
 *
 * @module
 */
import { Command, CommanderError } from 'commander';
import { exitCode, hack, rootAbove } from '../adapters/pidfilehack';
import { commandOutput, complain, named, parseRoot, rootDefault, version } from './program';

function main(argv: readonly string[]): void {
  const program = new Command('pidfilehack')
    .usage('[--root DIR] SERVICE PIDFILE COMMAND [ARG...]')
    .description(
      'Starts a daemon that backgrounds itself, and tells minit the PID in its PID file.',
    )
    .argument('<SERVICE>', 'the service whose run this is')
    .argument('<PIDFILE>', 'is removed first; the daemon writes its PID there')
    .argument('<COMMAND>', 'path of the program')
    .argument('[ARG...]', 'its arguments')
    .option('--root <dir>', 'the service directories', parseRoot)
    .helpOption('--help', 'show this')
    .version(version, '--version', 'show the version')
    .passThroughOptions()
    .addHelpText(
      'after',
      '\nExit status: 0 minit knows the PID; 100 wrong arguments or no such service; 111 no PID, or no\n' +
        'minit; 126, 127 COMMAND cannot be executed; otherwise that of COMMAND.',
    )
    .configureOutput(commandOutput('pidfilehack'))
    .exitOverride();
  try {
    program.parse(argv, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    process.exitCode = error.exitCode === 0 ? 0 : exitCode.wrong;
    return;
  }
  const [service = '', pidFile = '', command = '', ...rest] = program.args;
  const isRootSet = named(process.env['MINIT_ROOT']) !== undefined;
  const { root = (isRootSet ? undefined : rootAbove(service)) ?? rootDefault() } = program.opts<{
    root?: string;
  }>();
  hack({
    root,
    service,
    pidFile,
    argv: [command, ...rest],
    finish(code, text) {
      if (text !== undefined) complain('pidfilehack', text);
      process.exit(code);
    },
  });
}

main(process.argv.slice(2));
