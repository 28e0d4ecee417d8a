/**
 * Trees, processes and what /proc says of them.
 *
 * @module
 */
import { spawn } from 'node:child_process';
import {
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  readdirSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** CLOCK_MONOTONIC in ms, the clock of the stamps. */
export const now = () => Number(process.hrtime.bigint()) / 1e6;

/** Makes ROOT with `count` services that do not depend on each other, and a `default` on all of them. */
export function makeFlatTree(root, { count, service, files = [] }) {
  const [program, ...params] = service;
  const names = Array.from({ length: count }, (_, i) => `s${String(i + 1).padStart(4, '0')}`);
  for (const name of names) {
    const directory = join(root, name);
    mkdirSync(directory, { recursive: true });
    symlinkSync(program, join(directory, 'run'));
    if (params.length > 0) writeFileSync(join(directory, 'params'), `${params.join('\n')}\n`);
    for (const file of files) writeFileSync(join(directory, file), '');
  }
  mkdirSync(join(root, 'default'), { recursive: true });
  writeFileSync(join(root, 'default', 'depends'), `${names.join('\n')}\n`);
}

/** The file that services write their starts to; emptied. */
export function openStamps(path) {
  closeSync(openSync(path, 'w'));
  return {
    path,
    /** `{pid, at}`, ms, in the order of writing. */
    read() {
      const bytes = readFileSync(path);
      const stamps = [];
      for (let offset = 0; offset + 16 <= bytes.length; offset += 16) {
        stamps.push({
          pid: Number(bytes.readBigUInt64LE(offset)),
          at: Number(bytes.readBigUInt64LE(offset + 8)) / 1e6,
        });
      }
      return stamps;
    },
  };
}

/** Children as the kernel lists them; empty when `pid` has gone. */
export function childrenOf(pid) {
  try {
    const threads = readdirSync(`/proc/${String(pid)}/task`);
    return threads.flatMap((thread) =>
      readFileSync(`/proc/${String(pid)}/task/${thread}/children`, 'utf8')
        .split(' ')
        .filter(Boolean)
        .map(Number),
    );
  } catch {
    return [];
  }
}

/** Waits until `probe` gives something. Throws after `timeoutMs`. */
export async function until(what, probe, { timeoutMs = 60_000, everyMs = 5 } = {}) {
  const end = now() + timeoutMs;
  for (;;) {
    const found = probe();
    if (found !== undefined) return found;
    if (now() > end) throw new Error(`no ${what} within ${String(timeoutMs / 1_000)} s`);
    await sleep(everyMs);
  }
}

/**
 * Waits until a launched program has started `count` services; returns when the last one began (ms). With stamps
 * the services say so themselves, otherwise it is when the last one was seen.
 */
export function lastStart({ pid, child }, count, stamps) {
  return until(`${String(count)} started services`, () => {
    if (child.exitCode !== null)
      throw new Error(`it ended with ${String(child.exitCode)} before all services had begun`);
    if (stamps === undefined) return childrenOf(pid).length >= count ? now() : undefined;
    const seen = stamps.read();
    return seen.length >= count ? Math.max(...seen.map(({ at }) => at)) : undefined;
  });
}

/** A running program of ours with its launch time. */
export function launch(command, args, { env = {}, stdin = 'ignore', cwd } = {}) {
  const at = now();
  const child = spawn(command, args, {
    stdio: [stdin, 'ignore', 'inherit'],
    env: { ...process.env, ...env },
    cwd,
  });
  const ended = new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      resolve({ at: now(), code, signal });
    });
  });
  return { at, child, pid: child.pid, ended };
}

/** Ends minit in order; what is left after a while is killed, by PID. */
export async function stopMinit({ child, pid, ended }) {
  const services = childrenOf(pid);
  child.kill('SIGTERM');
  const inTime = await Promise.race([ended.then(() => true), sleep(15_000, false, { ref: false })]);
  if (inTime) return;
  child.kill('SIGKILL');
  await ended;
  for (const service of services) {
    try {
      process.kill(service, 'SIGKILL');
    } catch {
      // It ended by itself.
    }
  }
}

/** Resident and proportional memory of a process, MB. */
export function memoryOf(pid) {
  const fields = (file) =>
    Object.fromEntries(
      readFileSync(`/proc/${String(pid)}/${file}`, 'utf8')
        .split('\n')
        .map((line) => /^(\w+):\s+(\d+) kB/u.exec(line))
        .filter(Boolean)
        .map(([, key, kilobytes]) => [key, Number(kilobytes) / 1_024]),
    );
  const status = fields('status');
  const { Pss: pss } = fields('smaps_rollup');
  return { rss: status.VmRSS, anonymous: status.RssAnon, peak: status.VmHWM, pss };
}

/** Voluntary context switches of all threads, and CPU time in ms. */
export function activityOf(pid) {
  let switches = 0;
  for (const thread of readdirSync(`/proc/${String(pid)}/task`)) {
    const status = readFileSync(`/proc/${String(pid)}/task/${thread}/status`, 'utf8');
    switches += Number(/^voluntary_ctxt_switches:\s+(\d+)/mu.exec(status)?.[1]);
  }
  const stat = readFileSync(`/proc/${String(pid)}/stat`, 'utf8');
  const after = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  // utime and stime (proc_pid_stat(5)), in ticks of 1/100 s.
  return { switches, cpuMs: (Number(after[11]) + Number(after[12])) * 10 };
}
