/**
 * Takes all file systems but `/` out of use, the last one mounted first. What stays busy is at least
 * made read-only, so that its journal is closed and nothing needs a check at the next boot.
 *
 * What is only in memory (/proc, /dev, /run) has nothing to lose, and stays for whoever comes after an
 * end that fails, unless it stands on a disk that is to be unmounted.
 *
 * @module
 */
import { endCallMsMax, unmountMsMax } from '../machines/limits';
import type { EndingCalls } from './ending-calls';
import type { Say } from './ending-progress';
import { errnos } from './errnos';
import { isInMemory, type Mount } from './mounts';

interface Parts {
  readonly calls: EndingCalls;
  readonly say: Say;
  /** When nothing more is tried, CLOCK_BOOTTIME in µs. */
  readonly untilUs: number;
}

/** A mount that is still there, and why. */
interface Left {
  readonly mount: Mount;
  readonly result: number;
}

export async function unmountAll(
  calls: EndingCalls,
  say: Say,
  mounts: readonly Mount[],
): Promise<void> {
  const begunAt = calls.now();
  const parts: Parts = { calls, say, untilUs: begunAt + unmountMsMax * 1_000 };
  const others = toUnmount(mounts).reverse();
  let left = await unmountInPasses(parts, others);
  const inMemory = left.filter(({ mount, result }) => isInMemory(mount) && !hasHung(result));
  if (inMemory.length > 0) {
    // Out of the way, so that what they are mounted on can be unmounted.
    for (const { mount } of inMemory)
      await limited(parts, calls.unmount(mount.path, { isLazy: true }));
    const onDisks = left.filter((each) => !inMemory.includes(each));
    left = await unmountInPasses(
      parts,
      onDisks.filter(({ result }) => !hasHung(result)).map(({ mount }) => mount),
    ).then((again) => [...again, ...onDisks.filter(({ result }) => hasHung(result))]);
  }
  const count = others.length - left.length;
  if (count > 0)
    say.did(`${String(count)} file system${count === 1 ? '' : 's'} unmounted`, begunAt);
  for (const each of left) await secure(parts, each);
}

function toUnmount(mounts: readonly Mount[]): Mount[] {
  const others = mounts.filter(({ path }) => textOf(path) !== '/');
  const disks = others.filter((mount) => !isInMemory(mount)).map(({ path }) => textOf(path));
  const standsOnDisk = (path: string): boolean =>
    disks.some((disk) => path === disk || path.startsWith(`${disk}/`));
  return others.filter((mount) => !isInMemory(mount) || standsOnDisk(textOf(mount.path)));
}

const textOf = (path: Buffer): string => path.toString('latin1');

const hasHung = (result: number): boolean => result === -errnos.ETIMEDOUT;

async function limited({ calls, untilUs }: Parts, call: Promise<number>): Promise<number> {
  const leftMs = Math.ceil((untilUs - calls.now()) / 1_000);
  return calls.within(Math.max(0, Math.min(endCallMsMax, leftMs)), call);
}

/** Again as long as that helps: a mount may hide another, or be in use by one that comes later. */
async function unmountInPasses(parts: Parts, mounts: readonly Mount[]): Promise<Left[]> {
  const hung: Left[] = [];
  let waiting = mounts;
  for (;;) {
    const busy: Left[] = [];
    for (const mount of waiting) {
      const result = await unmountOne(parts, mount);
      // Each attempt would take as long again.
      if (hasHung(result)) hung.push({ mount, result });
      else if (result !== 0) busy.push({ mount, result });
    }
    const isAtEnd = busy.length === 0 || busy.length + hung.length >= waiting.length;
    if (isAtEnd) return [...busy, ...hung];
    waiting = busy.map(({ mount }) => mount);
  }
}

async function unmountOne(parts: Parts, { path }: Mount): Promise<number> {
  const { calls, untilUs } = parts;
  if (calls.now() >= untilUs) return -errnos.ETIMEDOUT;
  const result = await limited(parts, calls.unmount(path, { isLazy: false }));
  // It has gone with another one, or stands on what is not there any more.
  return result === -errnos.EINVAL || result === -errnos.ENOENT ? 0 : result;
}

/** What cannot be unmounted is made read-only. */
async function secure(parts: Parts, { mount, result }: Left): Promise<void> {
  const { calls, say } = parts;
  const name = mount.path.toString();
  say.failed(`unable to unmount ${name}`, result);
  if (mount.isReadOnly) return;
  const remounted = hasHung(result)
    ? result
    : await limited(parts, calls.remountReadOnly(mount.path));
  if (remounted === 0) {
    say.warn(`${name} is read-only now, its data are safe`);
    return;
  }
  say.failed(`unable to make ${name} read-only, it may need a check`, remounted);
}
