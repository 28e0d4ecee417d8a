/**
 * Bytes that the fold allocates for an event, in a process of its own. Arguments: the number of services;
 * prints JSON. To be run with --expose-gc, without optimization (which leaves allocations out as it likes), and with a
 * young generation in which all of them have room: nothing is collected while it is counted.
 *
 * @module
 */
import { PerformanceObserver } from 'node:perf_hooks';
import { foldTurn } from '../../effects/loop';
import type { ServiceDefinition } from '../../machines/definition';
import type { MinitEvent } from '../../machines/events';
import { initialState } from '../../machines/fold';

const count = Number(process.argv[2]);
/** So many that each map of 10,000 services, which is changed with nearly every event, is copied once (decision 0020). */
const countedRestarts = 7_000;
const names = Array.from({ length: count }, (_, index) => `s${String(index).padStart(5, '0')}`);

const definition = (name: string, depends: readonly string[] = []): ServiceDefinition => ({
  directory: `/tree/${name}`,
  mode: 'respawn',
  ...(depends.length === 0 && { run: { path: '/bin/pause', argv0: 'pause' } }),
  params: [],
  depends: depends.map((one, index) => ({ name: one, line: index + 1 })),
  workingDirectory: `/tree/${name}`,
  problems: [],
});
const read = (service: string, depends?: readonly string[]): MinitEvent => ({
  type: 'ServiceRead',
  service,
  definition: definition(service, depends),
});

let at = 1_000_000;
let state = initialState();
function take(event: MinitEvent): void {
  at += 2_000_000;
  state = foldTurn(state, [{ at, event }]).state;
}

take({
  type: 'SupervisorStarted',
  ...{ pid: 2, role: 'process', root: '/tree', words: [], graceMs: 3_000 },
});
take(read('default', names));
for (const [index, service] of names.entries()) {
  take(read(service));
  take({ type: 'ProcessSpawned', service, pid: 20_000 + index });
}

const pids = names.map((_, index) => 20_000 + index);
let restarted = 0;

/** Ends of processes and what follows, made beforehand: only the fold is to be counted. */
function restarts(rounds: number): MinitEvent[] {
  return Array.from({ length: rounds }, (): MinitEvent[] => {
    // A step that shares no divisor with the number of services goes all over them.
    const which = (restarted * 7_919) % count;
    const service = names[which] ?? '';
    const [pid = 0, next] = [pids[which], 100_000 + restarted];
    pids[which] = next;
    restarted += 1;
    return [
      { type: 'ProcessExited', pid, status: { signal: 9 } },
      read(service),
      { type: 'ProcessSpawned', service, pid: next },
    ];
  }).flat();
}

const collections: number[] = [];
new PerformanceObserver((list) => {
  for (const { startTime } of list.getEntries()) collections.push(startTime);
}).observe({ entryTypes: ['gc'] });

for (const event of restarts(500)) take(event);
const events = restarts(countedRestarts);
gc?.();
void settledHeap().then((before) => {
  const begunAt = performance.now();
  for (const event of events) take(event);
  const bytes = process.memoryUsage().heapUsed - before;
  const endedAt = performance.now();
  // Node tells of a collection some time later.
  setTimeout(() => {
    const collected = collections.filter((when) => when > begunAt && when < endedAt).length;
    const bytesPerEvent = bytes / events.length;
    console.log(JSON.stringify({ events: events.length, bytesPerEvent, collected }));
  }, 200);
});

/** Returns the bytes in use as soon as they become no fewer: V8 sweeps on after a collection, on another thread. */
async function settledHeap(): Promise<number> {
  let used = Infinity;
  for (let next = process.memoryUsage().heapUsed; next < used;) {
    used = next;
    await new Promise((resolve) => setTimeout(resolve, 50));
    next = process.memoryUsage().heapUsed;
  }
  return process.memoryUsage().heapUsed;
}
