/**
 * What the services say of their own starts: see pause.c.
 *
 * @module
 */
import { closeSync, openSync, readFileSync, statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const stampBytes = 24;
/** Seldom: on few cores who looks is in the way. When it was is what the stamps say. */
const everyMs = 20;

/** The stamps of a file's bytes, in the order of writing; times in ms. */
export function parseStamps(bytes) {
  const stamps = [];
  for (let offset = 0; offset + stampBytes <= bytes.length; offset += stampBytes) {
    stamps.push({
      pid: Number(bytes.readBigUInt64LE(offset)),
      at: Number(bytes.readBigUInt64LE(offset + 8)) / 1e6,
      index: Number(bytes.readBigUInt64LE(offset + 16)),
    });
  }
  return stamps;
}

/** The last stamp of each service, by its index. */
export const latestOf = (stamps) => new Map(stamps.map((stamp) => [stamp.index, stamp]));

/** The file that services write their starts to; emptied. */
export function openStamps(path) {
  closeSync(openSync(path, 'w'));
  const count = () => Math.floor(statSync(path).size / stampBytes);
  return {
    path,
    count,
    read: () => parseStamps(readFileSync(path)),
    /**
     * Waits until `isEnough(latest)`; looks into the file only when it has grown to `least` stamps.
     * `isAlive()` throws when there is nothing to wait for any more.
     */
    async wait(what, { least, isEnough, isAlive, timeoutMs }) {
      const end = performance.now() + timeoutMs;
      let seen = -1;
      for (;;) {
        const there = count();
        if (there >= least && there !== seen) {
          seen = there;
          const latest = latestOf(parseStamps(readFileSync(path)));
          if (isEnough(latest)) return latest;
        }
        isAlive();
        if (performance.now() > end)
          throw new Error(
            `not ${what} within ${String(timeoutMs / 1_000)} s: ${String(there)} starts of ${String(least)}`,
          );
        await sleep(everyMs);
      }
    },
  };
}
