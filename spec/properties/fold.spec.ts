/**
 * What holds of the fold whatever happens: in simulated worlds, and for any event that a world
 * could send at all. A counterexample is pinned below with its seed.
 *
 * @module
 */
import fc from 'fast-check';
import { isSame, replay } from '../../effects/replay';
import type { RecordedEvent, Role } from '../../machines/events';
import { fold, initialState } from '../../machines/fold';
import { checkInvariants, checkSignals } from '../../machines/invariants';
import { fromPlain, toPlain } from '../../machines/snapshot';
import { stateName, type SupervisorState } from '../../machines/state';
import { enact, scenario } from '../support/scenarios';
import { draws, foldHostile, type Draw } from '../support/hostile';
import { hasEqualPlain } from '../support/world';

const runs = { numRuns: 120 };
const manyRuns = { numRuns: 400 };

/** Folds without effects' sake; returns the state after each event. */
function statesOf(begin: SupervisorState, events: readonly RecordedEvent[]): SupervisorState[] {
  let state = begin;
  return events.map((event) => (state = fold(state, event).state));
}

const role = fc.constantFrom<Role[]>('container', 'machine');
const hostileEvents = (list: readonly Draw[], as: Role): RecordedEvent[] =>
  [...foldHostile(list, { role: as })].map(({ recorded }) => recorded);

describe('the fold in a simulated world', () => {
  it('keeps every invariant, answers each request once and replays', () => {
    fc.assert(
      fc.property(scenario, (drawn) => {
        const boot = enact(drawn);
        boot.run(20_000_000);
        for (const { divergence } of replay(initialState(), boot.world.records))
          expect(divergence).toBeUndefined();
      }),
      runs,
    );
  });

  it('goes on from a snapshot as if there had been none', () => {
    fc.assert(
      fc.property(scenario, fc.nat(), (drawn, cut) => {
        const boot = enact(drawn);
        boot.run(5_000_000);
        expectSameAfterSnapshot(boot.world.records, cut);
      }),
      runs,
    );
  });
});

describe('the fold of anything a world could send', () => {
  it('never throws, and keeps every invariant', () => {
    fc.assert(
      fc.property(draws, role, (list, as) => {
        for (const { before, after, effects } of foldHostile(list, { role: as })) {
          checkInvariants(after);
          checkSignals(before, after, effects);
        }
      }),
      manyRuns,
    );
  });

  it('never replies to a request twice, nor to none', () => {
    fc.assert(
      fc.property(draws, role, (list, as) => {
        const open = new Set<number>();
        for (const { recorded, effects } of foldHostile(list, { role: as })) {
          if (recorded.event.type === 'RequestReceived') open.add(recorded.seq);
          for (const { type, params } of effects)
            if (type === 'Reply') expect(open.delete(params.request)).toBe(true);
        }
      }),
      manyRuns,
    );
  });

  it('asks nothing for a service that has failed', () => {
    fc.assert(
      fc.property(draws, role, (list, as) => {
        for (const { before, after, effects } of foldHostile(list, { role: as })) {
          for (const { type, params } of effects) {
            if (type !== 'SpawnProcess' && type !== 'SendSignal') continue;
            const states = [before, after].map(({ services }) => services.get(params.service));
            expect(
              states.every((service) => service !== undefined && stateName(service) === 'failed'),
            ).toBe(false);
          }
        }
      }),
      manyRuns,
    );
  });

  it('goes on from a snapshot as if there had been none', () => {
    fc.assert(
      fc.property(draws, role, fc.nat(), (list, as, cut) => {
        expectSameAfterSnapshot(hostileEvents(list, as), cut);
      }),
      manyRuns,
    );
  });

  it('changes no state that it was given', () => {
    fc.assert(
      fc.property(draws, role, (list, as) => {
        for (const { before, recorded, after, effects } of foldHostile(list, { role: as })) {
          const again = fold(before, recorded);
          expect(isSame(again.effects, effects) && hasEqualPlain(again.state, after)).toBe(true);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('leaves every service as it is when an event concerns none', () => {
    const unconcerned = new Set([
      'LogOpened',
      'LogFailed',
      'ControlOpened',
      'ControlFailed',
      'WallClockStepped',
      'MeansMissing',
      'SignalFailed',
    ]);
    fc.assert(
      fc.property(draws, role, (list, as) => {
        for (const { before, recorded, after } of foldHostile(list, { role: as })) {
          const { event } = recorded;
          const isOrphan =
            event.type === 'ProcessExited' && !before.serviceByPid.has(String(event.pid));
          const isQuestion =
            event.type === 'RequestReceived' &&
            'request' in event &&
            /^[puhd]/u.test(event.request) &&
            !event.request.includes('\u0001');
          if (!unconcerned.has(event.type) && !isOrphan && !isQuestion) continue;
          expect(after.services).toBe(before.services);
        }
      }),
      manyRuns,
    );
  });
});

function expectSameAfterSnapshot(events: readonly RecordedEvent[], cut: number): void {
  const states = statesOf(initialState(), events);
  const at = cut % (events.length + 1);
  const whole = states.at(-1) ?? initialState();
  const middle = states[at - 1] ?? initialState();
  const plain = JSON.parse(JSON.stringify(toPlain(middle))) as ReturnType<typeof toPlain>;
  let resumed = fromPlain(plain);
  let live = middle;
  for (const event of events.slice(at)) {
    const [a, b] = [fold(live, event), fold(resumed, event)];
    expect(isSame(a.effects, b.effects)).toBe(true);
    [live, resumed] = [a.state, b.state];
  }
  expect(toPlain(resumed)).toEqual(toPlain(whole));
}
