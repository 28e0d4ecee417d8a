/**
 * Which changes of state a console tells that is for failures only. What is reported anyhow (a failed
 * start, a failed step) is not told twice. Pure.
 *
 * @module
 */
import type { ExitStatus } from './events';
import { shortLifeUs } from './limits';
import { innerState } from './state';
import type { Transition } from './step';

const isFailure = (exit: ExitStatus): boolean => !('code' in exit && exit.code === 0);

/** A crash loop is told less and less often. */
const isPowerOfTwo = (count: number): boolean => (count & (count - 1)) === 0;

/** Says whether a process ended badly that nobody had asked to end. */
export function isCrash({ before, after }: Transition): boolean {
  const { exit, want, pid, livedUs = 0, restarts, definition } = after.context;
  if (before?.context.pid === undefined || pid !== undefined || exit === undefined) return false;
  if (want === 'down' || definition.mode === 'sync' || !isFailure(exit)) return false;
  if (want !== 'up' || livedUs >= shortLifeUs) return true;
  const isFirst = (before.context.livedUs ?? shortLifeUs) >= shortLifeUs;
  return isFirst || isPowerOfTwo(restarts);
}

/** Says whether it has not ended in time when it was told to: it gets KILL, or not even that has ended it. */
export function isDeaf({ event, after }: Transition): boolean {
  const inner = innerState(after);
  return event.type === 'StopTimerFired' && (inner === 'killing' || inner === 'stuck');
}
