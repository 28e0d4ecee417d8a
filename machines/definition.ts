/**
 * What a service directory says, as data. The adapter that reads directories makes it,
 * the event log carries it whole, so that a replay never needs the tree.
 *
 * @module
 */

/** A service's directory relative to ROOT, with `/` between components. Always valid UTF-8. */
export type ServiceName = string;

/**
 * - `respawn`: started again whenever it exits.
 * - `sync`: dependents wait until it has terminated.
 * - `oneshot`: started once, not waited for.
 */
export type ServiceMode = 'respawn' | 'sync' | 'oneshot';

export interface Dependency {
  readonly name: ServiceName;
  /** 1-based line of `depends`; 0 for the implied dependency on the service's own `log`. */
  readonly line: number;
}

/** Something wrong with one file of a service directory. */
export interface DefinitionProblem {
  readonly severity: 'error' | 'warning';
  readonly code: DefinitionProblemCode;
  /** Relative to the service directory: `depends`, `params`, `run`, … */
  readonly file: string;
  /** 1-based. */
  readonly line?: number;
  /** What is wrong and what to do, for people; no file name in it. */
  readonly text: string;
}

export type DefinitionProblemCode =
  | 'bad-name'
  | 'bad-nice'
  | 'bad-params'
  | 'depends-on-itself'
  | 'log-without-run'
  | 'respawn-and-sync'
  | 'unreadable'
  | 'too-large';

export interface Program {
  /** Absolute path that is executed. */
  readonly path: string;
  readonly argv0: string;
}

/** What is read of a service directory. Optional entries are left out when the directory has none. */
export interface ServiceDefinition {
  /** Absolute path of the service directory. */
  readonly directory: string;
  readonly mode: ServiceMode;
  /** None: the service is only a bundle of dependencies. */
  readonly run?: Program;
  readonly params: readonly string[];
  /** `params` was no valid UTF-8 and was read byte by byte; the adapter encodes it back the same way. */
  readonly paramsEncoding?: 'latin1';
  readonly depends: readonly Dependency[];
  /** There is a `log/` with a `run`: stdout and stderr go into its pipe. */
  readonly hasLog?: true;
  /** Absolute path of `in` / `out`. */
  readonly input?: string;
  readonly output?: string;
  readonly nice?: number;
  /** Absolute path: the target of `root`, or the directory itself. */
  readonly workingDirectory: string;
  readonly problems: readonly DefinitionProblem[];
}
