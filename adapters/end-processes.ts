/**
 * Ends every process of the machine that is no service: TERM, time, KILL.
 *
 * @module
 */
import type { MinitEvent } from '../machines/events';
import { killWaitMs } from '../machines/limits';
import { signals } from '../machines/service-context';
import type { EndingCalls } from './ending-calls';
import type { Say } from './ending-progress';

type Outcome = (MinitEvent & { type: 'ProcessesEnded' })['by'];

/** The end of the last child comes with no event of its own. */
const lookAgainMs = 10;

/**
 * Returns how far it had to go. Every process of a machine descends from PID 1, so that nobody is left
 * when PID 1 has no child; kill(2) cannot tell, because there are the kernel's own threads.
 */
export async function endProcesses(
  calls: EndingCalls,
  say: Say,
  graceMs: number,
): Promise<Outcome> {
  const begunAt = calls.now();
  calls.killEveryProcess(signals.SIGTERM);
  calls.killEveryProcess(signals.SIGCONT);
  const haveEnded = await waitForEnds(calls, graceMs);
  if (haveEnded) say.did('all other processes ended', begunAt);
  calls.killEveryProcess(signals.SIGKILL);
  if (haveEnded) return 'TERM';
  const areKilled = await waitForEnds(calls, killWaitMs);
  if (areKilled) say.did('other processes ended, some only by SIGKILL', begunAt);
  return areKilled ? 'KILL' : 'left';
}

async function waitForEnds(calls: EndingCalls, limitMs: number): Promise<boolean> {
  const untilUs = calls.now() + limitMs * 1_000;
  while (calls.hasChildren()) {
    if (calls.now() >= untilUs) return false;
    await calls.sleep(lookAgainMs);
  }
  return true;
}
