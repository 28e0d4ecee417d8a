/**
 * Every order of events of small trees: how many states there are, that what was broken on purpose is found by
 * the shortest way, and that states which are taken for the same one lead to the same.
 *
 * @module
 */
import { canonicalForm } from '../../adapters/exhaustive/canonical';
import { arrive, explore, nowhere, type Exploration } from '../../adapters/exhaustive/explore';
import type { Moment } from '../../adapters/exhaustive/moment';
import { movesFrom } from '../../adapters/exhaustive/moves';
import { reachedFrom } from '../../adapters/exhaustive/reached';
import { explorationJson, explorationText } from '../../adapters/exhaustive/report';
import { defineTree, type TreeEntry } from '../../adapters/simulated/tree';
import { encodeLog } from '../../adapters/simulation/log-file';
import type { Fold } from '../../adapters/simulation/observer';
import { firstEvent } from '../../adapters/simulation/run';
import type { SimulatedTree } from '../../adapters/simulation/tree';
import { replay } from '../../effects/replay';
import { describeEvent } from '../../machines/describe-event';
import { fold, initialState } from '../../machines/fold';

const treeOf = (entries: Readonly<Record<string, TreeEntry>>): SimulatedTree => ({
  root: '/etc/minit',
  tree: defineTree(entries),
  broken: {},
  words: [],
  role: 'process',
});
const one = treeOf({ default: { mode: 'respawn' } });
const two = treeOf({
  default: { isBundle: true, depends: ['db'] },
  db: { mode: 'respawn' },
});
const sync = treeOf({
  default: { mode: 'respawn', depends: ['mount'] },
  mount: { mode: 'sync' },
});
const all = { depthMax: 1_000, statesMax: 20_000 };

const effectsWithout =
  (isLeftOut: (effect: { readonly type: string }) => boolean): Fold =>
  (state, recorded) => {
    const folded = fold(state, recorded);
    return { ...folded, effects: folded.effects.filter((effect) => !isLeftOut(effect)) };
  };

/** Keeps waiting for a `sync` step that has ended, and takes that for one that is still to start. */
const forgetsWaiters: Fold = (state, recorded) => {
  const folded = fold(state, recorded);
  if (recorded.event.type !== 'ProcessExited') return folded;
  const waiting = state.services.get('default');
  const isLetGo = waiting !== undefined && waiting.value === 'waiting-deps';
  if (!isLetGo) return folded;
  const { services } = folded.state;
  const effects = folded.effects.filter(({ type }) => type !== 'SpawnProcess');
  const mount = services.get('mount');
  return {
    ...folded,
    effects,
    state: {
      ...folded.state,
      services: services.set('default', waiting),
      waiters: state.waiters,
      spawning: folded.state.spawning - (folded.effects.length - effects.length),
      ...(mount !== undefined && {
        services: services
          .set('default', waiting)
          .set('mount', { ...mount, value: { starting: 'reading' } }),
        rising: folded.state.rising + 1,
        active: folded.state.active + 1,
      }),
    },
  };
};

const answersTwice: Fold = (state, recorded) => {
  const folded = fold(state, recorded);
  const replies = folded.effects.filter(({ type }) => type === 'Reply');
  return { ...folded, effects: [...folded.effects, ...replies] };
};

const miscounts: Fold = (state, recorded) => {
  const folded = fold(state, recorded);
  return recorded.event.type === 'SpawnFailed'
    ? { ...folded, state: { ...folded.state, active: folded.state.active + 1 } }
    : folded;
};

const told = ({ records }: Exploration): string[] =>
  records.map(({ event }) => describeEvent(event));

describe('an exhaustive exploration', () => {
  it.each([
    ['one service', one, { services: 1, states: 62, transitions: 224, depth: 11 }],
    ['a bundle and a service', two, { services: 2, states: 260, transitions: 1_084, depth: 13 }],
    ['a sync step', sync, { services: 2, states: 1_776, transitions: 11_517, depth: 22 }],
  ])('sees all of %s, and finds nothing', (_, tree, seen) => {
    expect(explore(tree, all)).toEqual({
      ...seen,
      cutBy: undefined,
      finding: undefined,
      records: [],
    });
  });

  it('stops at a depth, and says so', () => {
    const exploration = explore(sync, { ...all, depthMax: 6 });
    expect(exploration).toMatchObject({ cutBy: 'depth', depth: 6 });
    expect(explorationText(exploration).at(-1)).toBe(
      'not everything was seen: stopped at --depth 6',
    );
  });

  it('keeps no more states than it may, and says so', () => {
    const exploration = explore(sync, { ...all, statesMax: 100 });
    expect(exploration).toMatchObject({ cutBy: 'states', states: 100, depth: 7 });
    expect(explorationText(exploration)).toEqual([
      expect.stringMatching(/^2 services: 100 states, \d+ transitions, up to 7 steps deep$/u),
      'not everything was seen: stopped at --states; all that is up to 7 steps deep was',
    ]);
  });

  it('takes the part of a tree that is started', () => {
    const entries = {
      default: { depends: ['web'] },
      web: { hasLog: true },
      'web/log': {},
      cron: {},
    };
    const named = (words: readonly string[]): string[] => [
      ...reachedFrom({ ...treeOf(entries), words }).tree.keys(),
    ];
    expect(named([])).toEqual(['default', 'web', 'web/log']);
    expect(named(['cron', '-web'])).toEqual(['cron']);
  });
});

describe('what is broken on purpose', () => {
  const boot = [
    'minit started as PID 42 (process) in /etc/minit: default',
    'event log opened: /var/log/minit',
    'control opened',
    'directory of default read',
  ];

  it.each([
    [
      'a timer that is never started',
      one,
      effectsWithout(({ type }) => type === 'StartTimer'),
      ['stuck', 'default stays respawning for ever: cannot make a process'],
    ],
    ['a second answer', one, answersTwice, ['invariant', 'a second reply']],
    ['a wrong count', one, miscounts, ['invariant', 'the counts are right: active']],
    [
      'a service that is never let go',
      sync,
      forgetsWaiters,
      ['deadlock', 'default waits for ever: waiting for mount'],
    ],
  ])('is found: %s', (_, tree, broken, [kind = '', text = '']) => {
    const exploration = explore(tree, { ...all, fold: broken });
    expect(exploration.finding?.kind).toBe(kind);
    expect(exploration.finding?.text).toContain(text);
    expect(exploration).toMatchObject({ cutBy: 'finding' });
    // There is no shorter way: one move less, and nothing is found.
    const { depth } = exploration;
    expect(explore(tree, { ...all, fold: broken, depthMax: depth - 1 }).finding).toBeUndefined();
  });

  it('is told by the shortest way there', () => {
    const exploration = explore(one, { ...all, fold: miscounts });
    expect(told(exploration)).toEqual([
      ...boot,
      'default: cannot make a process: too many processes just now (EAGAIN)',
    ]);
    expect(explorationText(exploration)).toEqual([
      'invariant: after event 5: the counts are right: active is 2, counted 1',
      '  after 5 events:',
      ...told(exploration).map((text, index) => `    ${String(index + 1)} ${text}`),
      expect.stringMatching(/^1 service: \d+ states, \d+ transitions, up to 4 steps deep$/u),
      'not everything was seen: stopped at the finding, to which there is no shorter way',
    ]);
    expect(JSON.parse(explorationJson(exploration))).toMatchObject({
      isComplete: false,
      cutBy: 'finding',
      finding: { kind: 'invariant', service: null, events: { length: 5 } },
    });
  });

  it('is written as a log that folds again to the same effects', () => {
    const { records } = explore(two, { ...all, fold: answersTwice });
    const log = { seed: 0, program: '0', argv: [], records };
    expect(encodeLog(log)).toBe(
      encodeLog({ ...log, records: explore(two, { ...all, fold: answersTwice }).records }),
    );
    // Up to the last event, of which the broken fold made something else.
    const replayed = [...replay(initialState(), records)].map(({ divergence }) => divergence?.seq);
    expect(replayed).toEqual([...records.slice(1).map(() => undefined), records.length]);
  });
});

describe('the canonical form', () => {
  it.each([
    ['one service', one],
    ['a bundle and a service', two],
    ['a sync step', sync],
  ])('is the same only where the same can follow: %s', (_, tree) => {
    const follow = (moment: Moment): string =>
      [
        ...new Set(
          movesFrom(moment, tree).map((move) => canonicalForm(arrive(moment, move, fold).moment)),
        ),
      ]
        .sort()
        .join('\n\n');
    const followers = new Map<string, string>();
    const first = arrive(nowhere, { at: 1, event: firstEvent(tree) }, fold).moment;
    const queue: Moment[] = [first];
    let again = 0;
    for (const moment of queue) {
      const form = canonicalForm(moment);
      const known = followers.get(form);
      if (known === undefined) {
        followers.set(form, follow(moment));
        for (const move of movesFrom(moment, tree)) queue.push(arrive(moment, move, fold).moment);
      } else {
        again += 1;
        if (follow(moment) !== known) expect(follow(moment)).toBe(known);
      }
      if (queue.length > 1_500) queue.length = 1_500;
    }
    expect(again).toBeGreaterThan(100);
  });
});
