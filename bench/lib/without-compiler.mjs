/**
 * What is left where there is no C compiler: the boot of sleep(1) by minit and by a loop through koffi. A start is then
 * when /proc first shows the process, to 5 ms, and nobody is alone.
 *
 * @module
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { bench as benchFolder, koffiBinary } from './programs.mjs';
import { busyCores } from './quiet.mjs';
import { bareNode, createSamples, others } from './samples.mjs';
import { startMs } from './fold.mjs';
import { childrenOf, launch, makeFlatTree, now, stop, until } from './world.mjs';

const service = ['/bin/sleep', '/usr/bin/sleep']
  .filter((path) => existsSync(path))
  .map((path) => [path, '1000000'])[0];

/** Rounds of `flat`, as the other way has them. */
export async function measureWithoutCompiler({ programs, counts, rounds, scratch }) {
  if (service === undefined) throw new Error('neither a C compiler nor sleep(1) here');
  const samples = createSamples();
  for (let round = 0; round < rounds; round += 1) {
    samples.add({ ...others, round }, { busyCores: await busyCores() });
    const bare = startMs('-e', '0');
    samples.add({ ...bareNode, round }, { bare });
    for (const count of counts) {
      const floor = await bootMs(count, floorCommand(count));
      samples.add({ peer: 'floor', count, round }, { flat: floor });
      const directory = mkdtempSync(join(scratch, 'home-'));
      const root = join(directory, 'root');
      makeFlatTree(root, { count, service });
      const flat = await bootMs(count, minitCommand(programs, directory));
      samples.add({ peer: 'minit', count, round }, { flat, flatLess: flat - bare });
      rmSync(directory, { recursive: true });
    }
  }
  return samples;
}

const floorCommand = (count) => [
  join(benchFolder, 'lib', 'koffi-floor.mjs'),
  koffiBinary(),
  String(count),
  ...service,
];

const minitCommand = ({ minit }, directory) => [
  minit,
  ...['--root', join(directory, 'root'), '--log', join(directory, 'log')],
];

async function bootMs(count, args) {
  const program = launch(process.execPath, args);
  try {
    return await until(`${String(count)} started services`, () => {
      if (program.child.exitCode !== null)
        throw new Error(`it ended with ${String(program.child.exitCode)}`);
      return childrenOf(program.pid).length >= count ? now() - program.at : undefined;
    });
  } finally {
    await stop(program);
  }
}
