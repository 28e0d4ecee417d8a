/**
 * System calls of a start, counted by strace(1): those of minit's main thread, which reads, decides, writes and reaps.
 * They do not grow with the number of services. Not here: the children, and the thread that waits for an exec.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeOneShots } from '../support/one-shots';
import { temporaryDirectory } from '../support/temporary-directory';

const minit = join(__dirname, '../../dist/minit.js');
const counts = [100, 1_000, 10_000] as const;

/** What is asked once for each service; all else is asked once for each turn of the loop, in which there may be several. */
const ofServices = new Set(['openat', 'readlinkat', 'getdents64', 'close', 'prlimit64']);

/** More than a service asks for whose start and whose end have turns of their own. */
const mostOfTurns = 20;

interface Calls {
  readonly ofServices: number;
  readonly ofTurns: number;
}

/** Boots so many services that end at once, until minit has nothing left; returns what strace(1) writes of its main thread. */
function trace(count: number, ...options: readonly string[]): string {
  const directory = temporaryDirectory();
  const root = join(directory, 'root');
  makeOneShots(root, count);
  const written = join(directory, 'calls');
  const { status, stderr } = spawnSync(
    'strace',
    [
      ...[...options, '-o', written, process.execPath, minit, '--quiet'],
      ...['--root', root, '--log', join(directory, 'log')],
    ],
    { encoding: 'utf8', env: { PATH: process.env['PATH'] } },
  );
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return readFileSync(written, 'utf8');
}

function systemCalls(count: number): Calls {
  const line = /^ *[\d.]+ +[\d.]+ +\d+ +(\d+) +(?:\d+ +)?(\w+)$/gmu;
  const rows = [...trace(count, '-c').matchAll(line)]
    .map(([, calls, name = '']) => ({ name, calls: Number(calls) }))
    .filter(({ name }) => name !== 'total');
  const sum = (isWanted: (name: string) => boolean): number =>
    rows.filter(({ name }) => isWanted(name)).reduce((all, { calls }) => all + calls, 0);
  return {
    ofServices: sum((name) => ofServices.has(name)),
    ofTurns: sum((name) => !ofServices.has(name)),
  };
}

it('a start costs as many with 10,000 services as with 100', () => {
  const [few, some, many] = counts.map(systemCalls) as [Calls, Calls, Calls];
  // What another one adds: the start of minit itself is in all of them.
  const first = (some.ofServices - few.ofServices) / (counts[1] - counts[0]);
  const last = (many.ofServices - some.ofServices) / (counts[2] - counts[1]);
  expect(first).toBeGreaterThan(4);
  expect(last).toBeLessThan(1.02 * first);
  expect(first).toBeLessThan(10);
  // How many services share a turn is a matter of time: there is only a most.
  expect((some.ofTurns - few.ofTurns) / (counts[1] - counts[0])).toBeLessThan(mostOfTurns);
  expect((many.ofTurns - some.ofTurns) / (counts[2] - counts[1])).toBeLessThan(mostOfTurns);
}, 180_000);

it('who has ended is asked for alone, not among all', () => {
  // One: of several some may end at the same time, and only one signal comes.
  const calls = trace(1, '-e', 'trace=wait4', '-e', 'signal=none');
  // Not the trial of how processes can be made, for whose end minit waits.
  const reaped = [...calls.matchAll(/^wait4\((-?\d+),.*WNOHANG.* = ([1-9]\d*)$/gmu)];
  const [[, asked, ended] = []] = reaped;
  expect(reaped).toHaveLength(1);
  expect(asked).toBe(ended);
});
