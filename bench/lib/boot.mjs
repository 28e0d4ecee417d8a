/**
 * Boots one supervisor with one set of services, alone, and waits for the last of them.
 *
 * @module
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { firstDisorder, withCommands } from './service-set.mjs';
import { launchAlone } from './session.mjs';
import { openStamps } from './stamps.mjs';

const bootTimeoutMs = 240_000;

/**
 * @param {{scratch: string, tools: {alone: string, service: string}, isShared: boolean}} bench
 * @returns a booted supervisor: `ms` from just before its exec to the first instruction of the last service
 */
export async function boot(bench, peer, bareSet) {
  const dir = mkdtempSync(join(bench.scratch, 'home-'));
  const stamps = openStamps(join(dir, 'stamps'));
  const set = withCommands(bareSet, { program: bench.tools.service, stamps: stamps.path });
  const home = { dir: join(dir, 'peer'), set };
  mkdirSync(home.dir);
  const remove = () => rmSync(dir, { recursive: true, force: true, maxRetries: 3 });
  let session;
  try {
    peer.prepare(home);
    session = await launchAlone({
      ...peer.command(home),
      alone: bench.tools.alone,
      isShared: bench.isShared,
      said: join(dir, 'said'),
    });
    const latest = await stamps.wait('all up', {
      least: set.services.length,
      isEnough: (seen) => seen.size === set.services.length,
      isAlive: session.isAlive,
      timeoutMs: bootTimeoutMs,
    });
    const starts = [...latest.values()].map(({ at }) => at);
    const disorder = firstDisorder(set, new Map([...latest].map(([index, { at }]) => [index, at])));
    if (disorder !== undefined) throw new Error(disorder);
    return {
      peer,
      home,
      session,
      stamps,
      output: join(dir, 'output'),
      ms: Math.max(...starts) - session.at,
      async close() {
        await session.close();
        remove();
      },
    };
  } catch (error) {
    await session?.close();
    remove();
    throw error;
  }
}

/** Wall time of a Node that does nothing, launched in the same way, ms. */
export async function bareNodeMs({ scratch, tools, isShared }) {
  const said = join(scratch, 'said');
  const argv = [process.execPath, '-e', '0'];
  const session = await launchAlone({ alone: tools.alone, isShared, argv, said });
  try {
    return (await session.end()) - session.at;
  } finally {
    await session.close();
  }
}
