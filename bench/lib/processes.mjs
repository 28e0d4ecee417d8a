/**
 * What /proc says of a supervisor's own processes, its services left out.
 *
 * @module
 */
import { readFileSync, readdirSync, readlinkSync } from 'node:fs';

const textOf = (pid, file) => readFileSync(`/proc/${String(pid)}/${file}`, 'utf8');

/** What `read(pid)` gives for those that are still there. */
const ofThose = (pids, read) =>
  pids.flatMap((pid) => {
    try {
      return [read(pid)];
    } catch {
      return [];
    }
  });

/** All processes below `pid`, itself not. */
export function descendantsOf(pid) {
  const children = new Map();
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/u.test(name))
    .map(Number);
  for (const [parent, child] of ofThose(all, (one) => [parentOf(textOf(one, 'stat')), one]))
    children.set(parent, [...(children.get(parent) ?? []), child]);
  const found = [];
  const open = [pid];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const below = children.get(next) ?? [];
    found.push(...below);
    open.push(...below);
  }
  return found;
}

/** The parent's PID; the name in parentheses may hold anything (proc_pid_stat(5)). */
const parentOf = (stat) => Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);

/** The supervisor and its helpers: all in the session that are neither services nor ours. */
export function processesOf(session, services, alone) {
  const others = new Set([...services, alone]);
  return ofThose(descendantsOf(session.pid), (pid) => ({
    pid,
    program: readlinkSync(`/proc/${String(pid)}/exe`),
  }))
    .filter(({ program }) => !others.has(program))
    .map(({ pid }) => pid);
}

/**
 * Memory of all of them together, MB: proportional (a page's share among all that map it, whoever that is), and
 * resident (in which a page that two of them map counts twice).
 */
export function memoryOf(pids) {
  const each = ofThose(pids, (pid) => textOf(pid, 'smaps_rollup'));
  const sum = (field) =>
    each.reduce(
      (total, text) =>
        total + Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'mu').exec(text)?.[1]) * 0.001_024,
      0,
    );
  return { pss: sum('Pss'), rss: sum('Rss') };
}

/** Voluntary context switches of all threads, and their CPU time in ms (not in ticks). */
export function activityOf(pids) {
  const threads = ofThose(pids, (pid) =>
    readdirSync(`/proc/${String(pid)}/task`).map((thread) => `${String(pid)}/task/${thread}`),
  ).flat();
  const each = ofThose(threads, (thread) => ({
    switches: Number(/^voluntary_ctxt_switches:\s+(\d+)/mu.exec(textOf(thread, 'status'))?.[1]),
    cpuMs: Number(textOf(thread, 'schedstat').split(' ')[0]) / 1e6,
  }));
  const sum = (pick) => each.reduce((total, one) => total + pick(one), 0);
  return { switches: sum((one) => one.switches), cpuMs: sum((one) => one.cpuMs) };
}
