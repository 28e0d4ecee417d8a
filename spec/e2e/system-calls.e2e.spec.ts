/**
 * System calls of a start, counted by strace(1): those of minit's main thread, which reads, decides, writes and reaps.
 * They do not grow with the number of services. Not here: the threads that wait for an exec, one call a start each.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeOneShots } from '../support/one-shots';
import { temporaryDirectory } from '../support/temporary-directory';

const minit = join(__dirname, '../../dist/minit.js');
const counts = [100, 1_000, 10_000] as const;

/** Boots so many services that end at once, until minit has nothing left; returns all system calls of its main thread. */
function systemCalls(count: number): number {
  const directory = temporaryDirectory();
  const root = join(directory, 'root');
  makeOneShots(root, count);
  const summary = join(directory, 'calls');
  const { status, stderr } = spawnSync(
    'strace',
    [
      ...['-c', '-o', summary, process.execPath, minit, '--quiet'],
      ...['--root', root, '--log', join(directory, 'log')],
    ],
    { encoding: 'utf8', env: { PATH: process.env['PATH'] } },
  );
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  const total = /^100\.00 .* (\d+) +\d+ total$/mu.exec(readFileSync(summary, 'utf8'))?.[1];
  return Number(total);
}

it('a start costs as many with 10,000 services as with 100', () => {
  const [few, some, many] = counts.map(systemCalls) as [number, number, number];
  // What another service adds: the start of minit itself is in all of them.
  const first = (some - few) / (counts[1] - counts[0]);
  const last = (many - some) / (counts[2] - counts[1]);
  expect(first).toBeGreaterThan(5);
  expect(first).toBeLessThan(60);
  expect(last).toBeLessThan(1.25 * first);
}, 180_000);
