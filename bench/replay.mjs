/**
 * `npm run bench:replay`: what the debuggers of a log cost with 1,000,000 events: the pass over all of it, a
 * seek to any event afterwards, and the memory. See bench/README.md.
 *
 * @module
 */
import './lib/bare-environment.mjs';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { bundleForBench } from './lib/programs.mjs';
import { machine, table } from './lib/report.mjs';

const { values: options } = parseArgs({
  options: {
    events: { type: 'string', default: '1000000' },
    services: { type: 'string', default: '100' },
    seeks: { type: 'string', default: '200' },
    rounds: { type: 'string', default: '3' },
  },
});
const segmentBytesMax = 64 * 1_048_576;

/** Runs a bundle in a process of its own; returns the object that it prints. */
function run(script, ...args) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...args], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`${script} ended with ${String(status)}: ${stderr}`);
  return JSON.parse(stdout);
}

const scratch = mkdtempSync(join(tmpdir(), 'minit-bench-replay-'));
try {
  const log = join(scratch, 'log');
  mkdirSync(log);
  const { events, services, seeks } = options;
  const write = await bundleForBench('write-long-log', scratch);
  const walk = await bundleForBench('walk-history', scratch);
  run(write, log, events, services, String(segmentBytesMax));
  const rounds = Array.from({ length: Number(options.rounds) }, () => run(walk, log, seeks));
  const of = (pick) => rounds.map(pick);
  const sorted = ({ seeksMs }) => seeksMs.sort((a, b) => a - b);
  const rows = [
    {
      name: 'one pass, time for 50,000 events by the CPU',
      values: of((r) => (r.passCpuMs / r.events) * 50),
      unit: 's',
      goal: 1,
    },
    {
      name: 'the same, by the clock',
      values: of((r) => (r.passMs / r.events) * 50),
      unit: 's',
    },
    {
      name: 'events a second of CPU time',
      values: of((r) => r.events / r.passCpuMs),
      unit: 'thousand',
    },
    {
      name: 'seek to any event, median',
      values: of((r) => sorted(r)[r.seeksMs.length >> 1]),
      unit: 'ms',
      goal: 200,
    },
    { name: 'seek, the longest', values: of((r) => sorted(r).at(-1)), unit: 'ms', goal: 200 },
    {
      name: 'resident memory at most',
      values: of((r) => r.rssMaxBytes / 1e6),
      unit: 'MB',
      goal: 250,
    },
  ];
  console.log(`${machine()}; ${events} events of ${services} services\n\n${table(rows)}`);
} finally {
  rmSync(scratch, { recursive: true });
}
