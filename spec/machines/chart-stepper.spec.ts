/**
 * Our own way through charts against XState's: the same state, context and effects for the same events, wherever the
 * machine is, in the charts of minit and in others.
 *
 * @module
 */
import fc from 'fast-check';
import {
  assign,
  createMachine,
  transition,
  type AnyMachineSnapshot,
  type AnyStateMachine,
} from 'xstate';
import type { Effect } from '../../machines/effects';
import type { Action, ChartConfig, EffectAction } from '../../machines/chart-config';
import { createStepper, type Position } from '../../machines/chart-stepper';
import { initChart, type InitEvent } from '../../machines/init';
import { PersistentMap } from '../../machines/persistent-map';
import { serviceChart } from '../../machines/service';
import type { ServiceEvent, StartFailure } from '../../machines/service-context';
import { initStepper, serviceStepper, type Init, type Service } from '../../machines/state';
import { initMachine, serviceMachine } from '../../machines/xstate-machines';
import { defineService } from '../../adapters/simulated/tree';

const modes = ['respawn', 'sync', 'oneshot'] as const;
const definition = fc
  .record({
    mode: fc.constantFrom(...modes),
    isBundle: fc.boolean(),
    problems: fc.constantFrom(
      [],
      [{ severity: 'error', code: 'bad-params', file: 'params', text: 'no' } as const],
    ),
  })
  .map((entry) => defineService('web', entry));
const failure = fc.constantFrom<StartFailure>(
  { stage: 'fork', error: { code: 'EAGAIN', errno: 11 } },
  { stage: 'execute', error: { code: 'ENOENT', errno: 2 } },
);
const dependency = fc.constantFrom('db', 'cron');
const at = fc.integer({ min: 0, max: 3_000_000 });
const pid = fc.integer({ min: 100, max: 102 });
const graceMs = fc.constantFrom(0, 3_000);
const of = <A extends object>(
  type: ServiceEvent['type'],
  fields: { [K in keyof A]: fc.Arbitrary<A[K]> },
): fc.Arbitrary<ServiceEvent> =>
  fc.record({ type: fc.constant(type), at, ...fields }) as unknown as fc.Arbitrary<ServiceEvent>;

const event: fc.Arbitrary<ServiceEvent> = fc.oneof(
  of('StartRequested', {}),
  of('DefinitionRead', {
    definition,
    needs: fc.constantFrom([], ['db'], ['db', 'cron']),
    waitingFor: fc.constantFrom(
      PersistentMap.empty<true>(),
      PersistentMap.of<true>([['db', true]]),
    ),
  }),
  of('DefinitionMissing', { failure }),
  of('DependencySettled', { dependency }),
  of('DependencyDropped', { dependency }),
  of('ProcessSpawned', { pid }),
  of('SpawnFailed', { failure }),
  of('ProcessExited', {
    status: fc.constantFrom({ code: 0 }, { code: 1 }, { signal: 9 }, { unknown: true } as const),
  }),
  of('RespawnTimerFired', {}),
  of('StopTimerFired', {}),
  of('RespawnEnabled', {}),
  of('RespawnDisabled', {}),
  of('SignalRequested', { signal: fc.constantFrom(1, 18, 19) }),
  of('PidSet', { pid }),
  of('PidExpected', {}),
  of('PidTimerFired', {}),
  of('StopRequested', {}),
  of('ShutdownRequested', { graceMs }),
  of('DrainRequested', { graceMs }),
  of('KillRequested', { graceMs }),
);
const name = fc.constantFrom('web', 'web/log');

interface Outcome {
  readonly value: unknown;
  readonly context: unknown;
  readonly effects: readonly unknown[];
  /** The same position: the fold takes that for an event that was ignored. */
  readonly isIgnored: boolean;
  readonly error: string | undefined;
}

type AnyPosition = Position<unknown, object>;

function outcome<P extends AnyPosition>(before: P, step: (effects: Effect[]) => P): [P, Outcome] {
  const effects: Effect[] = [];
  try {
    const after = step(effects);
    const { value, context } = after;
    return [after, { value, context, effects, isIgnored: after === before, error: undefined }];
  } catch (error) {
    const { value, context } = before;
    return [before, { value, context, effects: [], isIgnored: true, error: String(error) }];
  }
}

const byXState =
  <P extends AnyPosition>(machine: AnyStateMachine, before: P, given: { type: string }) =>
  (effects: Effect[]): P => {
    const snapshot = machine.resolveState(before as never) as AnyMachineSnapshot;
    const [after, actions] = transition(machine, snapshot, given);
    effects.push(...actions.map(({ type, params }) => ({ type, params }) as unknown as Effect));
    // XState gives the very same snapshot for an event that it ignored.
    return after === snapshot ? before : (after as unknown as P);
  };

/** Every state that has none inside, as a value. */
const leavesOf = ({ states }: Pick<ChartConfig, 'states'>): readonly unknown[] =>
  Object.entries(states ?? {}).flatMap<unknown>(([outer, state]) =>
    state.states === undefined ? [outer] : leavesOf(state).map((inner) => ({ [outer]: inner })),
  );

/** Steps by both, from each state, and compares. */
function expectSameWays<P extends AnyPosition, E extends { readonly type: string }>(
  { machine, next }: { machine: AnyStateMachine; next: (p: P, e: E, effects: Effect[]) => P },
  from: readonly P[],
  events: readonly E[],
): void {
  for (const begin of from) {
    let position = begin;
    for (const given of events) {
      const before = position;
      const [after, ours] = outcome(before, (effects) => next(before, given, effects));
      const [, theirs] = outcome(before, byXState(machine, before, given));
      expect(ours).toEqual(theirs);
      position = after;
    }
  }
}

it('goes through the chart of a service where XState goes, from every state', () => {
  fc.assert(
    fc.property(
      name,
      definition,
      fc.option(pid, { nil: undefined }),
      fc.array(event, { minLength: 1, maxLength: 20 }),
      (called, first, process, events) => {
        const input = { name: called, order: 1, definition: first, at: 0 };
        const context = { ...serviceStepper.initial(input).context, pid: process };
        const from = leavesOf(serviceChart).map((value) => ({ value, context }) as Service);
        expectSameWays({ machine: serviceMachine, next: serviceStepper.next }, from, events);
      },
    ),
    { numRuns: 150 },
  );
});

const goal = fc.constantFrom('halt', 'reboot', 'sulogin', 'services' as const);
const initEvent = fc.oneof(
  ...(
    [
      'BootSettled',
      'ShutdownRequested',
      'NothingToStart',
      'NothingLeft',
      'SystemEndFailed',
      'ServiceStarted',
      'ShellEnded',
    ] as const
  ).map((type) => fc.record({ type: fc.constant(type), at })),
  fc.record({ type: fc.constant('ProcessesEnded'), at, goal }),
  fc.record({
    type: fc.constant('EverythingStopped'),
    ...{ at, goal, graceMs, stuck: fc.integer({ min: 0, max: 1 }) },
  }),
) as fc.Arbitrary<InitEvent>;

it("goes through minit's own chart where XState goes, from every state", () => {
  fc.assert(
    fc.property(
      fc.constantFrom('machine', 'container', 'process' as const),
      fc.boolean(),
      fc.array(initEvent, { minLength: 1, maxLength: 20 }),
      (role, endsSystem, events) => {
        const { context } = initStepper.initial({ role, endsSystem, graceMs: 1, startedAt: 0 });
        const from = leavesOf(initChart).map((value) => ({ value, context }) as Init);
        expectSameWays({ machine: initMachine, next: initStepper.next }, from, events);
      },
    ),
    { numRuns: 150 },
  );
});

interface Count {
  readonly count: number;
}
interface Given {
  readonly context: Count;
}

const guards = { isEven: ({ context }: Given) => context.count % 2 === 0 };
const notes = { count: ({ context }: Given) => ({ count: context.count + 1 }) };
const effect = fc.constantFrom('leave', 'enter', 'tell').map((type): EffectAction => ({
  type,
  params: ({ context }: Given) => ({ ...context }),
}));
const action: fc.Arbitrary<Action> = fc.oneof(fc.constant('count'), effect);

/** What may be said of an event in a state that can name these targets. */
const transitions = (targets: readonly string[]): fc.Arbitrary<unknown> => {
  const target = fc.constantFrom(...targets);
  const one = fc.record(
    { target, guard: fc.constant('isEven'), actions: fc.oneof(action, fc.array(action)) },
    { requiredKeys: [] },
  );
  return fc.oneof(target, one, fc.array(one, { maxLength: 3 }), fc.constant(undefined));
};
const stateWith = (
  targets: readonly string[],
  more: Record<string, fc.Arbitrary<unknown>> = {},
): fc.Arbitrary<object> =>
  fc
    .tuple(
      fc.record(
        { on: fc.dictionary(fc.constantFrom('x', 'y', 'z'), transitions(targets)), entry: effect },
        { requiredKeys: [] },
      ),
      fc.record(more),
    )
    .map(([own, rest]) => ({ ...own, ...rest }));

const anywhere = ['#chart.a', '#chart.b', '#chart.c', '#chart.b.d', '#chart.b.e', '#chart.b.e.g'];
const chart = stateWith(['.a', '.b', '.b.e', '#chart.b.d', '#chart.c'], {
  id: fc.constant('chart'),
  initial: fc.constant('a'),
  context: fc.constant(() => ({ count: 0 })),
  states: fc.record({
    a: stateWith(['a', 'b', 'b.d', 'b.e.g', 'c', ...anywhere]),
    b: stateWith(['a', 'b', 'c', '.d', '.e', '.e.g', ...anywhere], {
      initial: fc.constantFrom('d', 'e'),
      states: fc.record({
        d: stateWith(['d', 'e', 'e.f', ...anywhere]),
        e: stateWith(['d', 'e', '.f', '.g', ...anywhere], {
          initial: fc.constant('g'),
          states: fc.record({ f: stateWith(['f', 'g', ...anywhere]), g: fc.constant({}) }),
        }),
      }),
    }),
    c: stateWith(['c', ...anywhere]),
  }),
}) as fc.Arbitrary<ChartConfig>;

describe('a chart', () => {
  it('is gone through as XState does, whatever it is', () => {
    fc.assert(
      fc.property(
        chart,
        fc.array(fc.record({ type: fc.constantFrom('x', 'y', 'z') }), { maxLength: 6 }),
        (config, events) => {
          const nothing = (): void => undefined;
          const machine = createMachine(config as never, {
            guards: guards as never,
            actions: {
              ...{ leave: nothing, enter: nothing, tell: nothing },
              count: assign(({ context }) => notes.count({ context: context as Count })),
            },
          });
          const stepper = createStepper<never, Position<never, Count>, { type: string }>(
            config,
            { guards, notes },
            (context) => ({ ...context }),
          );
          const from = leavesOf(config).map(
            (value) => ({ value, context: { count: 0 } }) as Position<never, Count>,
          );
          expectSameWays({ machine, next: stepper.next }, from, events);
        },
      ),
      { numRuns: 500 },
    );
  });

  it.each([
    [{ go: 'd' }, 'a chart leads to "d", which is none'],
    [{ go: { guard: 'isOdd' } }, 'a chart names "isOdd", which is nothing'],
    [{ go: { actions: 'forget' } }, 'a chart names "forget", which is nothing'],
  ])('with %j is a fault that is told', (on, text) => {
    const config = { id: 'chart', initial: 'a', context: () => ({}), states: { a: { on } } };
    const { initial, next } = createStepper<
      object,
      AnyPosition & { value: string },
      { type: string }
    >(config, { guards, notes }, (context) => ({ ...context }));
    expect(() => next(initial({}), { type: 'go' }, [])).toThrow(new Error(text));
  });
});
