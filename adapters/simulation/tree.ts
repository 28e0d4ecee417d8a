/**
 * A user's tree as a simulation needs it: the definitions that were read, and the programs that could not be
 * started whatever happens.
 *
 * @module
 */
import type { ServiceName } from '../../machines/definition';
import type { Role, SystemError } from '../../machines/events';
import type { ProgramFact, SurveyedService, TreeSurvey } from '../../machines/tree-facts';
import { simulatedError, type Behaviour, type Behaviours } from '../simulated/behaviours';
import { treeFrom, type Tree } from '../simulated/tree';

export interface SimulatedTree {
  readonly root: string;
  readonly tree: Tree;
  /** Services whose program cannot be executed, with what comes of it. */
  readonly broken: Behaviours;
  /** What minit is started with; none: `default`. */
  readonly words: readonly ServiceName[];
  readonly role: Role;
}

export interface SimulatedTreeOptions {
  readonly words: readonly ServiceName[];
  readonly role: Role;
  /** All programs are taken to be there: they may be on another machine. */
  readonly assumesPrograms: boolean;
}

export function simulatedTree(survey: TreeSurvey, options: SimulatedTreeOptions): SimulatedTree {
  const broken: Record<string, readonly Behaviour[]> = {};
  if (!options.assumesPrograms) {
    for (const service of survey.services) {
      const failure = failureOf(service);
      if (failure !== undefined) broken[service.name] = [{ failure }];
    }
  }
  const tree = treeFrom(survey.services.map(({ name, definition }) => [name, definition] as const));
  return { root: survey.root, tree, broken, words: options.words, role: options.role };
}

/** What posix_spawn would say, and where it would fail first. */
function failureOf(service: SurveyedService): Behaviour['failure'] {
  const { workingDirectory, input, output, program } = service;
  const isLasting = true as const;
  if (input !== 'usable') return { ...errorOfFile(input), stage: 'open-in', isLasting };
  if (output !== 'usable') return { ...errorOfFile(output), stage: 'open-out', isLasting };
  if (workingDirectory !== 'usable') {
    const code = workingDirectory === 'missing' ? 'ENOENT' : 'ENOTDIR';
    return { ...simulatedError(code), stage: 'change-directory', isLasting };
  }
  const code = program && errorOf(program);
  return code === undefined ? undefined : { ...simulatedError(code), stage: 'execute', isLasting };
}

const fileErrors = { dangling: 'ENOENT', directory: 'EISDIR', socket: 'ENXIO' } as const;

const errorOfFile = (fact: keyof typeof fileErrors): SystemError =>
  simulatedError(fileErrors[fact]);

function errorOf(program: ProgramFact): 'ENOENT' | 'EACCES' | 'ENOEXEC' | undefined {
  switch (program.kind) {
    case 'usable':
      return undefined;
    case 'unreachable':
      // What may not be looked at by us may be usable by minit.
      return program.error.code === 'EACCES' ? undefined : 'ENOENT';
    case 'dangling':
      return 'ENOENT';
    case 'directory':
    case 'special':
    case 'not-executable':
      return 'EACCES';
    case 'empty':
    case 'no-interpreter-line':
      return 'ENOEXEC';
    case 'bad-interpreter':
      return program.problem === 'missing' ? 'ENOENT' : 'EACCES';
  }
}
