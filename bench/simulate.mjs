/**
 * `npm run bench:sim`: how many boots of a tree of 50 services `minit-sim` simulates in a second of CPU time,
 * on one core, with all faults. See bench/README.md.
 *
 * @module
 */
import './lib/bare-environment.mjs';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { bench, locatePrograms } from './lib/programs.mjs';
import { machine, table } from './lib/report.mjs';
import { now } from './lib/world.mjs';

const { values: options } = parseArgs({
  options: {
    runs: { type: 'string', default: '10000' },
    rounds: { type: 'string', default: '3' },
    dist: { type: 'string' },
  },
});

const runs = Number(options.runs);
const goalSeconds = 60;

/** 44 services in a tree of dependencies three levels and more deep, five loggers, and `default`. */
function makeTree(root) {
  const names = Array.from({ length: 44 }, (_, i) => `s${String(i + 1).padStart(2, '0')}`);
  const make = (name, files) => {
    const directory = join(root, name);
    mkdirSync(directory, { recursive: true });
    if (name !== 'default') symlinkSync('/bin/true', join(directory, 'run'));
    for (const [file, text] of Object.entries(files)) writeFileSync(join(directory, file), text);
  };
  names.forEach((name, index) => {
    // Of ten services one is waited for until it ends, and one runs once.
    const mode = index % 10 === 0 ? { sync: '' } : index % 10 === 5 ? {} : { respawn: '' };
    const needed = index === 0 ? {} : { depends: `${names[((index - 1) / 3) | 0]}\n` };
    make(name, { ...mode, ...needed });
    if (index % 10 === 1) make(`${name}/log`, { respawn: '' });
  });
  make('default', { depends: `${names.join('\n')}\n` });
}

/** One simulation, pinned to a core where that can be had. */
function simulate(program, { root, scratch }) {
  const cpuPath = join(scratch, 'cpu');
  const node = [process.execPath, '--require', join(bench, 'lib', 'cpu-at-exit.cjs')];
  const args = [program, root, '--runs', String(runs), '--json'];
  const isPinned = spawnSync('taskset', ['-c', '1', 'true'], { stdio: 'ignore' }).status === 0;
  const [command, ...rest] = [...(isPinned ? ['taskset', '-c', '1'] : []), ...node, ...args];
  const from = now();
  const { status, stdout, stderr } = spawnSync(command, rest, {
    encoding: 'utf8',
    env: { ...process.env, BENCH_CPU: cpuPath },
  });
  if (status !== 0) throw new Error(`minit-sim ended with ${String(status)}: ${stderr}${stdout}`);
  const { events, services } = JSON.parse(stdout);
  if (services !== 50) throw new Error(`${String(services)} services`);
  return { wall: (now() - from) / 1_000, cpu: Number(readFileSync(cpuPath, 'utf8')), events };
}

const scratch = mkdtempSync(join(tmpdir(), 'minit-bench-sim-'));
try {
  const { programs } = await locatePrograms(scratch, options.dist);
  const program = join(programs.minit, '..', 'minit-sim.js');
  const root = join(scratch, 'root');
  makeTree(root);
  const rounds = Array.from({ length: Number(options.rounds) }, () =>
    simulate(program, { root, scratch }),
  );
  const of = (pick) => rounds.map(pick);
  const rows = [
    {
      name: `${String(runs)} boots of 50 services, CPU time`,
      values: of(({ cpu }) => cpu),
      unit: 's',
      goal: (goalSeconds * runs) / 10_000,
    },
    { name: 'the same, wall clock', values: of(({ wall }) => wall), unit: 's' },
    { name: 'boots in a second of CPU time', values: of(({ cpu }) => runs / cpu), unit: '' },
    { name: 'events of a boot', values: of(({ events }) => events / runs), unit: '' },
    {
      name: 'CPU time of an event, its world and all checks',
      values: of(({ cpu, events }) => (cpu / events) * 1e6),
      unit: 'µs',
    },
  ];
  console.log(`${machine()}; ${options.rounds} rounds\n\n${table(rows)}`);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
