/**
 * The invariants that the loop of a simulation checks after each event, on what the event has changed only,
 * find whatever the check of the whole state finds: over random boots, each of whose states is broken on
 * purpose, in one field after the other.
 *
 * @module
 */
import fc from 'fast-check';
import { defineTree } from '../../adapters/simulated/tree';
import { drawScenario, faultKinds } from '../../adapters/simulation/draw';
import { runScenario } from '../../adapters/simulation/run';
import type { SimulatedTree } from '../../adapters/simulation/tree';
import { fold } from '../../machines/fold';
import { checkInvariants, checkInvariantsAfter, invariantNames } from '../../machines/invariants';
import { PersistentMap } from '../../machines/persistent-map';
import type { Service, SupervisorState } from '../../machines/state';

const entries = {
  default: { isBundle: true, depends: ['web', 'cron'] },
  web: { mode: 'respawn', depends: ['db', 'migrate'] },
  db: { mode: 'respawn', hasLog: true },
  'db/log': { mode: 'respawn' },
  migrate: { mode: 'sync', depends: ['db'] },
  cron: { mode: 'oneshot' },
} as const;
const names = Object.keys(entries);
const simulated: SimulatedTree = {
  root: '/etc/minit',
  tree: defineTree(entries),
  broken: {},
  words: [],
  role: 'process',
};

type Tamper = (state: SupervisorState) => SupervisorState;

const withService =
  (name: string, change: (service: Service) => object): Tamper =>
  (state) => {
    const service = state.services.get(name);
    if (service === undefined) return state;
    const changed = { ...service, ...change(service) } as Service;
    return { ...state, services: state.services.set(name, changed) };
  };
const withContext = (name: string, change: (context: Service['context']) => object): Tamper =>
  withService(name, ({ context }) => ({ context: { ...context, ...change(context) } }));

const name = fc.constantFrom(...names);
const pid = fc.integer({ min: 100, max: 106 });
const value = fc.constantFrom(
  ...['down', 'waiting-deps', 'sync-done', 'respawning', 'finished', 'failed'],
  ...[{ starting: 'reading' }, { starting: 'spawning' }, { running: 'ready' }],
  ...[{ running: 'backgrounded' }, { stopping: 'spawning' }, { stopping: 'stuck' }],
);

/** One thing that a wrong fold could do to a state. */
const tamper: fc.Arbitrary<Tamper> = fc.oneof(
  fc.tuple(name, value).map(([of, to]) => withService(of, () => ({ value: to }))),
  fc
    .tuple(name, fc.option(pid, { nil: undefined }))
    .map(([of, to]) => withContext(of, () => ({ pid: to }))),
  fc
    .tuple(name, fc.constantFrom('up', 'once', 'down'))
    .map(([of, want]) => withContext(of, () => ({ want }))),
  fc
    .tuple(name, name)
    .map(([of, needed]) =>
      withContext(of, ({ waitingFor }) => ({ waitingFor: waitingFor.set(needed, true) })),
    ),
  name.map((of) => withContext(of, () => ({ waitingFor: PersistentMap.empty() }))),
  fc.tuple(name, fc.boolean()).map(([of, isRead]) => withContext(of, () => ({ isRead }))),
  name.map((of): Tamper => (state) => ({ ...state, services: state.services.delete(of) })),
  fc.tuple(pid, name).map(([of, to]): Tamper => (state) => ({
    ...state,
    serviceByPid: state.serviceByPid.set(String(of), to),
  })),
  pid.map((of): Tamper => (state) => ({
    ...state,
    serviceByPid: state.serviceByPid.delete(String(of)),
  })),
  name.map((of): Tamper => (state) => ({ ...state, waiters: state.waiters.delete(of) })),
  fc.tuple(name, name).map(([of, waiter]): Tamper => (state) => ({
    ...state,
    waiters: state.waiters.set(of, (state.waiters.get(of) ?? PersistentMap.empty()).delete(waiter)),
  })),
  fc
    .tuple(fc.constantFrom('rising', 'active', 'stuck', 'spawning'), fc.constantFrom(-1, 1))
    .map(([field, by]): Tamper => (state) => ({ ...state, [field]: state[field] + by })),
  fc
    .constantFrom('agenda', 'reading', 'stopPlan', 'shutdown')
    .map((field): Tamper => (state) => ({ ...state, [field]: undefined })),
  fc.constant<Tamper>((state) => ({ ...state, requested: [] })),
  fc
    .constantFrom('booting', 'running', 'shutting-down', 'halted')
    .map((to): Tamper => (state) => ({ ...state, init: { ...state.init, value: to } })),
);

const problem = (check: () => void): string | undefined => {
  try {
    check();
    return undefined;
  } catch (error) {
    return String(error);
  }
};

const rule = (text: string): string => invariantNames.find((each) => text.includes(each)) ?? text;

describe('the invariants', () => {
  it('are found broken after an event exactly when they are broken as a whole', () => {
    const broken = new Set<string>();
    const scenario = fc
      .integer({ min: 0, max: 2 ** 31 - 1 })
      .map((seed) => drawScenario(seed, { services: names, faults: faultKinds }));
    const tampers = fc.array(fc.array(tamper, { minLength: 1, maxLength: 3 }), {
      minLength: 20,
      maxLength: 40,
    });
    fc.assert(
      fc.property(scenario, tampers, (drawn, all) => {
        const { finding } = runScenario(simulated, drawn, {
          fold(before, recorded) {
            const folded = fold(before, recorded);
            const wrong = all[recorded.seq % all.length] ?? [];
            const state = wrong.reduce((so, change) => change(so), folded.state);
            const whole = problem(() => {
              checkInvariants(state);
            });
            const after = problem(() => {
              checkInvariantsAfter(before, state);
            });
            if ((whole === undefined) !== (after === undefined))
              throw new Error(`as a whole: ${String(whole)}; after the event: ${String(after)}`);
            if (whole !== undefined) broken.add(rule(whole));
            return folded;
          },
        });
        expect(finding).toBeUndefined();
      }),
      { numRuns: 300 },
    );
    // Every rule was broken, so that none was left out.
    expect([...broken].sort()).toEqual([...invariantNames].sort());
  });
});
