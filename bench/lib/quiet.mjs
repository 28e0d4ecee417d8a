/**
 * How busy others keep the machine: looked at before each round, when nothing of ours runs.
 *
 * @module
 */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const windowMs = 400;
/** Above it the floor, and with it every ratio, is not to be believed. */
export const quietMax = 0.1;

/** Cores' worth of time that was not idle (proc_stat(5)), during a moment. */
export async function busyCores() {
  const before = ticks();
  await sleep(windowMs);
  const after = ticks();
  const idle = after.idle - before.idle;
  const all = after.all - before.all;
  return all === 0 ? 0 : ((all - idle) / all) * after.cores;
}

function ticks() {
  const text = readFileSync('/proc/stat', 'utf8');
  const [, line] = /^cpu +(.*)$/mu.exec(text);
  // user, nice, system, idle, iowait, irq, softirq, steal; guests are in user already.
  const times = line.split(' ').slice(0, 8).map(Number);
  return {
    idle: times[3] + times[4],
    all: times.reduce((sum, one) => sum + one, 0),
    cores: (text.match(/^cpu\d/gmu) ?? []).length,
  };
}
