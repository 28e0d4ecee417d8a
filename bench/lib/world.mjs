/**
 * Trees, processes and what /proc says of them.
 *
 * @module
 */
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
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

/** Ends a launched program in order; what is left after a while is killed, by PID. */
export async function stop({ child, pid, ended }) {
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
