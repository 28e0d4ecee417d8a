/**
 * `minit-diagram`: the state machines that run, and the dependencies of a tree, as pictures.
 *
 * @module
 */
import { writeFileSync } from 'node:fs';
import type { AnyStateMachine } from 'xstate';
import { Argument, Command, CommanderError, Option } from 'commander';
import { systemErrorOf } from '../adapters/system-error';
import { surveyTree } from '../adapters/tree-survey';
import { dependencyGraphOf } from '../diagrams/dependency-graph';
import { chartAs, dependenciesAs, formatOfFile, formats, type Format } from '../diagrams/formats';
import { loadGraphviz } from '../diagrams/graphviz';
import { chartOf } from '../diagrams/statechart';
import type { LayOut } from '../diagrams/svg';
import { describeErrorCode } from '../machines/describe-failure';
import { initMachine } from '../machines/init';
import { serviceMachine } from '../machines/service';
import { version } from './program';

const exitCode = { done: 0, failed: 1, usage: 2 } as const;

/** What the program needs of the world. */
export interface DiagramWorld {
  readonly out: (text: string) => unknown;
  readonly error: (text: string) => unknown;
  readonly loadLayOut: () => Promise<LayOut>;
}

interface Options {
  readonly format?: Format;
  readonly output?: string;
}

type Result = { readonly text: string } | { readonly failure: string; readonly code: number };

function parser({ out, error }: DiagramWorld): Command {
  return new Command('minit-diagram')
    .description(
      'Draws the state machine of a service or of minit itself, or the dependencies of a tree.',
    )
    .addArgument(new Argument('<what>', 'what to draw').choices(['service', 'init', 'deps']))
    .argument('[root]', 'the service directories, for deps')
    .addOption(
      new Option('--format <format>', 'default: as the output file ends, or mermaid').choices(
        formats,
      ),
    )
    .option('--output <file>', 'write there instead of to standard output')
    .helpOption('--help', 'show this')
    .version(version, '--version', 'show the version')
    .addHelpText('after', '\nExit status: 0 done, 1 failed, 2 usage.')
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
  const [what = '', root] = program.args;
  const { format: asked, output } = program.opts<Options>();
  const format = asked ?? (output === undefined ? undefined : formatOfFile(output)) ?? 'mermaid';
  // Only a picture needs Graphviz, and it is the one thing here that takes time to load.
  const layOut = format === 'svg' ? await world.loadLayOut() : () => '';
  const result =
    what === 'deps'
      ? drawDependencies(root, format, layOut)
      : drawMachine(what, root, (machine) => chartAs(chartOf(machine), format, layOut));
  const failure = 'failure' in result ? result : write(result.text, output, world);
  if (failure === undefined) return exitCode.done;
  world.error(`minit-diagram: fatal: ${failure.failure}\n`);
  return failure.code;
}

function drawMachine(
  what: string,
  root: string | undefined,
  draw: (machine: AnyStateMachine) => string,
): Result {
  if (root !== undefined) return { failure: `${what} takes no ROOT`, code: exitCode.usage };
  return { text: draw(what === 'init' ? initMachine : serviceMachine) };
}

function drawDependencies(root: string | undefined, format: Format, layOut: LayOut): Result {
  if (root === undefined) return { failure: 'deps needs a ROOT', code: exitCode.usage };
  if (format === 'scxml')
    return {
      failure: 'dependencies are no state machine: scxml is for service and init',
      code: exitCode.usage,
    };
  const survey = surveyTree(root);
  if (survey.error !== undefined) {
    const { code } = survey.error;
    return {
      failure: `unable to read ${JSON.stringify(root)}: ${describeErrorCode(code)} (${code})`,
      code: exitCode.failed,
    };
  }
  return { text: dependenciesAs(dependencyGraphOf(survey), format, layOut) };
}

function write(
  text: string,
  output: string | undefined,
  { out }: DiagramWorld,
): Extract<Result, { failure: string }> | undefined {
  if (output === undefined) {
    out(text);
    return undefined;
  }
  try {
    writeFileSync(output, text);
    return undefined;
  } catch (error) {
    const { code } = systemErrorOf(error);
    return {
      failure: `unable to write ${JSON.stringify(output)}: ${describeErrorCode(code)} (${code})`,
      code: exitCode.failed,
    };
  }
}

if (require.main === module) {
  const world: DiagramWorld = {
    out: (text) => process.stdout.write(text),
    error: (text) => process.stderr.write(text),
    loadLayOut: loadGraphviz,
  };
  void minitDiagram(process.argv.slice(2), world).then((code) => {
    process.exitCode = code;
  });
}
