/**
 * `minit-check`: every problem of a tree of service directories, as compilers tell them.
 *
 * @module
 */
import { Command, CommanderError } from 'commander';
import { surveyTree } from '../adapters/tree-survey';
import { checkTree, countFindings, type FindingCounts } from '../machines/check-tree';
import { showPath } from '../machines/names';
import type { TreeFinding } from '../machines/tree-facts';
import { version, writeErr, writeOut } from './program';

const exitCode = { clean: 0, hasErrors: 1, usage: 2 } as const;

/** Where a program writes; what it writes is whole lines. */
export interface Output {
  readonly out: (text: string) => unknown;
  readonly error: (text: string) => unknown;
}

interface Options {
  readonly json?: true;
  readonly start?: readonly string[];
}

const collect = (name: string, before: readonly string[] = []): readonly string[] => [
  ...before,
  name,
];

function parser({ out, error }: Output): Command {
  return new Command('minit-check')
    .description('Reports every problem of the service directories below ROOT, with file and line.')
    .argument('<root...>', 'the service directories')
    .option('--json', 'show all as one JSON object')
    .option(
      '--start <name>',
      'what minit is started with, instead of "default"; may be repeated',
      collect,
    )
    .helpOption('--help', 'show this')
    .version(version, '--version', 'show the version')
    .addHelpText('after', '\nExit status: 0 no errors, 1 errors, 2 usage.')
    .configureOutput({
      writeOut: out,
      writeErr: error,
      outputError: (text, write) => {
        write(text.replace(/^error: /u, 'minit-check: fatal: '));
      },
    })
    .exitOverride();
}

/** Checks the trees that `argv` names, and returns the exit status. */
export function minitCheck(argv: readonly string[], output: Output): number {
  const program = parser(output);
  try {
    program.parse(argv, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError)
      return error.exitCode === 0 ? exitCode.clean : exitCode.usage;
    throw error;
  }
  const options = program.opts<Options>();
  const surveys = program.args.map((root) => surveyTree(root, options.start));
  const findings = surveys.flatMap((survey) => checkTree(survey, options.start));
  const counts = countFindings(findings);
  const services = surveys.reduce((sum, survey) => sum + survey.services.length, 0);
  output.out(
    options.json ? jsonText(findings, counts, services) : plainText(findings, counts, services),
  );
  return counts.error > 0 ? exitCode.hasErrors : exitCode.clean;
}

function jsonText(
  findings: readonly TreeFinding[],
  { error, warning, note }: FindingCounts,
  services: number,
): string {
  const report = { services, errors: error, warnings: warning, notes: note, findings };
  return `${JSON.stringify(report, undefined, 2)}\n`;
}

function plainText(
  findings: readonly TreeFinding[],
  counts: FindingCounts,
  services: number,
): string {
  const totals = [
    count(counts.error, 'error'),
    count(counts.warning, 'warning'),
    count(counts.note, 'note'),
  ];
  return [
    ...findings.map(findingLine),
    `${totals.join(', ')} in ${count(services, 'service')}`,
    '',
  ].join('\n');
}

function findingLine({ file, line, severity, text }: TreeFinding): string {
  return `${showPath(file)}:${line === undefined ? '' : `${String(line)}:`} ${severity}: ${text}`;
}

const count = (amount: number, noun: string): string =>
  `${String(amount)} ${noun}${amount === 1 ? '' : 's'}`;

if (require.main === module) {
  process.exitCode = minitCheck(process.argv.slice(2), {
    out: writeOut,
    error: writeErr,
  });
}
