/**
 * What is measured while a supervisor lives, and how it ends. Each takes a booted one, and returns numbers by
 * their metric's name.
 *
 * @module
 */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { oneByOne } from '../peers/files.mjs';
import { median } from './report.mjs';
import { activityOf, memoryOf, processesOf } from './processes.mjs';
import { latestOf } from './stamps.mjs';

const timeoutMs = 60_000;
const sigkill = 9;
/** The restart pacing of all of them calls a second a life that was long enough. */
const livedMs = 1_200;

/** Waits until all have lived for long enough; one that ends by itself would make every figure a lie. */
export async function live({ session, stamps }) {
  await sleep(livedMs);
  const pids = pidsOf(stamps);
  const there = await session.count(pids);
  if (there < pids.length)
    throw new Error(`only ${String(there)} of ${String(pids.length)} services live`);
}

const pidsOf = (stamps) => [...latestOf(stamps.read()).values()].map(({ pid }) => pid);

/** Kills services one by one; from kill(2) to the successor's first instruction. */
export async function restart({ session, stamps, home }, { kills }) {
  const count = home.set.services.length;
  const latencies = [];
  for (let i = 0; i < Math.min(kills, count); i += 1) {
    const index = 1 + Math.floor((i * count) / kills);
    const before = latestOf(stamps.read()).get(index);
    const at = await session.kill(sigkill, [before.pid]);
    const latest = await stamps.wait('back', {
      least: stamps.count(),
      isEnough: (seen) => seen.get(index).at > before.at,
      isAlive: session.isAlive,
      timeoutMs,
    });
    latencies.push(latest.get(index).at - at);
    await sleep(20);
  }
  return { restart: median(latencies), restartWorst: Math.max(...latencies) };
}

/** Kills all at once; until the last successor has begun. */
export async function storm({ session, stamps }) {
  const before = latestOf(stamps.read());
  const least = stamps.count() + before.size;
  const at = await session.kill(
    sigkill,
    [...before.values()].map(({ pid }) => pid),
  );
  const latest = await stamps.wait('all back', {
    least,
    isEnough: (seen) => [...seen].every(([index, stamp]) => stamp.at > before.get(index).at),
    isAlive: session.isAlive,
    timeoutMs,
  });
  return { storm: Math.max(...[...latest.values()].map((stamp) => stamp.at)) - at };
}

/** Stops all; from the request until the last process of the services has gone. */
export async function stop({ peer, session, stamps, home, output }) {
  const gone = await session.watch(pidsOf(stamps));
  const request = peer.stop(home);
  const from =
    request.signal === undefined
      ? (await session.run(output, request.argv)).from
      : await session.kill(request.signal);
  return { stop: (await gone(timeoutMs)) - from };
}

/**
 * Commands that show services; each must succeed, and name the last service if it shows all. Where Node runs them a bare Node
 * has its turn as well: what its start takes differs by half within a minute.
 */
export async function status(life, { statusTimes }) {
  const { peer, home } = life;
  const { status: commands } = peer;
  const times = { statusOne: commands.one(home) };
  const names = home.set.services.map(({ name }) => name);
  if (commands.each !== undefined) times.statusEach = commands.each(home);
  if (commands.eachByOne !== undefined) {
    const words = commands.eachName ? names.map((name) => commands.eachName(home, name)) : names;
    times.statusEach = oneByOne(commands.eachByOne(home), words);
  }
  if (commands.all !== undefined) times.statusAll = commands.all(home);
  const measured = new Map([...Object.keys(times), 'statusBare'].map((metric) => [metric, []]));
  for (let i = 0; i < statusTimes; i += 1) {
    for (const [metric, command] of Object.entries(times))
      measured.get(metric).push(await ask(life, command, metric));
    if (peer.isNode) {
      const { ms } = await life.session.run(life.output, [process.execPath, '-e', '0']);
      measured.get('statusBare').push(ms);
    }
  }
  return Object.fromEntries(
    [...measured].filter(([, each]) => each.length > 0).map(([key, each]) => [key, median(each)]),
  );
}

async function ask({ peer, session, home, output }, command, metric) {
  const { ms, status: code } = await session.run(output, command);
  const text = readFileSync(output, 'utf8');
  if (code !== 0) throw new Error(`status ended with ${String(code)}: ${text.slice(0, 120)}`);
  const wanted = metric === 'statusOne' ? 1 : home.set.services.length;
  const shown = peer.status.countShown?.(text) ?? text.trim().split('\n').length;
  if (shown < wanted) throw new Error(`status showed ${String(shown)} of ${String(wanted)}`);
  return ms;
}

/** Memory and processes of the supervisor itself, 1.3 s after the boot. */
export function memory(life, { tools }) {
  const own = processesOf(life.session, [tools.service], tools.alone);
  return { ...memoryOf(own), processes: own.length };
}

/** Wake-ups and CPU time with nothing to do: straight after the boot, and when it has settled. */
export async function idle(life, { tools, idleSeconds, settleSeconds }) {
  const own = () => processesOf(life.session, [tools.service], tools.alone);
  const watch = async () => {
    const pids = own();
    const before = activityOf(pids);
    await sleep(idleSeconds * 1_000);
    const after = activityOf(pids);
    return { wakeUps: after.switches - before.switches, cpu: after.cpuMs - before.cpuMs };
  };
  const first = await watch();
  await sleep(settleSeconds * 1_000);
  const later = await watch();
  return {
    wakeUpsFirst: first.wakeUps,
    cpuFirst: first.cpu,
    wakeUps: later.wakeUps,
    cpu: later.cpu,
    pssSettled: memoryOf(own()).pss,
  };
}
