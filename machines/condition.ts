/**
 * The three conditions that the original's `msvc` tells apart. Apart from status.ts, so that a
 * client is not loaded with the machines. Pure.
 *
 * @module
 */
import type { StateName } from './state';

export type Condition = 'up' | 'down' | 'finished';

/** Returns the condition of a service in `state`; `pid`: null where it has no process. */
export function conditionOf(state: StateName, pid: number | null): Condition {
  if (pid !== null) return 'up';
  // Its daemon is there, or soon will be; only its PID is not known yet.
  if (state === 'running') return 'up';
  return state === 'finished' || state === 'failed' || state === 'sync-done' ? 'finished' : 'down';
}
