/**
 * One way to look at a log with `minit-replay`: its options on the command line, and what it prints.
 *
 * @module
 */
import type { Command } from 'commander';
import type { OpenedLog } from '../../adapters/event-log/reader';
import type { Divergence } from '../../effects/replay';
import type { Damage } from '../../adapters/fold-log';
import type { Instant } from '../../adapters/log-instant';
import { complain } from '../program';

export const exitCode = { same: 0, usage: 1, damaged: 2, diverged: 3 } as const;

/** The options of all views together, as commander gives them. */
export type ViewOptions = Readonly<Record<string, unknown>>;

export interface ViewedLog {
  readonly log: OpenedLog;
  /** The instant of `--at`; the end where there is none. */
  readonly until: Instant;
  /** The path of a second log; {@link View.takesTwo}. */
  readonly other?: string | undefined;
}

export interface View {
  /** The option that asks for it; the view without one is shown where none is asked for. */
  readonly flag?: `--${string}`;
  /** The other options that it heeds; any other would be dropped. */
  readonly takes: readonly `--${string}`[];
  /** Adds its options. */
  readonly declare: (program: Command) => void;
  /** Two logs may be given. */
  readonly takesTwo?: true;
  /** Shows the log; returns the exit status, or a promise of it. */
  readonly show: (viewed: ViewedLog, options: ViewOptions) => number | Promise<number>;
}

/** Tells what is damaged; returns the exit status for a log that was read. */
export function verdict({
  divergence,
  damage,
}: {
  readonly divergence: Divergence | undefined;
  readonly damage: readonly Damage[];
}): number {
  for (const { path, line, reason } of damage)
    complain('minit-replay', `${path}:${String(line)}: damaged: ${reason}`);
  if (damage.length > 0) return exitCode.damaged;
  return divergence === undefined ? exitCode.same : exitCode.diverged;
}
