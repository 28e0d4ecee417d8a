/**
 * The charts as graphs: xstate/graph can walk them, every declared state can be reached, and each
 * test's title is the shortest way there.
 *
 * @module
 */
import { createTestModel, getShortestPaths } from 'xstate/graph';
import type { ServiceDefinition } from '../../machines/definition';
import type { InitEvent } from '../../machines/init';
import { PersistentMap } from '../../machines/persistent-map';
import { initMachine, serviceMachine } from '../../machines/xstate-machines';
import type { ServiceEvent } from '../../machines/service-context';
import { initStepper, serviceStepper } from '../../machines/state';

interface StateNode {
  readonly key: string;
  readonly states: Readonly<Record<string, StateNode>>;
}

/** The values of all states without inner states: `'down'`, `{ running: 'ready' }`. */
function leafValues(root: unknown): unknown[] {
  return Object.values((root as StateNode).states).flatMap((state): unknown[] => {
    const inner = Object.values(state.states);
    return inner.length === 0 ? [state.key] : inner.map(({ key }) => ({ [state.key]: key }));
  });
}

const json = (values: Iterable<unknown>): string[] =>
  [...values].map((value) => JSON.stringify(value)).sort();
const route = (steps: readonly { readonly event: { readonly type: string } }[]): string =>
  steps.map(({ event }) => event.type).join(' > ');

function definition(mode: ServiceDefinition['mode']): ServiceDefinition {
  const run = { path: '/bin/web', argv0: 'web' };
  return {
    directory: '/web',
    mode,
    run,
    params: [],
    depends: [],
    workingDirectory: '/web',
    problems: [],
  };
}

const failure = (code: string) => ({ stage: 'execute', error: { code, errno: 2 } }) as const;
const serviceEvents: ServiceEvent[] = [
  { type: 'StartRequested', at: 1 },
  {
    type: 'DefinitionRead',
    at: 1,
    definition: definition('respawn'),
    needs: [],
    waitingFor: PersistentMap.empty(),
  },
  {
    type: 'DefinitionRead',
    at: 1,
    definition: definition('sync'),
    needs: [],
    waitingFor: PersistentMap.empty(),
  },
  { type: 'ProcessSpawned', at: 1, pid: 7 },
  { type: 'SpawnFailed', at: 1, failure: failure('ENOENT') },
  { type: 'ProcessExited', at: 2, status: { code: 0 } },
  { type: 'ProcessExited', at: 5_000_000, status: { code: 0 } },
  { type: 'RespawnTimerFired', at: 3 },
  { type: 'StopTimerFired', at: 3 },
  { type: 'RespawnDisabled', at: 3 },
  { type: 'SignalRequested', at: 3, signal: 19 },
  { type: 'PidExpected', at: 3 },
  { type: 'PidSet', at: 3, pid: 8 },
  { type: 'PidTimerFired', at: 3 },
  { type: 'ShutdownRequested', at: 3, graceMs: 1 },
  { type: 'DrainRequested', at: 3, graceMs: 1 },
  { type: 'KillRequested', at: 3, graceMs: 1 },
];

const input = { name: 'web', order: 1, definition: definition('respawn'), at: 0 };
const servicePaths = getShortestPaths(serviceMachine, {
  input,
  events: serviceEvents,
  limit: 6000,
  // What is wanted and how counts too: a state may be left only by a service that is wanted `once`.
  serializeState: ({ value, context }) =>
    JSON.stringify([
      value,
      context.want,
      context.definition.mode,
      context.pid !== undefined,
      context.expectsPid,
    ]),
});
/** One path a state: the first of the shortest. */
const pathByState = new Map(
  [...servicePaths].reverse().map((path) => [JSON.stringify(path.state.value), path]),
);

describe('service machine as a graph', () => {
  it('can be walked by xstate/graph: no delays, no invoked actors', () => {
    expect(() => createTestModel(serviceMachine)).not.toThrow();
  });

  it('has a way into each of its states', () => {
    expect(
      json(servicePaths.map(({ state }) => state.value)).filter(
        (value, i, all) => value !== all[i - 1],
      ),
    ).toEqual(json(leafValues(serviceMachine.root)));
  });

  it.each([...pathByState].map(([value, path]) => [value, route(path.steps), path] as const))(
    'gets into %s by %s',
    (value, _, { steps }) => {
      const [, ...events] = steps.map(({ event }) => event);
      const end = events.reduce(
        (service, event) => serviceStepper.next(service, event, []),
        serviceStepper.initial(input),
      );
      expect(JSON.stringify(end.value)).toBe(value);
    },
  );
});

const initEvents: InitEvent[] = [
  { type: 'BootSettled', at: 1 },
  { type: 'ShutdownRequested', at: 1 },
  { type: 'NothingLeft', at: 1 },
  ...(['reboot', 'sulogin', 'services'] as const).flatMap((goal): InitEvent[] => [
    { type: 'EverythingStopped', at: 1, stuck: 0, goal, graceMs: 3000 },
    { type: 'ProcessesEnded', at: 1, goal },
  ]),
  { type: 'SystemEndFailed', at: 1 },
];
/** A machine's init does not end itself, a container's not the machine. */
const initInputs = (['machine', 'container'] as const).map((role) => ({
  role,
  graceMs: 3000,
  startedAt: 0,
  endsSystem: true,
}));
const initPaths = initInputs.flatMap((initInput) =>
  getShortestPaths(initMachine, {
    input: initInput,
    events: initEvents,
    limit: 500,
    serializeState: ({ value }) => JSON.stringify(value),
  }).map((path) => ({ ...path, initInput })),
);

describe('init machine as a graph', () => {
  it('can be walked by xstate/graph', () => {
    expect(() => createTestModel(initMachine)).not.toThrow();
  });

  it('has a way into each of its states', () => {
    expect([...new Set(json(initPaths.map(({ state }) => state.value)))]).toEqual(
      json(leafValues(initMachine.root)),
    );
  });

  it.each(
    initPaths.map(
      (path) =>
        [path.initInput.role, JSON.stringify(path.state.value), route(path.steps), path] as const,
    ),
  )('gets, as a %s, into %s by %s', (_role, value, _route, { steps, initInput }) => {
    const [, ...events] = steps.map(({ event }) => event);
    const end = events.reduce(
      (init, event) => initStepper.next(init, event, []),
      initStepper.initial(initInput),
    );
    expect(JSON.stringify(end.value)).toBe(value);
  });
});
