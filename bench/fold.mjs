/**
 * `npm run bench:fold`: what an event costs with few and with many services, what the programs add to Node's start,
 * and how fast minit-replay folds a log again. See bench/README.md.
 *
 * @module
 */
import './lib/bare-environment.mjs';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { fold, perSecondOfReplay, startMs } from './lib/fold.mjs';
import { bundleForBench, locatePrograms } from './lib/programs.mjs';
import { machine, table } from './lib/report.mjs';

const { values: options } = parseArgs({
  options: { rounds: { type: 'string', default: '7' }, dist: { type: 'string' } },
});
const rounds = Number(options.rounds);
const counts = [100, 10_000];

async function measure(scratch) {
  const { programs } = await locatePrograms(scratch, options.dist);
  const script = await bundleForBench('fold-events', scratch);
  const folds = [];
  const starts = [];
  for (let round = 0; round < rounds; round += 1) {
    folds.push(counts.map((count) => fold(script, count)));
    const bare = startMs('-e', '0');
    const more = Object.entries(programs).map(([name, path]) => [
      name,
      startMs(path, '--version') - bare,
    ]);
    starts.push({ bare, ...Object.fromEntries(more) });
  }
  const log = join(scratch, 'log');
  mkdirSync(log);
  const replayed = perSecondOfReplay(programs['minit-replay'], {
    writeScript: await bundleForBench('write-long-log', scratch),
    log,
  });
  const [few, many] = counts.map((count, i) => folds.map((round) => round[i]));
  const us = (name, values, goal) => ({ name, values, unit: 'µs', goal });
  return [
    us(
      'event, 100 services',
      few.map((one) => one.warmUs),
      40,
    ),
    us(
      'event, 10000 services',
      many.map((one) => one.warmUs),
    ),
    {
      name: 'event, many / few',
      values: folds.map(([a, b]) => b.warmUs / a.warmUs),
      ...{ unit: '', goal: 1.3 },
    },
    us(
      'event with its log line, few services',
      few.map((one) => one.recordedUs),
    ),
    us(
      'event of a first boot (cold code), few services',
      few.map((one) => one.coldUs),
    ),
    { name: 'bare Node, `node -e 0`', values: starts.map(({ bare }) => bare), unit: 'ms' },
    ...Object.keys(programs).map((name) => ({
      name: `\`${name} --version\` more than bare Node`,
      values: starts.map((one) => one[name]),
      ...{ unit: 'ms', goal: 25 },
    })),
    {
      name: `replay of a log (${String(replayed.events)} events)`,
      values: [replayed.perSecond / 1_000],
      unit: 'thousand events/s',
    },
  ];
}

const scratch = mkdtempSync(join(tmpdir(), 'minit-bench-fold-'));
try {
  const rows = await measure(scratch);
  console.log(`${machine()}; ${String(rounds)} rounds\n\n${table(rows)}`);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
