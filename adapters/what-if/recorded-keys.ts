/**
 * Names for what minit asks of the world, for what may come of it, and for what processes end of: by these a
 * recorded and an imagined boot are laid side by side.
 *
 * @module
 */
import type { Effect } from '../../machines/effects';
import type { ExitStatus, MinitEvent, TimerId } from '../../machines/events';
import { signals } from '../../machines/service-context';

/** Something that a process can end of. */
export type Trigger = 'begin' | 'drain' | `signal ${number}`;

export const signalTrigger = (signal: number): Trigger => `signal ${String(signal)}` as Trigger;

export interface Touch {
  readonly seq: number;
  readonly at: number;
}

/** Names what an effect asks of the world; `undefined` where nothing can come of it. Timers of replies share a name. */
export function askKey({ type, params }: Effect): string | undefined {
  switch (type) {
    case 'ReadService':
      return `read:${params.service}`;
    case 'SpawnProcess':
      return `spawn:${params.service}`;
    case 'StartTimer':
      return timerKey(params.timer);
    case 'SendSignal':
      return `signal:${String(params.signal)}:${params.service}`;
    case 'ProbeProcess':
    case 'OpenLog':
    case 'OpenControl':
    case 'UpdateSupervisor':
    case 'StartEmergencyShell':
    case 'EndProcesses':
    case 'EndSystem':
      return type;
    case 'WatchProcess':
    case 'CancelTimer':
    case 'CloseLogPipe':
    case 'Reply':
    case 'Report':
    case 'ExitSupervisor':
      return undefined;
  }
}

/** Their numbers are those of requests. */
const timerKey = (timer: TimerId): string =>
  timer.startsWith('reply:') ? 'timer:reply' : `timer:${timer}`;

/** Names what an event may be the outcome of. */
export function answeredKey(event: MinitEvent): string | undefined {
  switch (event.type) {
    case 'ServiceRead':
    case 'ServiceMissing':
      return `read:${event.service}`;
    case 'ProcessSpawned':
    case 'SpawnFailed':
      return `spawn:${event.service}`;
    case 'TimerFired':
      return timerKey(event.timer);
    case 'SignalFailed':
      return `signal:${String(event.signal)}:${event.service}`;
    case 'ProcessProbed':
      return 'ProbeProcess';
    case 'LogOpened':
    case 'LogFailed':
      return 'OpenLog';
    case 'ControlOpened':
    case 'ControlFailed':
      return 'OpenControl';
    case 'SupervisorResumed':
    case 'UpdateFailed':
      return 'UpdateSupervisor';
    case 'EmergencyShellStarted':
    case 'EmergencyShellFailed':
      return 'StartEmergencyShell';
    case 'ProcessesEnded':
      return 'EndProcesses';
    case 'SystemEndFailed':
      return 'EndSystem';
    case 'SupervisorStarted':
    case 'ProcessExited':
    case 'ProcessVanished':
    case 'SignalReceived':
    case 'RequestReceived':
    case 'WallClockStepped':
    case 'MeansMissing':
      return undefined;
  }
}

/** Signals that a process ends of, if it does. */
const endingSignals: readonly number[] = [signals.SIGTERM, signals.SIGINT, 3, signals.SIGKILL];

/** What a process ended of: the signal that it says, or the first that asked it to, or the end of its pipe, or itself. */
export function triggerOf(event: MinitEvent, touches: ReadonlyMap<Trigger, Touch>): Trigger {
  const status: ExitStatus = event.type === 'ProcessExited' ? event.status : { unknown: true };
  const own = 'signal' in status ? signalTrigger(status.signal) : undefined;
  if (own !== undefined && touches.has(own)) return own;
  const sent = endingSignals.map(signalTrigger);
  return [...sent, 'drain' as const].find((trigger) => touches.has(trigger)) ?? 'begin';
}
