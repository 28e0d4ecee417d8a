/**
 * One picture of `minit-diagram`: what it is given, and what it gives.
 *
 * @module
 */
import { openLog, type LogNote, type OpenedLog } from '../../adapters/event-log/reader';
import { type Damage } from '../../adapters/fold-log';
import { outputProblem } from '../../adapters/log-output';
import { parseInstant, type Instant } from '../../adapters/log-instant';
import type { Format } from '../../diagrams/formats';
import type { LayOut } from '../../diagrams/svg';

export const exitCode = { done: 0, failed: 1, usage: 2, damaged: 3 } as const;

export interface DiagramRequest {
  /** The argument behind the name of the picture: ROOT, or LOG. */
  readonly path: string | undefined;
  readonly log: string | undefined;
  readonly at: string | undefined;
  /** The file that the picture is written to; standard output where there is none. */
  readonly output: string | undefined;
  readonly service: string | undefined;
  readonly format: Format;
  readonly layOut: LayOut;
}

export interface Failure {
  readonly failure: string;
  readonly code: number;
}

export interface Picture {
  readonly text: string;
  /** What of the log could not be read; the picture shows everything before it. */
  readonly damage?: readonly Damage[];
  /** What it lacks beside that. */
  readonly notes?: readonly LogNote[];
}

export type Drawn = Picture | Failure;

export type DiagramView = (request: DiagramRequest) => Drawn;

export const usage = (failure: string): Failure => ({ failure, code: exitCode.usage });
export const failed = (failure: string): Failure => ({ failure, code: exitCode.failed });

export interface ShownLog {
  readonly log: OpenedLog;
  readonly until: Instant;
}

/** Opens the log that was named, as LOG or by `--log`, and understands `--at`. */
export function openShown({ path, log: named, at, output }: DiagramRequest): ShownLog | Failure {
  if (path !== undefined && named !== undefined) return usage('the log is named twice');
  const log = openLog(path ?? named ?? '');
  if ('code' in log) return failed(log.text);
  const problem = output === undefined ? undefined : outputProblem(output, log);
  if (problem !== undefined) return failed(problem);
  const until = parseInstant(at, log.header);
  return typeof until === 'string' ? usage(until) : { log, until };
}

/** Returns what of the request belongs to other pictures; nothing where all is right. */
export function misplaced(
  request: DiagramRequest,
  options: readonly ('log' | 'at' | 'service')[],
): Failure | undefined {
  const wrong = options.find((name) => request[name] !== undefined);
  if (wrong === undefined) return undefined;
  const places = { log: 'deps, chart and sequence', at: 'a log', service: 'chart and sequence' };
  return usage(`--${wrong} goes with ${places[wrong]}`);
}
