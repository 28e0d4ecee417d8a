/**
 * Transitions, exits and reasons in words: the same on the console, in `msvc` and in a replay. Pure.
 *
 * @module
 */
import { failureText } from './describe-failure';
import type { ExitStatus } from './events';
import { innerState, stateName, type Service } from './state';
import type { Transition } from './step';

const signalNames: Readonly<Record<number, string>> = {
  1: 'SIGHUP',
  2: 'SIGINT',
  3: 'SIGQUIT',
  4: 'SIGILL',
  5: 'SIGTRAP',
  6: 'SIGABRT',
  7: 'SIGBUS',
  8: 'SIGFPE',
  9: 'SIGKILL',
  10: 'SIGUSR1',
  11: 'SIGSEGV',
  12: 'SIGUSR2',
  13: 'SIGPIPE',
  14: 'SIGALRM',
  15: 'SIGTERM',
  18: 'SIGCONT',
  19: 'SIGSTOP',
  24: 'SIGXCPU',
  25: 'SIGXFSZ',
  31: 'SIGSYS',
};

export const signalName = (signal: number): string => signalNames[signal] ?? `signal ${String(signal)}`;

/** `exited 1`, `killed by SIGKILL`, `ended (it was no child of minit)`. */
export function describeExit(status: ExitStatus): string {
  if ('code' in status) return `exited ${String(status.code)}`;
  if ('unknown' in status) return 'ended';
  return `killed by ${signalName(status.signal)}${status.coreDumped ? ' (core dumped)' : ''}`;
}

/** `0.25 s`, `12.3 s`, `3 min 5 s`, `2 h 7 min`. */
export function describeDuration(microseconds: number): string {
  const seconds = microseconds / 1_000_000;
  if (seconds < 10) return `${seconds.toFixed(2)} s`;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const [minutes, hours] = [Math.floor(seconds / 60), Math.floor(seconds / 3600)];
  if (hours < 1) return `${String(minutes)} min ${String(Math.floor(seconds % 60))} s`;
  return `${String(hours)} h ${String(minutes % 60)} min`;
}

/** How the last process ended, and after how long. */
function describeEnd({ context: { exit, livedUs } }: Service): string {
  if (exit === undefined) return '';
  return `${describeExit(exit)} after ${describeDuration(livedUs ?? 0)}`;
}

const listed = (names: readonly string[]): string =>
  names.length > 3 ? `${names.slice(0, 3).join(', ')} and ${String(names.length - 3)} more` : names.join(', ');

/** Why a service is in its state. */
export function reasonOf(service: Service): string {
  const { pid, failure, waitingFor, needs, isRead, want, definition } = service.context;
  switch (stateName(service)) {
    case 'down':
      return 'not started';
    case 'waiting-deps':
      return isRead
        ? `waiting for ${listed(needs.filter((name) => waitingFor.has(name)))}`
        : 'its directory is being read';
    case 'starting':
      return innerState(service) === 'reading' ? 'its directory is being read' : 'its process is being made';
    case 'running':
      return `pid ${String(pid)}${innerState(service) === 'paused' ? ', paused' : ''}`;
    case 'stopping':
      return `${want === 'down' ? 'asked to stop' : 'stopping, will start again'} (${innerState(service) ?? ''})`;
    case 'respawning':
      return failure === undefined ? describeEnd(service) : failureText(failure);
    case 'failed':
      return failure === undefined ? 'failed' : failureText(failure);
    case 'sync-done':
    case 'finished':
      if (failure !== undefined) return failureText(failure);
      if (definition.run === undefined) return 'a bundle: its dependencies were started';
      return describeEnd(service) || 'stopped before it ran';
  }
}

/** What a person wants to know of a transition beside the two states. */
export function describeTransition({ before, after }: Transition): string {
  const detail = reasonOf(after);
  const hasEnded = before?.context.pid !== undefined && after.context.pid === undefined;
  if (hasEnded && stateName(after) === 'starting') return `${describeEnd(after)}; again`;
  if (stateName(after) === 'respawning') return `${detail}; again soon`;
  return detail;
}
