/**
 * Our own way through the service's chart against XState's: the same state, context and effects for the same
 * events, wherever the machine is.
 *
 * @module
 */
import fc from 'fast-check';
import { assign, createMachine, setup, transition } from 'xstate';
import type { Effect } from '../../machines/effects';
import { initMachine } from '../../machines/init';
import { PersistentMap } from '../../machines/persistent-map';
import { isPlainChart } from '../../machines/quick-moves';
import { serviceMachine } from '../../machines/service';
import type { ServiceEvent, StartFailure } from '../../machines/service-context';
import { serviceStepper, type Service } from '../../machines/state';
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
  /** The same snapshot: the fold takes that for an event that was ignored. */
  readonly isIgnored: boolean;
  readonly error: string | undefined;
}

function outcome(before: Service, step: (effects: Effect[]) => Service): [Service, Outcome] {
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
  (before: Service, given: ServiceEvent) =>
  (effects: Effect[]): Service => {
    const snapshot = serviceMachine.resolveState(before);
    const [after, actions] = transition(serviceMachine, snapshot, given);
    effects.push(...actions.map(({ type, params }) => ({ type, params }) as unknown as Effect));
    // XState gives the very same snapshot for an event that it ignored.
    return after === snapshot ? before : after;
  };

/** Every state that has none inside, as a value. */
const leaves = Object.entries(serviceMachine.states).flatMap<unknown>(([outer, { states }]) => {
  const inner = Object.keys(states);
  return inner.length === 0 ? [outer] : inner.map((key) => ({ [outer]: key }));
}) as readonly Service['value'][];

describe('the chart of a service', () => {
  it('is plain, and that of minit itself, which has entry actions, is not', () => {
    expect([isPlainChart(serviceMachine), isPlainChart(initMachine)]).toEqual([true, false]);
  });

  it('goes where XState goes, from every state', () => {
    fc.assert(
      fc.property(
        name,
        definition,
        fc.option(pid, { nil: undefined }),
        fc.array(event, { minLength: 1, maxLength: 20 }),
        (...drawn) => {
          const [called, first, process, events] = drawn;
          const input = { name: called, order: 1, definition: first, at: 0 };
          const begin = { ...serviceStepper.initial(input).context, pid: process };
          for (const value of leaves) {
            let service: Service = { value, context: begin };
            for (const given of events) {
              const before = service;
              const [after, ours] = outcome(before, (effects) =>
                serviceStepper.next(before, given, effects),
              );
              const [, theirs] = outcome(before, byXState(before, given));
              expect(ours).toEqual(theirs);
              service = after;
            }
          }
        },
      ),
      { numRuns: 150 },
    );
  });
});

describe('a chart', () => {
  const plain = { initial: 'a', states: { a: { on: { go: 'b' } }, b: {} } } as const;

  it.each([
    ['plain', plain, true],
    ['parallel', { ...plain, type: 'parallel', initial: undefined }, false],
    ['with a final state', { ...plain, states: { ...plain.states, c: { type: 'final' } } }, false],
    ['with an entry action', { ...plain, entry: 'act' }, false],
    ['with an unknown action', { ...plain, on: { go: { actions: 'nobody' } } }, false],
    ['with an inline guard', { ...plain, on: { go: { guard: () => true, target: '.b' } } }, false],
    ['with a wildcard', { ...plain, on: { '*': '.b' } }, false],
    ['with a history', { ...plain, states: { ...plain.states, h: { type: 'history' } } }, false],
  ])('that is %s is known for what it is', (_, config, isPlain) => {
    const act = assign({});
    const machine = createMachine(config as never, { actions: { act } });
    expect(isPlainChart(machine as never)).toBe(isPlain);
  });

  it('with an assignment by field is not plain', () => {
    const machine = setup({ actions: { act: assign({ n: 1 }) } }).createMachine({
      ...plain,
      context: { n: 0 },
      on: { set: { actions: 'act' } },
    } as never);
    expect(isPlainChart(machine as never)).toBe(false);
  });
});
