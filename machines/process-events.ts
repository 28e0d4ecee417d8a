/**
 * What becomes of processes: spawned, not spawned, exited, gone. Tells the services whose they are. Pure.
 *
 * @module
 */
import { describeErrorCode } from './describe-failure';
import type { MinitEvent } from './events';
import { unclaimedExitsMax } from './limits';
import type { UnclaimedExit } from './state';
import { emit, settle, tell, type Step } from './step';

export function spawnFailed(step: Step, event: MinitEvent & { type: 'SpawnFailed' }): void {
  const { service, stage, error, path, hint } = event;
  step.draft.spawning -= 1;
  tell(step, service, {
    type: 'SpawnFailed',
    at: step.at,
    failure: {
      stage,
      error,
      ...(path !== undefined && { path }),
      ...(hint !== undefined && { hint }),
    },
  });
  forgetUnclaimed(step);
}

/** The outcome of a spawn; its process may have ended already. */
export function processSpawned(step: Step, service: string, pid: number): void {
  const { draft, at } = step;
  draft.spawning -= 1;
  const adopted = draft.services.get(service)?.context.pidToAdopt;
  // The PID that was told belongs to another service by now: the spawned process is the one that counts.
  const isTaken = adopted !== undefined && draft.serviceByPid.has(String(adopted));
  if (isTaken) tell(step, service, { type: 'PidSet', at, pid });
  // The kernel has used the PID of an adopted process again, so that one has ended, whenever its watch says so.
  const former = draft.serviceByPid.get(String(pid));
  if (former !== undefined) {
    tell(step, former, { type: 'ProcessExited', at, status: { unknown: true } });
    settle(step);
  }
  tell(step, service, { type: 'ProcessSpawned', at, pid });
  settle(step);
  const early = draft.unclaimed.get(String(pid));
  // Claimed once: while other spawns are under way the kernel may give the PID again.
  draft.unclaimed = draft.unclaimed.delete(String(pid));
  // A service that took another PID over meanwhile does not end with the process that was spawned.
  const isOwn = early !== undefined && mayBeOwn(step, early);
  if (isOwn && draft.services.get(service)?.context.pid === pid) {
    tell(step, service, { type: 'ProcessExited', at, status: early.status });
    settle(step);
    withdrawSignals(step, pid);
  }
  forgetUnclaimed(step);
}

/** An exec may hang for days, and the kernel gives the PID again that an orphan had before this spawn was asked for. */
const mayBeOwn = ({ cause }: Step, { seq }: UnclaimedExit): boolean =>
  cause === undefined || seq === undefined || seq > cause;

/** A service that was asked to stop meanwhile signals its process at once; this one has been reaped already. */
function withdrawSignals({ effects }: Step, pid: number): void {
  const kept = effects.filter(({ type, params }) => type !== 'SendSignal' || params.pid !== pid);
  effects.splice(0, effects.length, ...kept);
}

/** With no spawn under way, an exit that nobody claimed was an orphan's. */
function forgetUnclaimed({ draft }: Step): void {
  if (draft.spawning === 0 && draft.unclaimed.size > 0) draft.unclaimed = draft.unclaimed.clear();
}

/** A child was reaped: a service's, an orphan, or one whose spawn is not known to have worked yet. */
export function processExited(
  step: Step,
  pid: number,
  { status }: MinitEvent & { type: 'ProcessExited' },
): void {
  const { draft, seq, at } = step;
  const service = draft.serviceByPid.get(String(pid));
  if (service !== undefined) tell(step, service, { type: 'ProcessExited', at, status });
  else if (draft.spawning > 0 && draft.unclaimed.size < unclaimedExitsMax)
    draft.unclaimed = draft.unclaimed.set(String(pid), { at, seq, status });
}

/** A watched process that is no child of ours has ended. */
export function processVanished(step: Step, pid: number): void {
  const service = step.draft.serviceByPid.get(String(pid));
  if (service !== undefined)
    tell(step, service, { type: 'ProcessExited', at: step.at, status: { unknown: true } });
}

/** Whoever has ended before it, in the same turn, needs no signal any more: its end is told by itself. */
export function signalFailed(step: Step, event: MinitEvent & { type: 'SignalFailed' }): void {
  const { service, pid, error } = event;
  if (error.code === 'ESRCH' && !step.draft.serviceByPid.has(String(pid))) return;
  emit(step, 'Report', {
    severity: 'warning',
    code: 'signal-failed',
    service,
    text: `cannot signal process ${String(pid)}: ${describeErrorCode(error.code)}`,
  });
}
