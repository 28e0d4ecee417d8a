/**
 * Transitions, exits and reasons in words: the same on the console, in `msvc` and in a replay. Pure.
 *
 * @module
 */
import { failureText } from './describe-failure';
import { describeEnd } from './describe-process';
import { innerState, stateName, type Service } from './state';
import type { Transition } from './step';

export { describeDuration, describeExit, signalName } from './describe-process';

const listed = (names: readonly string[]): string =>
  names.length > 3
    ? `${names.slice(0, 3).join(', ')} and ${String(names.length - 3)} more`
    : names.join(', ');

/** Why a service is in its state. */
export function reasonOf(service: Service): string {
  const { pid, failure, waitingFor, needs, isRead, want, definition } = service.context;
  switch (stateName(service)) {
    case 'down':
      return 'not started';
    case 'waiting-deps':
      if (!isRead) return 'its directory is being read';
      if (waitingFor.size === 0) return 'needs nothing more';
      return `waiting for ${listed(needs.filter((name) => waitingFor.has(name)))}`;
    case 'starting':
      return innerState(service) === 'reading'
        ? 'its directory is being read'
        : 'its process is being made';
    case 'running':
      if (innerState(service) === 'backgrounded')
        return `${describeEnd(service.context)}; the PID of its daemon is to come`;
      return `pid ${String(pid)}${innerState(service) === 'paused' ? ', paused' : ''}`;
    case 'stopping':
      return `${want === 'down' ? 'asked to stop' : 'stopping, will start again'} (${innerState(service) ?? ''})`;
    case 'respawning':
      return failure === undefined ? describeEnd(service.context) : failureText(failure);
    case 'failed':
      return failure === undefined ? 'failed' : failureText(failure);
    case 'sync-done':
    case 'finished':
      if (failure !== undefined) return failureText(failure);
      if (definition.run === undefined) return 'a bundle: its dependencies were started';
      return describeEnd(service.context) || 'stopped before it ran';
  }
}

/** What a person wants to know of a transition beside the two states. */
export function describeTransition({ before, after }: Transition): string {
  if (stateName(after) === 'waiting-deps' && !after.context.isRead) return 'asked for';
  const detail = reasonOf(after);
  const hasEnded = before?.context.pid !== undefined && after.context.pid === undefined;
  const wasBackgrounded = before !== undefined && innerState(before) === 'backgrounded';
  if (wasBackgrounded && stateName(after) === 'starting' && after.context.failure !== undefined)
    return `${failureText(after.context.failure)}; again`;
  if (hasEnded && stateName(after) === 'starting') return `${describeEnd(after.context)}; again`;
  if (stateName(after) === 'respawning') return `${detail}; again soon`;
  return detail;
}
