/**
 * What is wrong with one service directory by itself, whatever depends on it. Pure.
 *
 * @module
 */
import { describeErrorCode } from './describe-failure';
import { loggedService } from './names';
import type {
  FileFact,
  ProgramFact,
  ServiceEntry,
  SurveyedService,
  TreeFinding,
} from './tree-facts';

/** Entries that say something about a process, and so nothing without one. */
const entriesOfPrograms: readonly ServiceEntry[] = [
  'params',
  'respawn',
  'log',
  'in',
  'out',
  'nice',
  'root',
];

/** Returns what is wrong with the service itself. Pure. */
export function checkService(service: SurveyedService): TreeFinding[] {
  return [
    ...definitionFindings(service),
    ...missingProgramFindings(service),
    ...programFindings(service),
    ...directoryFindings(service),
    ...fileFindings(service, 'in', service.input),
    ...fileFindings(service, 'out', service.output),
  ];
}

function definitionFindings({ name, definition }: SurveyedService): TreeFinding[] {
  return definition.problems.map(({ severity, code, file, line, text }) => ({
    // A boot goes on without the log; that somebody wanted one and has none is still a mistake.
    severity: code === 'log-without-run' ? 'error' : severity,
    file: `${definition.directory}/${file}`,
    ...(line !== undefined && { line }),
    service: name,
    code,
    text,
  }));
}

function missingProgramFindings({ name, definition, entries }: SurveyedService): TreeFinding[] {
  // That of a log service is told where it is missed: at the service that has the log.
  if (definition.run !== undefined || loggedService(name) !== undefined) return [];
  const useless = entriesOfPrograms.filter((entry) => entries.includes(entry));
  if (useless.length > 0) {
    return [
      {
        severity: 'error',
        file: `${definition.directory}/run`,
        service: name,
        code: 'run-missing',
        text: `there is none, and without it ${listOf(useless)} can do nothing: make it a link to the program, or a script`,
      },
    ];
  }
  if (entries.includes('depends') && definition.depends.length > 0) return [];
  return [
    {
      severity: 'warning',
      file: definition.directory,
      service: name,
      code: 'starts-nothing',
      text: 'the service starts nothing: it has no run, and depends on nothing',
    },
  ];
}

/** `a`, `a and b`, `a, b and c`. */
function listOf(words: readonly string[]): string {
  const last = words.at(-1) ?? '';
  return words.length < 2 ? last : `${words.slice(0, -1).join(', ')} and ${last}`;
}

function programFindings({ name, definition, program }: SurveyedService): TreeFinding[] {
  const problem = program && programProblem(program);
  if (problem === undefined) return [];
  return [{ severity: 'error', file: `${definition.directory}/run`, service: name, ...problem }];
}

type Problem = Pick<TreeFinding, 'code' | 'text' | 'line'>;

function programProblem(program: ProgramFact): Problem | undefined {
  switch (program.kind) {
    case 'usable':
      return undefined;
    case 'dangling':
      return {
        code: 'run-dangling',
        text: `a symbolic link to ${JSON.stringify(program.target)}, which does not exist: install the program, or correct the link`,
      };
    case 'unreachable':
      return {
        code: 'run-unreachable',
        text: `cannot be looked at: ${describeErrorCode(program.error.code)} (${program.error.code})`,
      };
    case 'directory':
      return { code: 'run-is-directory', text: 'a directory, no program' };
    case 'special':
      return { code: 'run-no-file', text: 'no regular file, so that it cannot be executed' };
    case 'not-executable':
      return { code: 'run-not-executable', text: 'not executable: chmod +x' };
    case 'empty':
      return { code: 'run-empty', text: 'an empty file, so that it cannot be executed' };
    case 'no-interpreter-line':
      return {
        code: 'run-without-interpreter',
        line: 1,
        text: 'neither a program nor a script: a script needs a first line such as "#!/bin/sh"',
      };
    case 'bad-interpreter':
      return interpreterProblem(program);
  }
}

const interpreterText = {
  missing: 'does not exist',
  directory: 'is a directory',
  'not-executable': 'is not executable',
} as const;

function interpreterProblem(program: ProgramFact & { readonly kind: 'bad-interpreter' }): Problem {
  const { interpreter, path, problem, of } = program;
  const code = `run-interpreter-${problem}`;
  const owner = of === undefined ? 'its' : `its interpreter ${JSON.stringify(of)}: its`;
  if (path === '') return { code, line: 1, text: `${owner} "#!" line names no interpreter` };
  const hint = path.endsWith('\r')
    ? ' (its lines end in carriage returns: save it with Unix line ends)'
    : '';
  return {
    code,
    // The loader is named somewhere in the middle of a binary.
    ...((interpreter === 'interpreter' || of !== undefined) && { line: 1 }),
    text: `${owner} ${interpreter} ${JSON.stringify(path)} ${interpreterText[problem]}${hint}`,
  };
}

function directoryFindings({ name, definition, workingDirectory }: SurveyedService): TreeFinding[] {
  if (workingDirectory === 'usable' || definition.run === undefined) return [];
  const path = JSON.stringify(definition.workingDirectory);
  return [
    {
      severity: 'error',
      file: `${definition.directory}/root`,
      service: name,
      code: `root-${workingDirectory}`,
      text: `the working directory ${path} ${workingDirectory === 'missing' ? 'does not exist' : 'is no directory'}`,
    },
  ];
}

const fileText: Readonly<Record<Exclude<FileFact, 'usable'>, string>> = {
  dangling: 'a symbolic link to a file that does not exist, so that the program cannot be started',
  directory: 'a directory, so that the program cannot be started: put a file or a FIFO there',
  socket:
    'a socket, which cannot be opened, so that the program cannot be started: put a file or a FIFO there',
};

function fileFindings(
  { name, definition }: SurveyedService,
  entry: 'in' | 'out',
  fact: FileFact,
): TreeFinding[] {
  if (fact === 'usable' || definition.run === undefined) return [];
  return [
    {
      severity: 'error',
      file: `${definition.directory}/${entry}`,
      service: name,
      code: `${entry}-${fact}`,
      text: fileText[fact],
    },
  ];
}
