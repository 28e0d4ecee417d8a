/**
 * What a look at a whole tree of service directories brings to light, and what is found wrong
 * with it: the vocabulary between the survey (which reads) and the checks (which judge).
 *
 * @module
 */
import type { ServiceDefinition, ServiceName } from './definition';
import type { SystemError } from './events';

/** Entries that make a directory a service; any one of them will do. */
export const serviceEntries = [
  'run',
  'params',
  'depends',
  'respawn',
  'sync',
  'log',
  'in',
  'out',
  'nice',
  'root',
] as const;
export type ServiceEntry = (typeof serviceEntries)[number];

/** What execve(2) would make of a program. */
export type ProgramFact =
  | { readonly kind: 'usable' }
  | { readonly kind: 'dangling'; readonly target: string }
  /** It could not be looked at. */
  | { readonly kind: 'unreachable'; readonly error: SystemError }
  | { readonly kind: 'directory' }
  /** A device, a FIFO or a socket. */
  | { readonly kind: 'special' }
  | { readonly kind: 'not-executable' }
  | { readonly kind: 'empty' }
  /** A text without a `#!` line. */
  | { readonly kind: 'no-interpreter-line' }
  | {
      readonly kind: 'bad-interpreter';
      readonly interpreter: 'interpreter' | 'loader';
      /** Empty: the `#!` line names none. */
      readonly path: string;
      readonly problem: 'missing' | 'directory' | 'not-executable';
      /** The interpreter that needs it; none where the program itself does. */
      readonly of?: string;
    };

export type DirectoryFact = 'usable' | 'missing' | 'not-a-directory';
/** What minit would make of `in` or `out`; `usable`, too, where it does not open it. */
export type FileFact = 'usable' | 'dangling' | 'directory' | 'socket';
export type FifoFact = 'fifo' | 'missing' | 'something-else';

export interface SurveyedService {
  readonly name: ServiceName;
  readonly definition: ServiceDefinition;
  readonly entries: readonly ServiceEntry[];
  /** Of `definition.run`; none without it. */
  readonly program?: ProgramFact;
  readonly workingDirectory: DirectoryFact;
  readonly input: FileFact;
  readonly output: FileFact;
}

export interface TreeSurvey {
  /** As it was typed, without a trailing slash. */
  readonly root: string;
  /** ROOT cannot be listed; then everything else is empty. */
  readonly error?: SystemError;
  readonly services: readonly SurveyedService[];
  /** Directories below ROOT that cannot be listed. */
  readonly failures: readonly { readonly directory: string; readonly error: SystemError }[];
  /** Directories whose names can be no service's; `text` says why. */
  readonly badNames: readonly { readonly directory: string; readonly text: string }[];
  /** Dependencies, and services to start, that could not be read, by name. */
  readonly missing: ReadonlyMap<ServiceName, SystemError>;
  readonly requestFifo: FifoFact;
  readonly replyFifo: FifoFact;
}

export type Severity = 'error' | 'warning' | 'note';

/** One thing to tell about a tree. */
export interface TreeFinding {
  readonly severity: Severity;
  /** Path of the file or directory, beginning with ROOT as it was typed. */
  readonly file: string;
  /** 1-based. */
  readonly line?: number;
  readonly service?: ServiceName;
  /** Stable, for programs. */
  readonly code: string;
  /** For people: lower case, no full stop. */
  readonly text: string;
}
