/**
 * The measures. Each one runs once and gives plain numbers; rounds and medians are run.mjs's.
 *
 * @module
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  activityOf,
  childrenOf,
  lastStart,
  launch,
  makeFlatTree,
  memoryOf,
  now,
  openStamps,
  stopMinit,
  until,
} from './world.mjs';

const node = process.execPath;

/** A tree with all that is needed to boot it. */
export function prepareTree(scratch, { label, programs, floor, count, files }) {
  const root = join(scratch, label);
  makeFlatTree(root, { count, service: floor.service, ...(files && { files }) });
  return {
    root,
    log: join(scratch, `${label}-log`),
    stampsPath: join(scratch, `${label}-stamps`),
    programs,
    floor,
    count,
  };
}

/** The kernel may have dropped what has not been used for a while; disks are not what is measured. */
function warmUp({ root }) {
  for (const entry of readdirSync(root, { withFileTypes: true }))
    if (entry.isDirectory()) readdirSync(join(root, entry.name));
}

/** Launches minit on the tree and waits for the last service; `ms` is from launch to its first instruction. */
async function boot(tree) {
  const { root, log, stampsPath, programs, floor, count } = tree;
  warmUp(tree);
  rmSync(log, { recursive: true, force: true });
  const stamps = floor.stamps ? openStamps(stampsPath) : undefined;
  const minit = launch(node, [programs.minit, '--root', root, '--log', log], {
    env: { BENCH_STAMPS: stampsPath },
  });
  try {
    const ms = (await lastStart(minit, count, stamps)) - minit.at;
    return { minit, stamps, ms };
  } catch (error) {
    await stopMinit(minit);
    throw error;
  }
}

async function floorMs({ stampsPath, floor, count }) {
  const stamps = floor.stamps ? openStamps(stampsPath) : undefined;
  const [command, args] = floor.floor(count);
  const loop = launch(command, args, { env: { BENCH_STAMPS: stampsPath }, stdin: 'pipe' });
  try {
    return (await lastStart(loop, count, stamps)) - loop.at;
  } finally {
    loop.child.stdin.end();
    await loop.ended;
  }
}

/** Wall time of a program that does nothing but start, ms. */
export function startMs(...args) {
  const from = now();
  const { status } = spawnSync(node, args, { stdio: 'ignore' });
  if (status !== 0) throw new Error(`node ${args.join(' ')} ended with ${String(status)}`);
  return now() - from;
}

/** One round of the boot: floor, bare Node, minit; and what minit holds when it has settled. */
export async function bootRound(tree) {
  const floor = await floorMs(tree);
  const bare = startMs('-e', '0');
  const { minit, ms } = await boot(tree);
  try {
    const { cpuMs } = activityOf(minit.pid);
    await sleep(1_000);
    return { floor, bare, ms, cpuMs, ...memoryOf(minit.pid) };
  } finally {
    await stopMinit(minit);
  }
}

/**
 * Wake-ups and CPU time of a minit that has nothing to do, over `seconds`: once when the boot has
 * just ended, and once later, when V8 has tidied up after it.
 */
export async function idle(tree, { seconds, laterSeconds }) {
  const { minit } = await boot(tree);
  const watch = async () => {
    const before = activityOf(minit.pid);
    await sleep(seconds * 1_000);
    const after = activityOf(minit.pid);
    return { wakeUps: after.switches - before.switches, cpuMs: after.cpuMs - before.cpuMs };
  };
  try {
    await sleep(Math.min(3, seconds) * 1_000);
    const early = await watch();
    await sleep(laterSeconds * 1_000);
    return { early, late: await watch() };
  } finally {
    await stopMinit(minit);
  }
}

/** Kills `times` services that have lived for more than a second; gives from kill(2) to the successor's start, ms. */
export async function restarts(tree, times) {
  const { minit, stamps } = await boot(tree);
  const latencies = [];
  try {
    await sleep(1_300);
    const victims = childrenOf(minit.pid).slice(0, times);
    for (const victim of victims) {
      const known = new Set(
        stamps === undefined ? childrenOf(minit.pid) : stamps.read().map(({ pid }) => pid),
      );
      const at = now();
      process.kill(victim, 'SIGKILL');
      const successor = () =>
        stamps === undefined
          ? childrenOf(minit.pid).some((pid) => !known.has(pid))
            ? now()
            : undefined
          : stamps.read().find(({ pid }) => !known.has(pid))?.at;
      latencies.push(
        (await until('successor', successor, {
          timeoutMs: 10_000,
          everyMs: stamps === undefined ? 0 : 5,
        })) - at,
      );
      await sleep(20);
    }
    return latencies;
  } finally {
    await stopMinit(minit);
  }
}

/** Boots once, then folds its log again with minit-replay; the start of the program is taken off. */
export async function replay(tree) {
  const { minit } = await boot(tree);
  await stopMinit(minit);
  const files = readdirSync(tree.log).map((name) => join(tree.log, name));
  const events = files.reduce(
    (sum, path) => sum + (readFileSync(path, 'utf8').match(/\n\{"seq":/gu) ?? []).length,
    0,
  );
  const start = Math.min(
    ...[1, 2, 3].map(() => startMs(tree.programs['minit-replay'], '--version')),
  );
  const whole = Math.min(
    ...[1, 2, 3].map(() => startMs(tree.programs['minit-replay'], '--verify', tree.log)),
  );
  return { events, perSecond: events / ((whole - start) / 1_000) };
}

/** What an event costs, by fold-events.mjs in a process of its own. */
export const fold = (script, count, scale) =>
  JSON.parse(execFileSync(node, [script, String(count), String(scale)], { encoding: 'utf8' }));
