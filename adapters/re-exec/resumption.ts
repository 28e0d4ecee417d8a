/**
 * What a program that was executed anew begins with: why, how often, and all that the one before it
 * has left.
 *
 * @module
 */
import type { MinitEvent, ResumeReason } from '../../machines/events';
import { failuresApartUs } from '../../machines/limits';
import type { ResumedLog } from '../event-log/writer-options';
import { emergencyShellName } from '../emergency-shell';
import type { ResumedProcesses } from '../processes';
import type { Legacy } from './journal-reader';
import type { KeptFiles } from './journal';
import { findLostChildren, type LostStart } from './lost-children';
import type { VitalMemory } from './vital-memory';

/** Takes note of this start in the memory; returns how often minit has failed in a row, this time included. */
export function countStart({ page }: VitalMemory, now: number): number {
  const isSoon = now - page.startedAt < failuresApartUs;
  const failuresInARow = (isSoon ? page.failuresInARow : 0) + 1;
  page.noteStart(now, failuresInARow);
  return failuresInARow;
}

/** The first event of the program that goes on. */
export function resumedEvent(
  { page }: VitalMemory,
  reason: ResumeReason,
  program: string,
): MinitEvent & { type: 'SupervisorResumed' } {
  const { count, failuresInARow } = page;
  return { type: 'SupervisorResumed', reason, count, failuresInARow, program };
}

/** The keys under which descriptors are kept. */
export const keptKeys = { log: 'log', control: 'control', pipe: 'pipe:' } as const;

export function resumedLog({ kept, held, base }: Legacy): ResumedLog {
  const files = kept.get(keptKeys.log);
  const [fd] = files?.fds ?? [];
  if (fd === undefined) return { ...held, base };
  const note = files?.note as { readonly path: string; readonly number: number };
  return { ...held, base, segment: { fd, ...note } };
}

export function resumedControl({
  kept,
}: Legacy): { readonly requests: number; readonly replies: number } | undefined {
  const [requests, replies] = kept.get(keptKeys.control)?.fds ?? [];
  return requests === undefined || replies === undefined ? undefined : { requests, replies };
}

export function resumedProcesses(
  { state, outstanding, kept, ended }: Legacy,
  { page }: VitalMemory,
): ResumedProcesses {
  const shell = state.emergencyShell === undefined ? [] : [state.emergencyShell.pid];
  const pids = [...[...state.serviceByPid.keys()].map(Number), ...shell];
  const startedPids = new Map<string, number>();
  const lost: LostStart[] = [];
  for (const { effect, seq, at } of outstanding.list) {
    if (effect.type !== 'SpawnProcess' && effect.type !== 'StartEmergencyShell') continue;
    const service = effect.type === 'SpawnProcess' ? effect.params.service : emergencyShellName;
    const pid = page.pidOf(service, seq);
    if (pid > 0) startedPids.set(service, pid);
    else if (effect.type === 'SpawnProcess') lost.push({ params: effect.params, at });
  }
  const known = new Set([...pids, ...startedPids.values()]);
  for (const [service, pid] of findLostChildren(lost, (pid) => known.has(pid)))
    startedPids.set(service, pid);
  return {
    pids,
    ended,
    cause: state.seq + 1,
    logPipes: new Map([...kept].flatMap(pipeOf)),
    startedPids,
  };
}

function pipeOf([key, { fds }]: readonly [string, KeptFiles]) {
  const [readFd, writeFd] = fds;
  if (!key.startsWith(keptKeys.pipe) || readFd === undefined || writeFd === undefined) return [];
  return [[key.slice(keptKeys.pipe.length), { readFd, writeFd }] as const];
}
