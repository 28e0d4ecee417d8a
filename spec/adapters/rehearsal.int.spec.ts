/**
 * A restart that happens nowhere: what it takes is in memory afterwards, and nothing else has come of it.
 */
import { readdirSync } from 'node:fs';
import '../support/real-process';
import { openByLibc } from '../../adapters/libc/directory';
import { giveBackProgramPages } from '../../adapters/libc/program-pages';
import { reapOne } from '../../adapters/libc/wait';
import { rehearseRestart } from '../../adapters/rehearsal';
import { readServiceDirectory } from '../../adapters/service-directories';
import { foldTurn } from '../../effects/loop';
import type { MinitEvent } from '../../machines/events';
import { initialState } from '../../machines/fold';
import { definitionOf } from '../support/given';
import { startRealProcesses } from '../support/real-processes';
import { temporaryDirectory } from '../support/temporary-directory';

const root = temporaryDirectory();

// Whatever else has run in this process may have left children that nobody has reaped.
beforeAll(() => {
  while (reapOne() !== undefined);
});

const faultsOf = (task: () => void): number => {
  const before = process.resourceUsage().minorPageFault;
  task();
  return process.resourceUsage().minorPageFault - before;
};
const service = 'default';
const scene: readonly MinitEvent[] = [
  { type: 'SupervisorStarted', pid: 1, role: 'process', root, words: [service], graceMs: 0 },
  { type: 'ServiceRead', service, definition: definitionOf(service, { mode: 'respawn' }) },
  { type: 'ProcessSpawned', service, pid: 100 },
  { type: 'ProcessExited', pid: 100, status: { code: 1 } },
];

/** What the fold and the directory of a start take. */
function restart(): void {
  readServiceDirectory(root, service, openByLibc);
  const batch = scene.map((event, index) => ({ at: index * 2_000_000, event }));
  JSON.stringify(foldTurn(initialState(), batch).records);
}

it('brings into memory what a restart takes', () => {
  // What only the first times take: memory of V8's, compiled code.
  for (let times = 0; times < 50; times += 1) restart();
  rehearseRestart();
  // Now and then V8 makes room for something else: the least of some.
  const leastAfter = (prepare: () => void): number =>
    Math.min(
      ...Array.from({ length: 5 }, () => {
        giveBackProgramPages();
        prepare();
        return faultsOf(restart);
      }),
    );
  const without = leastAfter(() => undefined);
  const rehearsed = leastAfter(() => {
    rehearseRestart();
  });
  expect(without).toBeGreaterThan(10);
  expect(rehearsed).toBeLessThan(without / 2);
});

it('is no event, and leaves no file open', async () => {
  const { processes, close } = startRealProcesses();
  const occurrences: unknown[] = [];
  processes.occurrence$.subscribe((occurrence) => void occurrences.push(occurrence));
  const openFiles = () => readdirSync('/proc/self/fd').length;
  const before = openFiles();
  const signalled = new Promise((resolve) => process.once('SIGCHLD', resolve));
  rehearseRestart();
  await signalled;
  expect(occurrences).toEqual([]);
  // V8 closes some now and then.
  expect(openFiles()).toBeLessThanOrEqual(before);
  close();
});
