/**
 * `npm run bench`: the figures that minit promises, each beside its floor in the same run. Prints a
 * table; it is no test and fails only when something cannot be measured. See bench/README.md.
 *
 * @module
 */
import { appendFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { bootRound, fold, idle, prepareTree, replay, restarts, startMs } from './lib/measures.mjs';
import { bench, bundleForBench, compileFloor, locatePrograms } from './lib/programs.mjs';
import { machine, table } from './lib/report.mjs';

const usage = `usage: node bench/run.mjs [--rounds N] [--services N] [--quick] [--json] [--record] [--dist DIR]
  --rounds N    rounds of each measure (7)
  --services N  services of the big boot (1000)
  --quick       a smoke run: 20 services, 2 rounds, a few seconds; its numbers mean nothing
  --json        all values as one JSON object
  --record      append the table to bench/RESULTS.md
  --dist DIR    the programs to measure (dist/)`;

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string' },
    services: { type: 'string' },
    quick: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    record: { type: 'boolean', default: false },
    dist: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

const positive = (text, fallback) => {
  const value = Number(text ?? fallback);
  if (Number.isInteger(value) && value > 0) return value;
  console.error(usage);
  process.exit(1);
};

const { quick } = options;
const rounds = positive(options.rounds, quick ? 2 : 7);
const services = positive(options.services, quick ? 20 : 1_000);
const kills = quick ? 3 : 20;
const idleSeconds = quick ? 1 : 10;
const foldScale = quick ? 0.05 : 1;
const foldCounts = quick ? [100, 1_000] : [100, 10_000];

async function measure(scratch) {
  const { programs, origin } = await locatePrograms(scratch, options.dist);
  const floor = compileFloor(scratch);
  const foldScript = await bundleForBench('fold-events', scratch);
  const common = { programs, floor };
  const flat = prepareTree(scratch, { ...common, label: 'flat', count: services });
  const kept = prepareTree(scratch, {
    ...common,
    label: 'kept',
    count: Math.max(20, kills),
    files: ['respawn'],
  });
  const starts = Object.entries(programs);

  const boots = [];
  const folds = [];
  const startRounds = [];
  const latencies = [];
  // Interleaved: whatever else the machine does meanwhile falls on all measures alike.
  for (let round = 1; round <= rounds; round += 1) {
    progress(`round ${String(round)} of ${String(rounds)}`);
    boots.push(await bootRound(flat));
    folds.push(foldCounts.map((count) => fold(foldScript, count, foldScale)));
    const bare = startMs('-e', '0');
    startRounds.push({
      bare,
      ...Object.fromEntries(
        starts.map(([name, path]) => [name, startMs(path, '--version') - bare]),
      ),
    });
    if (round <= (quick ? 1 : 3)) latencies.push(...(await restarts(kept, kills)));
  }
  progress('replay');
  const replayed = await replay(flat);
  progress('idle');
  const idling = await idle(flat, { seconds: idleSeconds, laterSeconds: quick ? 0 : 10 });
  progress('');

  const [few, many] = [0, 1].map((i) => folds.map((round) => round[i]));
  const of = (list, pick) => list.map(pick);
  const rows = [
    {
      name: `floor: posix_spawn loop in ${floor.kind}, ${String(services)} processes`,
      values: of(boots, (b) => b.floor),
      unit: 'ms',
    },
    { name: 'bare Node, `node -e 0`', values: of(boots, (b) => b.bare), unit: 'ms' },
    {
      name: `boot of ${String(services)} services, launch to last one started`,
      values: of(boots, (b) => b.ms),
      unit: 'ms',
    },
    { name: 'boot / floor', values: of(boots, (b) => b.ms / b.floor), unit: '', goal: 2.5 },
    {
      name: "boot / floor, without Node's start",
      values: of(boots, (b) => (b.ms - b.bare) / b.floor),
      unit: '',
      goal: 1.6,
    },
    {
      name: 'what minit adds to each start',
      values: of(boots, (b) => ((b.ms - b.bare - b.floor) / services) * 1_000),
      unit: 'µs',
    },
    { name: 'CPU time of minit for the boot', values: of(boots, (b) => b.cpuMs), unit: 'ms' },
    {
      name: `event, ${String(foldCounts[0])} services`,
      values: of(few, (f) => f.warmUs),
      unit: 'µs',
      goal: 40,
    },
    {
      name: `event, ${String(foldCounts[1])} services`,
      values: of(many, (f) => f.warmUs),
      unit: 'µs',
    },
    {
      name: 'event, many / few',
      values: folds.map(([a, b]) => b.warmUs / a.warmUs),
      unit: '',
      goal: 1.5,
    },
    {
      name: 'event with its log line, few services',
      values: of(few, (f) => f.recordedUs),
      unit: 'µs',
    },
    {
      name: 'event of a first boot (cold code), few services',
      values: of(few, (f) => f.coldUs),
      unit: 'µs',
    },
    { name: 'restart after kill -9', values: latencies, unit: 'ms', goal: 2 },
    {
      name: `resident memory, ${String(services)} services`,
      values: of(boots, (b) => b.rss),
      unit: 'MiB',
      goal: 60,
    },
    {
      name: 'of that anonymous (heap, stacks)',
      values: of(boots, (b) => b.anonymous),
      unit: 'MiB',
    },
    { name: 'proportional (PSS)', values: of(boots, (b) => b.pss), unit: 'MiB' },
    {
      name: `wake-ups in ${String(idleSeconds)} s, straight after the boot`,
      values: [idling.early.wakeUps],
      unit: '',
    },
    {
      name: `wake-ups in ${String(idleSeconds)} s, later`,
      values: [idling.late.wakeUps],
      unit: '',
      goal: 0,
    },
    {
      name: `CPU time in ${String(idleSeconds)} s, later`,
      values: [idling.late.cpuMs],
      unit: 'ms',
    },
    ...starts.map(([name]) => ({
      name: `\`${name} --version\` more than bare Node`,
      values: of(startRounds, (s) => s[name]),
      unit: 'ms',
      goal: 25,
    })),
    {
      name: `replay of the boot's log (${String(replayed.events)} events)`,
      values: [replayed.perSecond / 1_000],
      unit: 'thousand events/s',
    },
  ];
  return { origin, rows };
}

function progress(text) {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${text}`);
}

async function main() {
  if (options.help) {
    console.log(usage);
    return;
  }
  const scratch = mkdtempSync(join(tmpdir(), 'minit-bench-'));
  try {
    const { origin, rows } = await measure(scratch);
    const about = `${machine()}; programs: ${origin}; ${String(rounds)} rounds`;
    // A smoke run proves that all can be measured, nothing else.
    const text = table(quick ? rows.map((row) => ({ ...row, goal: undefined })) : rows);
    if (options.json)
      console.log(
        JSON.stringify(
          { at: new Date().toISOString(), machine: machine(), programs: origin, rounds, rows },
          undefined,
          2,
        ),
      );
    else console.log(`${about}\n\n${text}`);
    if (options.record) record(about, text);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function record(about, text) {
  const path = join(bench, 'RESULTS.md');
  const head = existsSync(path)
    ? ''
    : '# Results\n\nBy `npm run bench -- --record`, newest last.\n';
  appendFileSync(
    path,
    `${head}\n## ${new Date().toISOString().slice(0, 10)}\n\n${about}\n\n${text}\n`,
  );
}

await main();
