/**
 * From the last process to the last instruction: sync, swap off, unmount, `/` read-only, sync,
 * reboot(2). Nothing here can be told from the log any more, so that the console tells it.
 *
 * @module
 */
import type { SystemEnd, SystemError } from '../machines/events';
import { endCallMsMax } from '../machines/limits';
import type { EndingCalls } from './ending-calls';
import type { Say } from './ending-progress';
import { errnos } from './errnos';
import { libcError } from './libc/errors';
import { isInMemory, parseMounts, parseSwaps, type Mount } from './mounts';
import { unmountAll } from './unmount-all';

const root = Buffer.from('/');
const attemptsMax = 3;
const attemptDelayMs = 100;
/** A serial line takes 0.1 s for what is on its way to it at 115,200 baud. */
const drainMsMax = 1_000;

const doing: Readonly<Record<SystemEnd, string>> = {
  reboot: 'the machine reboots',
  halt: 'the machine halts',
  'power-off': 'the machine powers off',
};

/** Returns why it did not work; where it did, nobody is there to return to. */
export async function endSystem(
  calls: EndingCalls,
  say: Say,
  how: SystemEnd,
): Promise<SystemError> {
  await syncAll(calls, say);
  const mounts = tableOf(calls, 'self/mounts', parseMounts);
  const swaps = tableOf(calls, 'swaps', parseSwaps);
  if ('code' in mounts) {
    say.warn(`what is mounted is unknown (${mounts.code}), only / is made read-only`);
  }
  // A kernel without swap has no such table.
  if (!('code' in swaps)) for (const path of swaps) await endSwap(calls, say, path);
  if (!('code' in mounts)) await unmountAll(calls, say, mounts);
  await secureRoot(calls, say, 'code' in mounts ? [] : mounts);
  await syncAll(calls, say);
  say.tell(doing[how]);
  await calls.within(drainMsMax, calls.drainConsole());
  return libcError(-calls.endMachine(how));
}

function tableOf<T>(
  calls: EndingCalls,
  name: string,
  parse: (table: Buffer) => T[],
): T[] | SystemError {
  const table = calls.readProc(name);
  return Buffer.isBuffer(table) ? parse(table) : table;
}

async function syncAll(calls: EndingCalls, say: Say): Promise<void> {
  const begunAt = calls.now();
  const result = await calls.within(endCallMsMax, calls.syncDisks());
  if (result === 0) say.did('disks synced', begunAt);
  else say.failed('unable to sync all disks', result);
}

async function endSwap(calls: EndingCalls, say: Say, path: Buffer): Promise<void> {
  const begunAt = calls.now();
  const result = await calls.within(endCallMsMax, calls.swapOff(path));
  if (result === 0) say.did(`swap on ${path.toString()} off`, begunAt);
  else say.failed(`unable to end swap on ${path.toString()}`, result);
}

/** A file that was removed while somebody had it open keeps `/` busy for a moment more. */
async function secureRoot(calls: EndingCalls, say: Say, mounts: readonly Mount[]): Promise<void> {
  const mounted = mounts.findLast(({ path }) => path.equals(root));
  if (mounted?.isReadOnly === true) return;
  const begunAt = calls.now();
  for (let attempt = 1; ; attempt += 1) {
    const result = await calls.within(endCallMsMax, calls.remountReadOnly(root));
    if (result === 0) {
      say.did('/ is read-only', begunAt);
      return;
    }
    if (result !== -errnos.EBUSY || attempt === attemptsMax) {
      const isLost = mounted === undefined || !isInMemory(mounted);
      if (isLost) say.failed('unable to make / read-only, it may need a check', result);
      return;
    }
    await calls.sleep(attemptDelayMs);
  }
}
