/**
 * What is shown of a service to people and programs. Pure.
 *
 * @module
 */
import { describeExit, reasonOf } from './describe';
import type { ExitStatus } from './events';
import type { Want } from './service-context';
import { innerState, stateName, type Service, type StateName } from './state';

/** One object a service, as `msvc --json` prints it. */
export interface ServiceStatus {
  readonly name: string;
  readonly state: StateName;
  /** The inner state, where there is one: `ready`, `paused`, `draining`, … */
  readonly inner?: string;
  readonly want: Want;
  readonly pid: number | null;
  /** Seconds since the state last changed. */
  readonly since: number;
  /** How the last process ended; null when none has yet. */
  readonly exit: (ExitStatus & { readonly text: string }) | null;
  readonly restarts: number;
  /** Why it is in this state, in words. */
  readonly reason: string;
}

export function statusOf(service: Service, now: number): ServiceStatus {
  const { name, want, pid, changedAt, exit, restarts } = service.context;
  const inner = innerState(service);
  return {
    name,
    state: stateName(service),
    ...(inner !== undefined && { inner }),
    want,
    pid: pid ?? null,
    since: Math.max(0, now - changedAt) / 1_000_000,
    exit: exit === undefined ? null : { ...exit, text: describeExit(exit) },
    restarts,
    reason: reasonOf(service),
  };
}
