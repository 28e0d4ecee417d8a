/**
 * `minit-diagram`: the state machines that run, and the dependencies of a tree, as pictures.
 *
 * @module
 */
import { writeFileSync } from 'node:fs';
import { Argument, Command, CommanderError, Option } from 'commander';
import { noteTexts } from '../adapters/log-notes';
import { systemErrorOf } from '../adapters/system-error';
import { foreignPicture, formatOfFile, formats, type Format } from '../diagrams/formats';
import { loadGraphviz } from '../diagrams/graphviz';
import type { LayOut } from '../diagrams/svg';
import { describeErrorCode } from '../machines/describe-failure';
import { initMachine, serviceMachine } from '../machines/xstate-machines';
import { chartView } from './diagram-views/chart';
import { dependenciesView } from './diagram-views/dependencies';
import { machineView } from './diagram-views/machine';
import { sequenceView } from './diagram-views/sequence';
import {
  exitCode,
  failed,
  type DiagramView,
  type Failure,
  type Picture,
} from './diagram-views/view';
import { version, writeErr, writeOut } from './program';

/** What the program needs of the world. */
export interface DiagramWorld {
  readonly out: (text: string) => unknown;
  readonly error: (text: string) => unknown;
  readonly loadLayOut: () => Promise<LayOut>;
}

interface Options {
  readonly format?: Format;
  readonly output?: string;
  readonly log?: string;
  readonly at?: string;
  readonly service?: string;
}

const views: Readonly<Record<string, DiagramView>> = {
  service: machineView('service', serviceMachine),
  init: machineView('init', initMachine),
  deps: dependenciesView,
  chart: chartView,
  sequence: sequenceView,
};

function parser({ out, error }: DiagramWorld): Command {
  return new Command('minit-diagram')
    .description(
      'Draws the state machine of a service or of minit itself, the dependencies of a tree, and what a log tells.',
    )
    .addArgument(new Argument('<what>', 'what to draw').choices(Object.keys(views)))
    .argument('[path]', 'for deps: ROOT, the service directories; for chart and sequence: LOG')
    .option(
      '--log <log>',
      'an event log, or a directory of them; for deps: coloured by the states that it tells',
    )
    .option(
      '--service <name>',
      'for chart: whose states and transitions are counted; for sequence: only these, separated by commas; * stands for any text',
    )
    .option(
      '--at <instant>',
      'with a log: at SEQ, +SECONDS since the start, or TIME of day; default: at its end',
    )
    .addOption(
      new Option('--format <format>', 'default: as the output file ends, or mermaid').choices(
        formats,
      ),
    )
    .option('--output <file>', 'write there instead of to standard output')
    .helpOption('--help', 'show this')
    .version(version, '--version', 'show the version')
    .addHelpText('after', '\nExit status: 0 done, 1 failed, 2 usage, 3 damaged log.')
    .configureOutput({
      writeOut: out,
      writeErr: error,
      outputError: (text, write) => {
        write(text.replace(/^error: /u, 'minit-diagram: fatal: '));
      },
    })
    .exitOverride();
}

/** Draws what `argv` names, and returns the exit status. */
export async function minitDiagram(argv: readonly string[], world: DiagramWorld): Promise<number> {
  const program = parser(world);
  try {
    program.parse(argv, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError)
      return error.exitCode === 0 ? exitCode.done : exitCode.usage;
    throw error;
  }
  const [what = '', path] = program.args;
  const { format: asked, output, log, at, service } = program.opts<Options>();
  const foreign = asked === undefined && output !== undefined ? foreignPicture(output) : undefined;
  if (foreign !== undefined) {
    world.error(`minit-diagram: fatal: a picture is written as svg, not as ${foreign}\n`);
    return exitCode.usage;
  }
  const format = asked ?? (output === undefined ? undefined : formatOfFile(output)) ?? 'mermaid';
  // Only a picture needs Graphviz, and it is the one thing here that takes time to load.
  const layOut = format === 'svg' ? await world.loadLayOut() : () => '';
  const drawn = views[what]?.({ path, log, at, output, service, format, layOut }) ?? failed(what);
  const failure = 'failure' in drawn ? drawn : write(drawn.text, output, world);
  if (failure !== undefined) {
    world.error(`minit-diagram: fatal: ${failure.failure}\n`);
    return failure.code;
  }
  const { damage = [], notes = [] }: Partial<Picture> = 'text' in drawn ? drawn : {};
  for (const text of noteTexts(notes)) world.error(`minit-diagram: note: ${text}\n`);
  for (const { path: file, line, reason } of damage)
    world.error(`minit-diagram: ${file}:${String(line)}: damaged: ${reason}\n`);
  return damage.length > 0 ? exitCode.damaged : exitCode.done;
}

function write(
  text: string,
  output: string | undefined,
  { out }: DiagramWorld,
): Failure | undefined {
  if (output === undefined) {
    out(text);
    return undefined;
  }
  try {
    writeFileSync(output, text);
    return undefined;
  } catch (error) {
    const { code } = systemErrorOf(error);
    return failed(
      `unable to write ${JSON.stringify(output)}: ${describeErrorCode(code)} (${code})`,
    );
  }
}

if (require.main === module) {
  const world: DiagramWorld = {
    out: writeOut,
    error: writeErr,
    loadLayOut: loadGraphviz,
  };
  void minitDiagram(process.argv.slice(2), world).then((code) => {
    process.exitCode = code;
  });
}
