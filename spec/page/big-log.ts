/**
 * A big log, written by a simulated boot: services that end and are started again, over and over.
 *
 * @module
 */
import { createEventLog } from '../../adapters/event-log/writer';
import { defineTree, simulatedRoot, type TreeEntry } from '../../adapters/simulated/tree';
import { createWorld } from '../../adapters/simulated/world';
import { turns$ } from '../../effects/loop';
import { fold, initialState } from '../../machines/fold';
import { toPlain } from '../../machines/snapshot';

export interface BigLog {
  readonly services: number;
  readonly events: number;
  /** One segment, unless it is said how large they are. */
  readonly segmentBytesMax?: number;
  /** How long the first service lives; each next one a millisecond longer. */
  readonly livesUs?: number;
}

/** Writes it into `directory`. */
export function writeBigLog(
  directory: string,
  { services, events, segmentBytesMax = 1e12, livesUs = 1_500_000 }: BigLog,
): void {
  const names = Array.from({ length: services - 1 }, (_, index) => `s${String(index + 1)}`);
  const tree: Record<string, TreeEntry> = { default: { isBundle: true, depends: names } };
  for (const [index, name] of names.entries())
    tree[name] = { mode: 'respawn', depends: index % 10 === 0 ? [] : [names[index - 1] ?? ''] };
  const world = createWorld({
    seed: 1,
    tree: defineTree(tree),
    behaviours: Object.fromEntries(
      names.map((name, index) => [name, [{ livesUs: livesUs + index * 1_000 }]]),
    ),
  });
  const start = {
    type: 'SupervisorStarted',
    pid: 42,
    role: 'process',
    root: simulatedRoot,
    words: [],
    graceMs: 3_000,
  } as const;
  // Unchecked: that costs the number of services at each event.
  turns$(world.ports, { at: world.ports.clock.now(), event: start }).subscribe();
  while (world.records.length < events) world.advance(livesUs);
  const log = createEventLog({
    directory,
    now: () => 0,
    header: {
      boot: '00000000-0000-4000-8000-000000000000',
      wallAt: '2004-12-27T00:00:00.000Z',
      at: 1_000_000,
      program: '0.1.0',
      flags: [],
      argv: ['minit'],
      host: 'big',
      node: 'v20',
    },
    limits: { segmentBytesMax, segmentsMax: 1_000, bufferBytesMax: 1e12 },
  });
  let state = initialState();
  for (const record of world.records.slice(0, events)) {
    ({ state } = fold(state, record));
    log.append([record], () => toPlain(state));
  }
  log.close();
}
