/**
 * `npm run bench:start`: what minit adds to Node's own start as PID 1 of a namespace, from the launch to
 * the first instruction of the first service. See bench/README.md.
 *
 * @module
 */
import './lib/bare-environment.mjs';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { bench, compileTools, locatePrograms } from './lib/programs.mjs';
import { machine, table } from './lib/report.mjs';
import { openStamps } from './lib/stamps.mjs';
import { launch, makeFlatTree, now, until } from './lib/world.mjs';

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '25' },
    dist: { type: 'string', multiple: true },
    'node-options': { type: 'string', default: '' },
  },
});

const node = realpathSync(process.execPath);
const namespace = ['--pid', '--fork', '--mount-proc', '--kill-child'];
const isAlone = spawnSync('unshare', [...namespace, 'true'], { stdio: 'ignore' }).status === 0;
const wrap = (args) => (isAlone ? ['unshare', [...namespace, node, ...args]] : [node, args]);

/** From launch to exit of a script that does nothing, ms. */
function bareMs(script) {
  const from = now();
  const [command, args] = wrap([script]);
  const { status } = spawnSync(command, args, { stdio: 'ignore' });
  if (status !== 0) throw new Error(`bare Node ended with ${String(status)}`);
  return now() - from;
}

/** From launch to the first instruction of the first service, ms. */
async function firstStartMs(args, stampsPath) {
  const stamps = openStamps(stampsPath);
  const [command, rest] = wrap(args);
  const program = launch(command, rest);
  try {
    const [{ at }] = await until('first service', () => {
      const seen = stamps.read();
      return seen.length > 0 ? seen : undefined;
    });
    return at - program.at;
  } finally {
    // As PID 1 it takes all its services along.
    program.child.kill('SIGKILL');
    await program.ended;
  }
}

async function measure(scratch) {
  const tools = compileTools(scratch);
  if (tools === undefined)
    throw new Error('a C compiler is needed: the service must say when it began');
  if (!isAlone) console.log('No PID namespace is to be had here: not as PID 1.');
  const root = join(scratch, 'tree');
  const stamps = join(scratch, 'stamps');
  const service = [tools.service, stamps, '1'];
  makeFlatTree(root, { count: 1, service });
  const builds = [];
  for (const dist of options.dist ?? [undefined]) {
    const { programs } = await locatePrograms(scratch, dist);
    builds.push({ name: dist ?? 'minit', minit: programs.minit, values: [] });
  }
  const koffi = join(builds[0].minit, '..', `koffi-linux-${process.arch}-glibc.node`);
  const empty = join(bench, 'lib', 'nothing.cjs');
  const bare = [];
  const spawned = [];
  for (let round = 0; round <= Number(options.rounds); round += 1) {
    const bareRound = bareMs(empty);
    const spawnRound = await firstStartMs(
      [join(bench, 'lib', 'start-floor.cjs'), koffi, ...service],
      stamps,
    );
    const minits = [];
    for (const { minit } of builds) {
      const log = join(scratch, 'log');
      rmSync(log, { recursive: true, force: true });
      minits.push(await firstStartMs([minit, '--root', root, '--log', log], stamps));
    }
    // The first round fills the caches.
    if (round === 0) continue;
    bare.push(bareRound);
    spawned.push(spawnRound);
    builds.forEach(({ values }, index) => values.push(minits[index]));
  }
  const rows = [
    { name: 'bare Node, launch to exit', values: bare, unit: 'ms' },
    { name: 'Node and one posix_spawn, launch to first service', values: spawned, unit: 'ms' },
  ];
  for (const { name, values } of builds)
    rows.push(
      { name: `${name}, launch to first service`, values, unit: 'ms' },
      {
        name: `${name}, more than bare Node`,
        values: values.map((value, round) => value - bare[round]),
        unit: 'ms',
        goal: 30,
      },
      {
        name: `${name} / Node and one posix_spawn`,
        values: values.map((value, round) => value / spawned[round]),
        unit: '',
      },
    );
  return rows;
}

const scratch = mkdtempSync(join(tmpdir(), 'minit-start-'));
try {
  const rows = await measure(scratch);
  console.log(`${machine()}; ${options.rounds} rounds\n\n${table(rows)}`);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
