/**
 * What an event costs, by counting: it depends on the services that it touches, never on how many there are.
 * Not here: what all services are asked for at once (status of all, a shutdown), which visits all of them.
 */
import type { ServiceDefinition } from '../../machines/definition';
import type { MinitEvent } from '../../machines/events';
import { encodeRequest, type ClientRequest } from '../../machines/control-protocol';
import { fold, initialState } from '../../machines/fold';
import { PersistentMap } from '../../machines/persistent-map';
import { stateName, type Service, type SupervisorState } from '../../machines/state';

const few = 100;
const many = 10_000;

const nameOf = (index: number): string => `s${String(index).padStart(5, '0')}`;
const pidOf = (index: number): number => 20_000 + index;
/** Of a pair the second one depends on the first. */
const needsOf = (index: number): string[] => (index % 2 === 1 ? [nameOf(index - 1)] : []);

function definition(name: string, depends: readonly string[], hasRun = true): ServiceDefinition {
  return {
    directory: `/tree/${name}`,
    mode: hasRun ? 'respawn' : 'oneshot',
    ...(hasRun && { run: { path: '/bin/pause', argv0: 'pause' } }),
    params: [],
    depends: depends.map((one, index) => ({ name: one, line: index + 1 })),
    workingDirectory: `/tree/${name}`,
    problems: [],
  };
}

const read = (index: number): MinitEvent => ({
  type: 'ServiceRead',
  service: nameOf(index),
  definition: definition(nameOf(index), needsOf(index)),
});
const spawned = (index: number, pid = pidOf(index)): MinitEvent => ({
  type: 'ProcessSpawned',
  service: nameOf(index),
  pid,
});
const exited = (pid: number): MinitEvent => ({
  type: 'ProcessExited',
  pid,
  status: { signal: 9 },
});

let at = 1_000_000;
const take = (state: SupervisorState, event: MinitEvent) =>
  fold(state, { seq: state.seq + 1, at: (at += 2_000_000), event });

/** A supervisor with so many services, all running. */
function running(count: number): SupervisorState {
  const indices = Array.from({ length: count }, (_, index) => index);
  // In the order in which the walk reads them.
  const events: MinitEvent[] = [
    {
      type: 'SupervisorStarted',
      ...{ pid: 2, role: 'process', root: '/tree', words: [], graceMs: 3_000 },
    },
    {
      type: 'ServiceRead',
      service: 'default',
      definition: definition('default', indices.map(nameOf), false),
    },
    ...indices.flatMap((index) => [read(index), spawned(index)]),
  ];
  const state = events.reduce((before, event) => take(before, event).state, initialState());
  const up = state.services.values().filter((service) => stateName(service) === 'running');
  expect(up).toHaveLength(count);
  return state;
}

/** The same state, whose services take note of being looked at. */
function watched(state: SupervisorState) {
  const visited = new Set<string>();
  const note = (service: Service): Service =>
    new Proxy(service, {
      get(target, key) {
        visited.add(target.context.name);
        return Reflect.get(target, key) as unknown;
      },
    });
  const services = PersistentMap.of(
    [...state.services].map(([name, service]) => [name, note(service)] as const),
  );
  return { state: { ...state, services }, visited };
}

const asked = (request: ClientRequest): MinitEvent => ({
  type: 'RequestReceived',
  request: encodeRequest(request),
});
const service = nameOf(6);

/** Each follows the one before; the last is what is counted. */
const cases: readonly (readonly [string, readonly MinitEvent[]])[] = [
  ['the end of a process', [exited(pidOf(7))]],
  ['a directory that is read again', [exited(pidOf(7)), read(7)]],
  ['the outcome of a respawn', [exited(pidOf(7)), read(7), spawned(7, 19_000)]],
  ['a failed spawn', [exited(pidOf(7)), read(7), failedSpawn(7)]],
  [
    'a timer',
    [
      exited(pidOf(7)),
      read(7),
      failedSpawn(7),
      { type: 'TimerFired', timer: `respawn:${nameOf(7)}` },
    ],
  ],
  ['the end of a stranger', [exited(19_999)]],
  ['a query of the original', [{ type: 'RequestReceived', request: `p${service}` }]],
  ['a query', [asked({ do: 'status', services: [service] })]],
  ['a signal by hand', [asked({ do: 'signal', service, signal: 1 })]],
  ['a stop by hand', [asked({ do: 'stop', service })]],
  ['the end after it', [asked({ do: 'stop', service }), exited(pidOf(6))]],
  [
    'a start by hand',
    [
      asked({ do: 'stop', service }),
      exited(pidOf(6)),
      asked({ do: 'start', service, respawn: true }),
    ],
  ],
];

function failedSpawn(index: number): MinitEvent {
  const error = { code: 'EAGAIN', errno: 11 };
  return { type: 'SpawnFailed', service: nameOf(index), stage: 'fork', error };
}

describe('what an event costs', () => {
  const states = [few, many].map(running);

  it.each(cases)('%s: the services it visits do not depend on how many there are', (_, events) => {
    const counts = states.map((begin) => {
      const before = events.slice(0, -1).reduce((state, event) => take(state, event).state, begin);
      const { state, visited } = watched(before);
      const last = events.at(-1);
      if (last === undefined) throw new Error('no event');
      const { effects, transitions } = take(state, last);
      return { visited: [...visited].sort(), effects: effects.length, moves: transitions.length };
    });
    expect(counts[1]).toEqual(counts[0]);
    expect(counts[0]?.visited.length).toBeLessThanOrEqual(3);
  });

  it('is noticed where an event does visit all', () => {
    const [begin] = states;
    if (begin === undefined) throw new Error('no state');
    const { state, visited } = watched(begin);
    take(state, { type: 'SignalReceived', signal: 'SIGTERM' });
    expect(visited.size).toBeGreaterThanOrEqual(few);
  });
});
