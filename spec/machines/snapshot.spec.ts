/**
 * A state goes through JSON and comes back as it was: it can head a segment of the log, and
 * a fold goes on from it as if nothing had happened.
 *
 * @module
 */
import type { MinitEvent } from '../../machines/events';
import { fold } from '../../machines/fold';
import { fromPlain, toPlain } from '../../machines/snapshot';
import type { SupervisorState } from '../../machines/state';
import {
  asked,
  askedInJson,
  exited,
  given,
  orphanExited,
  read,
  signalled,
  spawned,
  type Scenario,
} from '../support/given';

const throughJson = (state: SupervisorState): SupervisorState =>
  fromPlain(JSON.parse(JSON.stringify(toPlain(state))) as ReturnType<typeof toPlain>);

const scenarios: Readonly<Record<string, () => Scenario>> = {
  'before the first event': () => given({}),
  'while a directory is read': () =>
    given({ a: { depends: ['b', 'c'] }, b: {}, c: {} })
      .withoutAnswers()
      .boots('a', 'x')
      .when(read('a')),
  'with a start request that waits': () =>
    given({ a: {}, b: {}, k: {} })
      .boots('k')
      .withoutAnswers()
      .when(asked('sa'), askedInJson({ do: 'start', service: 'b' })),
  'with services that wait': () =>
    given({ a: { depends: ['b'] }, b: { mode: 'sync' } }).boots('a', '-c'),
  'with a spawn and an unclaimed end': () =>
    given({ a: { spawn: 'hangs' } })
      .boots('a')
      .when(orphanExited(900)),
  'with a probe under way': () => given({ a: {} }).boots('a').when(asked('Pa|500|')),
  'with a paused, a pausing and a failed service': () =>
    given({ a: {}, b: { mode: 'respawn' }, c: { spawn: ['execute', 'ENOENT'] } })
      .boots('a', 'b', 'c')
      .when(askedInJson({ do: 'signal', service: 'a', signal: 19 }), exited('b', 1)),
  'with a daemon whose PID is to come': () =>
    given({ a: {}, b: {} })
      .boots('a', 'b')
      .when(
        askedInJson({ do: 'expect-pid', service: 'a' }),
        askedInJson({ do: 'expect-pid', service: 'b' }),
        exited('b'),
      ),
  'in a shutdown': () =>
    given({ a: { depends: ['b'] }, b: {} })
      .boots('a')
      .when(signalled('SIGTERM')),
  'after its end': () => given({ a: {} }).boots('a').when(exited('a')),
};

/** Events that may come at any time. */
const next: MinitEvent[] = [
  { type: 'ServiceMissing', service: 'a', error: { code: 'ENOENT', errno: 2 } },
  { type: 'ProcessExited', pid: 101, status: { code: 0 } },
  { type: 'LogOpened', path: '/log' },
  { type: 'RequestReceived', request: 'h' },
  signalled('SIGTERM'),
  signalled('SIGTERM'),
];

describe('snapshot', () => {
  it.each(Object.entries(scenarios))('comes back as it was %s', (_, scenario) => {
    const { state } = scenario();
    expect(toPlain(throughJson(state))).toEqual(toPlain(state));
  });

  it.each(Object.entries(scenarios))('goes on as if nothing had happened %s', (_, scenario) => {
    let live = scenario().state;
    let restored = throughJson(live);
    for (const event of next) {
      const recorded = { seq: live.seq + 1, at: live.at + 10, event };
      const [a, b] = [fold(live, recorded), fold(restored, recorded)];
      expect(b.effects).toEqual(a.effects);
      expect(toPlain(b.state)).toEqual(toPlain(a.state));
      [live, restored] = [a.state, b.state];
    }
  });

  it('of an older minit does not say when an end came that nobody has claimed, and is believed', () => {
    const scenario = given({ a: { spawn: 'hangs' }, k: {} })
      .boots('k', 'a')
      .when(orphanExited(900));
    const plain = toPlain(scenario.state);
    const unclaimed = [['900', { at: 0, status: { code: 0 } }]];
    scenario.state = fromPlain({ ...plain, unclaimed });
    scenario.when(spawned('a', 900)).is({ a: 'finished' });
  });

  it('has the services in the order in which they were met', () => {
    expect(
      toPlain(given({ a: {}, b: {} }).boots('b', 'a').state).services.map(
        ({ context }) => context.name,
      ),
    ).toEqual(['b', 'a']);
  });
});
