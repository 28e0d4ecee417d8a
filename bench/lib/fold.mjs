/**
 * The measures that need no services: folding, replaying, and the start of our programs.
 *
 * @module
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { now } from './world.mjs';

const node = process.execPath;

/** What an event costs, by fold-events.mjs in a process of its own; `scale` makes it shorter. */
export const fold = (script, count, scale = 1) =>
  JSON.parse(execFileSync(node, [script, String(count), String(scale)], { encoding: 'utf8' }));

/** Wall time of a program that does nothing but start, ms. */
export function startMs(...args) {
  const from = now();
  const { status } = spawnSync(node, args, { stdio: 'ignore' });
  if (status !== 0) throw new Error(`node ${args.join(' ')} ended with ${String(status)}`);
  return now() - from;
}

const replayEvents = 3_000;

/** Writes a log, then folds it again with minit-replay; the start of the program is taken off. */
export function perSecondOfReplay(program, { writeScript, log }) {
  const args = [writeScript, log, replayEvents, 1_000, 64 * 1_048_576].map(String);
  const { events } = JSON.parse(execFileSync(node, args, { encoding: 'utf8' }));
  const least = (...words) => Math.min(...[1, 2, 3].map(() => startMs(program, ...words)));
  const seconds = (least('--verify', log) - least('--version')) / 1_000;
  return { events, perSecond: events / seconds };
}
