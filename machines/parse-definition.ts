/**
 * Turns what was found in a service directory into its definition. The rules are those of the
 * original's directories; what is wrong with them is collected as data, never thrown, because
 * a boot goes on with whatever can be used. Pure: the adapter has read the files.
 *
 * @module
 */
import type {
  DefinitionProblem,
  Dependency,
  Program,
  ServiceDefinition,
  ServiceMode,
  ServiceName,
} from './definition';
import { describeErrorCode } from './describe-failure';
import { parseDepends } from './parse-depends';

/** The text of a file, or why there is none. `code`: symbolic errno. */
export type RawText =
  | { readonly kind: 'text'; readonly text: string; readonly encoding?: 'latin1' }
  | { readonly kind: 'too-large'; readonly bytesMax: number }
  | { readonly kind: 'failed'; readonly code: string };

/** `other`: a file, or anything else that exec(3) will make up its mind about. */
export type RawRun =
  { readonly kind: 'symlink'; readonly target: string } | { readonly kind: 'other' };

/** A directory as the adapter found it; what does not exist is `undefined`. */
export interface RawServiceDirectory {
  readonly name: ServiceName;
  /** Absolute. */
  readonly directory: string;
  readonly run?: RawRun | undefined;
  readonly params?: RawText | undefined;
  readonly depends?: RawText | undefined;
  readonly nice?: RawText | undefined;
  /** The text of the link, or `root` itself where it is no link. */
  readonly root?: string | undefined;
  readonly log?: 'with-run' | 'without-run' | 'no-directory' | undefined;
  readonly hasRespawn: boolean;
  readonly hasSync: boolean;
  readonly hasInput: boolean;
  readonly hasOutput: boolean;
}

type Problems = DefinitionProblem[];
type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

/** What a nice value can differ from another one; the kernel cuts there, too (setpriority(2)). */
const niceStepMax = 39;

/** Returns what `raw` defines, with all that is wrong with it. Pure: never throws. */
export function parseDefinition(raw: RawServiceDirectory): ServiceDefinition {
  const { directory } = raw;
  const problems: Problems = [];
  const mode = parseMode(raw, problems);
  const run = parseRun(raw);
  const { params, paramsEncoding } = parseParams(raw.params, problems);
  const depends = parseDependsFile(raw, problems);
  const hasLog = parseLog(raw, problems);
  const nice = parseNice(raw.nice, problems);
  // In the order in which the event log has them; each by itself, since a boot reads a thousand, and a spread takes its time.
  const definition: Partial<Mutable<ServiceDefinition>> = { directory, mode };
  if (run !== undefined) definition.run = run;
  definition.params = params;
  if (paramsEncoding !== undefined) definition.paramsEncoding = paramsEncoding;
  definition.depends = depends;
  if (hasLog !== undefined) definition.hasLog = hasLog;
  if (raw.hasInput) definition.input = `${directory}/in`;
  if (raw.hasOutput) definition.output = `${directory}/out`;
  if (nice !== undefined) definition.nice = nice;
  definition.workingDirectory = raw.root === undefined ? directory : against(directory, raw.root);
  definition.problems = problems;
  return definition as ServiceDefinition;
}

/** `..` is left to the kernel: taking it out of a path that crosses a link would lead elsewhere. */
const against = (directory: string, target: string): string =>
  target.startsWith('/') ? target : `${directory}/${target}`;

function parseMode({ hasRespawn, hasSync }: RawServiceDirectory, problems: Problems): ServiceMode {
  if (hasRespawn && hasSync) {
    problems.push({
      severity: 'error',
      code: 'respawn-and-sync',
      file: 'sync',
      text:
        'there is respawn as well, and what is started again for ever never terminates for its dependents: ' +
        'sync is ignored; remove one of the two',
    });
  }
  return hasRespawn ? 'respawn' : hasSync ? 'sync' : 'oneshot';
}

function parseRun({ directory, run }: RawServiceDirectory): Program | undefined {
  if (run === undefined) return undefined;
  if (run.kind === 'other') return { path: `${directory}/run`, argv0: 'run' };
  return { path: against(directory, run.target), argv0: lastComponent(run.target) ?? 'run' };
}

/** By its place, without a list of all components: a boot asks for a thousand. */
function lastComponent(path: string): string | undefined {
  let end = path.length;
  while (path[end - 1] === '/') end -= 1;
  return end === 0 ? undefined : path.slice(path.lastIndexOf('/', end - 1) + 1, end);
}

function unusable(file: string, raw: Exclude<RawText, { kind: 'text' }>): DefinitionProblem {
  return raw.kind === 'too-large'
    ? {
        severity: 'error',
        code: 'too-large',
        file,
        text: `larger than the ${String(raw.bytesMax)} bytes that are read: shorten it`,
      }
    : {
        severity: 'error',
        code: 'unreadable',
        file,
        text: `cannot be read: ${describeErrorCode(raw.code)} (${raw.code})`,
      };
}

function parseParams(
  raw: RawText | undefined,
  problems: Problems,
): Pick<ServiceDefinition, 'params' | 'paramsEncoding'> {
  if (raw === undefined) return { params: [] };
  if (raw.kind !== 'text') {
    problems.push(unusable('params', raw));
    return { params: [] };
  }
  const params = raw.text.split('\n');
  // The last line may end in a newline or not; neither makes an argument of its own.
  if (params.at(-1) === '') params.pop();
  if (raw.text.includes('\0')) {
    const withNul = params.findIndex((argument) => argument.includes('\0'));
    problems.push({
      severity: 'error',
      code: 'bad-params',
      file: 'params',
      line: withNul + 1,
      text: 'the line holds a NUL byte, which no argument can: write one argument a line, as text',
    });
    return { params: [] };
  }
  const withReturn = raw.text.includes('\r')
    ? params.findIndex((argument) => argument.endsWith('\r'))
    : -1;
  if (withReturn !== -1) {
    problems.push({
      severity: 'warning',
      code: 'bad-params',
      file: 'params',
      line: withReturn + 1,
      text:
        'the line ends in a carriage return (Windows line ends), which is passed on as part of the argument: ' +
        'save the file with Unix line ends',
    });
  }
  return { params, ...(raw.encoding && { paramsEncoding: raw.encoding }) };
}

function parseDependsFile(
  { name, depends }: RawServiceDirectory,
  problems: Problems,
): Dependency[] {
  if (depends === undefined) return [];
  if (depends.kind !== 'text') {
    problems.push(unusable('depends', depends));
    return [];
  }
  const parsed = parseDepends(name, depends.text);
  problems.push(...parsed.problems);
  return parsed.depends;
}

function parseLog({ log }: RawServiceDirectory, problems: Problems): true | undefined {
  if (log === undefined) return undefined;
  if (log === 'with-run') return true;
  problems.push({
    severity: 'warning',
    code: 'log-without-run',
    file: 'log',
    text:
      log === 'without-run'
        ? 'the directory has no run, so that there is nothing to log with: give it one, or remove it'
        : 'no directory, so that there is nothing to log with: make it a service directory, or remove it',
  });
  return undefined;
}

function parseNice(raw: RawText | undefined, problems: Problems): number | undefined {
  if (raw === undefined) return undefined;
  if (raw.kind !== 'text') {
    problems.push({ ...unusable('nice', raw), severity: 'warning' });
    return undefined;
  }
  const text = raw.text.trim();
  if (/^[+-]?\d{1,15}$/u.test(text)) {
    return Math.max(-niceStepMax, Math.min(niceStepMax, Number(text)));
  }
  const shown = JSON.stringify(text.length > 20 ? `${text.slice(0, 19)}…` : text);
  problems.push({
    severity: 'warning',
    code: 'bad-nice',
    file: 'nice',
    text: `${shown} is no integer, so that the nice level stays as it is: write a number from -20 to 19`,
  });
  return undefined;
}
