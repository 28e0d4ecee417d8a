/**
 * Events and effects of the log in one line each, for people. Pure.
 *
 * @module
 */
import { describeExit, signalName } from './describe';
import { describeReason } from './own-program';
import { failureText } from './describe-failure';
import type { Effect } from './effects';
import type { MinitEvent } from './events';
import { assertNever } from './invariant-violation';
import { extensionPrefix } from './requests';

const ordinal = (count: number): string =>
  `${String(count)}${{ 1: 'st', 2: 'nd', 3: 'rd' }[count] ?? 'th'}`;

/** What our own client sends is JSON, behind what the original would take for the name of a service. */
const withoutPrefix = (request: string): string =>
  request.startsWith(extensionPrefix) ? request.slice(extensionPrefix.length) : request;

/** Control characters made visible: requests hold NULs. */
const visible = (text: string): string =>
  text.replace(
    /\p{Cc}/gu,
    (control) => `\\u${control.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

export function describeEvent(event: MinitEvent): string {
  switch (event.type) {
    case 'SupervisorStarted': {
      const words = event.words.length > 0 ? ` ${event.words.join(' ')}` : '';
      return `minit started as PID ${String(event.pid)} (${event.role}) in ${event.root}:${words || ' default'}`;
    }
    case 'SupervisorResumed':
      return `minit executed anew (${describeReason(event.reason)}), for the ${ordinal(event.count)} time`;
    case 'UpdateFailed':
      return `update not possible (${event.error.code})`;
    case 'EmergencyShellStarted':
      return `emergency shell has process ${String(event.pid)}`;
    case 'EmergencyShellFailed':
      return `emergency shell ${event.path} not started (${event.error.code})`;
    case 'ServiceRead':
      return `directory of ${event.service} read`;
    case 'ServiceMissing':
      return `directory of ${event.service} not readable (${event.error.code})`;
    case 'ProcessSpawned':
      return `${event.service} has process ${String(event.pid)}`;
    case 'SpawnFailed':
      return `${event.service}: ${failureText(event)}`;
    case 'ProcessExited':
      return `process ${String(event.pid)} ${describeExit(event.status)}`;
    case 'ProcessVanished':
      return `process ${String(event.pid)} is gone`;
    case 'ProcessProbed':
      return `process ${String(event.pid)} ${event.alive ? 'is alive' : 'does not exist'}`;
    case 'SignalFailed':
      return `${event.service}: ${signalName(event.signal)} not delivered (${event.error.code})`;
    case 'SignalReceived':
      return `minit got ${event.signal}`;
    case 'TimerFired':
      return `timer ${event.timer} fired`;
    case 'RequestReceived':
      return 'request' in event
        ? `request ${visible(withoutPrefix(event.request))}`
        : `request of ${String(event.bytes)} bytes, no text`;
    case 'ControlOpened':
      return 'control opened';
    case 'ControlFailed':
      return `control not opened: ${event.path} (${event.error.code})`;
    case 'LogOpened':
      return `event log opened: ${event.path}`;
    case 'LogFailed':
      return `event log not written: ${event.path} (${event.error.code})`;
    case 'ProcessesEnded':
      return event.by === 'left'
        ? 'some processes are left, even after SIGKILL'
        : `all processes have ended by SIG${event.by}`;
    case 'SystemEndFailed':
      return `${event.how} failed (${event.error.code})`;
    case 'WallClockStepped':
      return `wall clock set to ${event.wallAt}`;
    case 'MeansMissing':
      return `the kernel refuses ${event.means} (${event.error.code})`;
    default:
      return assertNever(event, 'event');
  }
}

/** `SpawnProcess web`, `StartTimer respawn:web 500 ms`, `SendSignal web SIGTERM`. */
export function describeEffect(effect: Effect): string {
  switch (effect.type) {
    case 'ReadService':
    case 'SpawnProcess':
    case 'CloseLogPipe':
      return `${effect.type} ${effect.params.service}`;
    case 'SendSignal':
      return `SendSignal ${effect.params.service} ${signalName(effect.params.signal)}`;
    case 'WatchProcess':
    case 'ProbeProcess':
      return `${effect.type} ${String(effect.params.pid)}`;
    case 'StartTimer':
      return `StartTimer ${effect.params.timer} ${String(effect.params.delayMs)} ms`;
    case 'CancelTimer':
      return `CancelTimer ${effect.params.timer}`;
    case 'Reply':
      return `Reply to ${String(effect.params.request)}: ${visible(effect.params.text.slice(0, 60))}`;
    case 'Report':
      return `Report ${effect.params.severity}: ${effect.params.text}`;
    case 'ExitSupervisor':
      return `ExitSupervisor ${String(effect.params.code)}`;
    case 'EndProcesses':
      return `EndProcesses ${String(effect.params.graceMs)} ms`;
    case 'EndSystem':
      return `EndSystem ${effect.params.how}`;
    case 'OpenLog':
    case 'OpenControl':
    case 'UpdateSupervisor':
    case 'StartEmergencyShell':
      return effect.type;
    default:
      return assertNever(effect, 'effect');
  }
}
