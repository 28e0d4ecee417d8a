/**
 * The fold without a world: whatever the kernel, the disk and people could send, in any order.
 * Outcomes come only of what was asked for, but with any content; a timer may fire although it was
 * cancelled meanwhile, because it had fired already; PIDs are few and mean anything.
 *
 * @module
 */
import fc from 'fast-check';
import { simulatedError } from '../../adapters/simulated/behaviours';
import { defineService, type TreeEntry } from '../../adapters/simulated/tree';
import type { Effect } from '../../machines/effects';
import type {
  ExitStatus,
  MinitEvent,
  RecordedEvent,
  Role,
  SignalName,
  TimerId,
} from '../../machines/events';
import { fold, initialState } from '../../machines/fold';
import type { SupervisorState } from '../../machines/state';
import { request, serviceName, treeEntry } from './arbitraries';

/** One thing that happens; `which` picks one of what is owed. */
export type Draw =
  | { readonly draw: 'read'; readonly which: number; readonly entry: TreeEntry | undefined }
  | { readonly draw: 'spawned'; readonly which: number; readonly pid: number }
  | { readonly draw: 'spawn-failed'; readonly which: number; readonly code: 'EAGAIN' | 'ENOENT' }
  | { readonly draw: 'probed'; readonly which: number; readonly alive: boolean }
  | { readonly draw: 'fired'; readonly which: number }
  | { readonly draw: 'event'; readonly event: MinitEvent };

const which = fc.nat(7);
const pid = fc.integer({ min: 100, max: 107 });
const status: fc.Arbitrary<ExitStatus> = fc.constantFrom({ code: 0 }, { code: 1 }, { signal: 9 });
const error = fc
  .constantFrom('ENOENT', 'EAGAIN', 'ENOSPC', 'EROFS')
  .map((code) => simulatedError(code as 'ENOENT'));

/** Events that depend on nothing. */
export const freeEvent: fc.Arbitrary<MinitEvent> = fc.oneof(
  {
    weight: 5,
    arbitrary: request.map((text): MinitEvent => ({ type: 'RequestReceived', request: text })),
  },
  {
    weight: 4,
    arbitrary: fc
      .tuple(pid, status)
      .map(([of, how]): MinitEvent => ({ type: 'ProcessExited', pid: of, status: how })),
  },
  { weight: 1, arbitrary: pid.map((of): MinitEvent => ({ type: 'ProcessVanished', pid: of })) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(
        fc.constantFrom<SignalName[]>(
          'SIGHUP',
          'SIGINT',
          'SIGTERM',
          'SIGWINCH',
          'SIGUSR1',
          'SIGUSR2',
          'SIGPWR',
        ),
      )
      .map(([signal]): MinitEvent => ({ type: 'SignalReceived', signal })),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(serviceName, pid, error).map(([service, of, why]): MinitEvent => ({
      type: 'SignalFailed',
      service,
      pid: of,
      signal: 15,
      error: why,
    })),
  },
  {
    weight: 1,
    arbitrary: fc.oneof(
      fc.constantFrom<MinitEvent[]>(
        { type: 'ControlOpened' },
        { type: 'LogOpened', path: '/l' },
        { type: 'WallClockStepped', byUs: -5, wallAt: '2004-12-27T00:00:00.000Z' },
        { type: 'ProcessesEnded', by: 'KILL' },
        { type: 'ProcessesEnded', by: 'left' },
        { type: 'SystemEndFailed', how: 'halt', error: simulatedError('EPERM') },
        { type: 'MeansMissing', means: 'clock-steps', error: { code: 'EPERM', errno: 1 } },
        { type: 'RequestReceived', requestBase64: '/w==', bytes: 1 },
      ),
      error.map((why): MinitEvent => ({ type: 'LogFailed', path: '/l', error: why })),
      error.map((why): MinitEvent => ({ type: 'ControlFailed', path: '/in', error: why })),
    ),
  },
);

export const draws: fc.Arbitrary<readonly Draw[]> = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        draw: fc.constant('read' as const),
        which,
        entry: fc.option(treeEntry, { nil: undefined, freq: 6 }),
      }),
    },
    { weight: 6, arbitrary: fc.record({ draw: fc.constant('spawned' as const), which, pid }) },
    {
      weight: 2,
      arbitrary: fc.record({
        draw: fc.constant('spawn-failed' as const),
        which,
        code: fc.constantFrom('EAGAIN', 'ENOENT'),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({ draw: fc.constant('probed' as const), which, alive: fc.boolean() }),
    },
    { weight: 3, arbitrary: fc.record({ draw: fc.constant('fired' as const), which }) },
    { weight: 9, arbitrary: freeEvent.map((event) => ({ draw: 'event' as const, event })) },
  ),
  { maxLength: 60, size: 'max' },
);

/** What the world owes: outcomes of effects, and timers that were ever started. */
interface Owed {
  readonly reads: string[];
  readonly spawns: string[];
  readonly probes: { readonly request: number; readonly pid: number }[];
  readonly timers: Set<TimerId>;
}

export interface Folded {
  readonly before: SupervisorState;
  readonly recorded: RecordedEvent;
  readonly after: SupervisorState;
  readonly effects: readonly Effect[];
}

/** Folds the draws that make sense where they come; time goes on by 0.3 s each. */
export function* foldHostile(
  list: readonly Draw[],
  { words = [], role = 'container' }: { words?: readonly string[]; role?: Role } = {},
): Generator<Folded> {
  const owed: Owed = { reads: [], spawns: [], probes: [], timers: new Set() };
  let state = initialState();
  let event: MinitEvent | undefined = {
    type: 'SupervisorStarted',
    pid: 1,
    role,
    root: '/',
    words,
    graceMs: 100,
    endsSystem: true,
  };
  for (const each of [undefined, ...list]) {
    if (each !== undefined) event = eventOf(each, owed, state);
    if (event === undefined || state.init.value === 'halted') continue;
    const recorded = { seq: state.seq + 1, at: state.at + 300_000, event };
    const { state: after, effects } = fold(state, recorded);
    yield { before: state, recorded, after, effects };
    state = after;
    for (const effect of effects) owe(owed, effect);
  }
}

function owe({ reads, spawns, probes, timers }: Owed, { type, params }: Effect): void {
  if (type === 'ReadService') reads.push(params.service);
  if (type === 'SpawnProcess') spawns.push(params.service);
  if (type === 'ProbeProcess') probes.push(params);
  if (type === 'StartTimer') timers.add(params.timer);
}

function take<T>(list: T[], index: number): T | undefined {
  return list.length === 0 ? undefined : list.splice(index % list.length, 1)[0];
}

function eventOf(each: Draw, owed: Owed, state: SupervisorState): MinitEvent | undefined {
  switch (each.draw) {
    case 'event':
      return each.event;
    case 'read': {
      const service = take(owed.reads, each.which);
      if (service === undefined) return undefined;
      if (each.entry === undefined)
        return { type: 'ServiceMissing', service, error: simulatedError('ENOENT') };
      return { type: 'ServiceRead', service, definition: defineService(service, each.entry) };
    }
    case 'spawned': {
      // The kernel gives out no PID of a process that is still there.
      if (state.serviceByPid.has(String(each.pid))) return undefined;
      const service = take(owed.spawns, each.which);
      return service === undefined ? undefined : { type: 'ProcessSpawned', service, pid: each.pid };
    }
    case 'spawn-failed': {
      const service = take(owed.spawns, each.which);
      if (service === undefined) return undefined;
      return { type: 'SpawnFailed', service, stage: 'execute', error: simulatedError(each.code) };
    }
    case 'probed': {
      const probe = take(owed.probes, each.which);
      return probe && { type: 'ProcessProbed', ...probe, alive: each.alive };
    }
    case 'fired': {
      const timer = [...owed.timers][each.which % Math.max(1, owed.timers.size)];
      return timer && { type: 'TimerFired', timer };
    }
  }
}
