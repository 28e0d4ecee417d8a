/**
 * What a client can ask of a running minit, whichever minit it is: ours (minit-control.ts) or the C
 * original (original-control.ts).
 *
 * @module
 */
import type { Condition } from '../machines/condition';
import type { ShutdownGoal } from '../machines/events';
import type { ServiceStatus } from '../machines/status';
import type { ControlError } from './control-client';

export type Result<T> = { readonly value: T } | ControlError;

/** What both minits know of a service; `status` only ours. */
export interface Seen {
  readonly condition: Condition | 'unknown';
  readonly pid: number;
  readonly seconds: number;
  readonly status?: ServiceStatus;
}

/** An order that was refused, with the reason where minit gives one. */
export interface Outcome {
  readonly isDone: boolean;
  readonly problem: string;
}

export type Order =
  | { readonly do: 'start'; readonly respawn: boolean }
  | { readonly do: 'stop' }
  | { readonly do: 'signal'; readonly signal: number }
  | { readonly do: 'set-pid'; readonly pid: number }
  | { readonly do: 'expect-pid' }
  | { readonly do: 'clear' };

export interface ShutdownWish {
  readonly how: ShutdownGoal;
  readonly isOrdered: boolean;
  readonly graceMs?: number;
}

/** A shutdown that has begun. */
export interface ShutdownBegun {
  /** What follows it; `exit`: minit is not a machine's init, and only ends itself. */
  readonly then: ShutdownGoal | 'exit';
  /** Services that have a process. */
  readonly running: number;
}

export interface ServiceControl {
  see(services: readonly string[]): Result<readonly Seen[]>;
  /** Every loaded service. Only ours can tell. */
  seeAll(): Result<readonly ServiceStatus[]>;
  order(service: string, order: Order): Result<Outcome>;
  /** `undefined`: those started by no service. The value is `undefined` for an unknown service. */
  dependents(service: string | undefined): Result<readonly string[] | undefined>;
  history(): Result<readonly string[]>;
  /** Only ours knows how. */
  shutDown(wish: ShutdownWish): Result<ShutdownBegun>;
}
