import fc from 'fast-check';
import { ChartTallyBuilder } from '../../insight/chart-tally';
import { fold, initialState } from '../../machines/fold';
import { innerState, stateName, type SupervisorState } from '../../machines/state';
import { enact, scenario, type Scenario } from '../support/scenarios';
import { bootTree, type Boot } from '../support/world';

/** A random boot, until nothing happens any more. */
const bootOf = (drawn: Scenario): Boot => {
  const boot = enact(drawn);
  boot.run(10_000_000);
  return boot;
};

interface Observed {
  readonly state: SupervisorState;
  readonly tallyOf: (name: string) => ReturnType<ChartTallyBuilder['finish']>;
  /** CLOCK_BOOTTIME in µs of the first event that changed the service. */
  readonly firstAt: ReadonlyMap<string, number>;
}

/** Tallies every service; `resumeAt`: begins after that event, with the state as a snapshot. */
function tally({ world, state: last }: Boot, resumeAt = 0): Observed {
  const builders = new Map(
    [...last().services.keys(), 'nobody'].map((name) => [name, new ChartTallyBuilder(name)]),
  );
  const firstAt = new Map<string, number>();
  let state = initialState();
  for (const record of world.records) {
    const folded = fold(state, record);
    ({ state } = folded);
    if (record.seq === resumeAt) for (const each of builders.values()) each.resume(state);
    if (record.seq <= resumeAt) continue;
    for (const each of builders.values()) each.observe(state, folded.transitions);
    for (const { after, at } of folded.transitions)
      if (!firstAt.has(after.context.name)) firstAt.set(after.context.name, at);
  }
  return { state, firstAt, tallyOf: (name) => builders.get(name)?.finish() };
}

const pathOf = ({ services }: SupervisorState, name: string): string | undefined => {
  const service = services.get(name);
  if (service === undefined) return undefined;
  return [stateName(service), innerState(service)].filter((part) => part !== undefined).join('.');
};
const isLeaf = (path: string): boolean =>
  path.includes('.') || !['starting', 'running', 'stopping'].includes(path);

describe('the tally of a chart', () => {
  it('counts what a service went through, and how long it was where', () => {
    const boot = bootTree({
      tree: { default: { isBundle: true, depends: ['web'] }, web: { mode: 'respawn' } },
      behaviours: {
        web: [
          { livesUs: 100_000, exit: { code: 1 } },
          { livesUs: 3_000_000, exit: { code: 0 } },
          { livesUs: 60_000_000 },
        ],
      },
    });
    boot.advance(10_000_000);
    const { tallyOf } = tally(boot);
    const web = tallyOf('web');
    expect(web?.present).toBe('running.ready');
    expect(web?.states.map(({ path, entered, us }) => [path, entered, us])).toEqual([
      ['down', 1, 0],
      ['waiting-deps', 1, 0],
      ['starting', 3, 1_500],
      ['starting.spawning', 3, 1_500],
      // Up to the last event: when the third process was there.
      ['running', 3, 3_100_200],
      ['running.ready', 3, 3_100_200],
      ['respawning', 1, 500_000],
      ['starting.reading', 2, 0],
    ]);
    expect(
      web?.taken.map(({ from, left, event, guard, to, count }) => [
        from,
        left,
        event,
        guard,
        to,
        count,
      ]),
    ).toEqual([
      ['down', 'down', 'StartRequested', undefined, 'waiting-deps', 1],
      ['waiting-deps', 'waiting-deps', '', 'isReady', 'starting.spawning', 1],
      ['starting.spawning', 'starting.spawning', 'ProcessSpawned', undefined, 'running.ready', 3],
      ['running', 'running.ready', 'ProcessExited', 'livedShortAndIsWantedUp', 'respawning', 1],
      ['respawning', 'respawning', 'RespawnTimerFired', undefined, 'starting.reading', 1],
      ['starting.reading', 'starting.reading', 'DefinitionRead', undefined, 'starting.spawning', 2],
      ['running', 'running.ready', 'ProcessExited', 'isWantedUp', 'starting.reading', 1],
    ]);
    expect(tallyOf('nobody')).toBeUndefined();
  });

  it('agrees with the fold: each way in is counted once, and no time is lost', () => {
    fc.assert(
      fc.property(scenario, (drawn) => {
        const boot = bootOf(drawn);
        const { state, firstAt, tallyOf } = tally(boot);
        for (const name of boot.state().services.keys()) {
          const counted = tallyOf(name);
          expect(counted?.present).toBe(pathOf(state, name));
          if (counted === undefined) continue;
          const leaves = counted.states.filter(({ path }) => isLeaf(path));
          const us = leaves.reduce((sum, each) => sum + each.us, 0);
          expect(us).toBe(state.at - (firstAt.get(name) ?? state.at));
          for (const { path, entered } of leaves) {
            const ways = counted.taken.filter(({ to }) => to === path);
            const count = ways.reduce((sum, way) => sum + way.count, 0);
            // Each begins in `down`, which no transition leads to then.
            expect(entered).toBe(count + (path === 'down' ? 1 : 0));
          }
        }
      }),
      { numRuns: 40 },
    );
  });

  it('goes on from a snapshot with what comes after it', () => {
    fc.assert(
      fc.property(scenario, fc.nat(), (drawn, pick) => {
        const boot = bootOf(drawn);
        const whole = tally(boot);
        const resumed = tally(boot, 1 + (pick % boot.world.records.length));
        for (const name of boot.state().services.keys()) {
          const [all, part] = [whole.tallyOf(name), resumed.tallyOf(name)];
          expect(part?.present).toBe(all?.present);
          const counts = new Map(
            all?.taken.map(({ count, ...way }) => [JSON.stringify(way), count]),
          );
          for (const { count, ...way } of part?.taken ?? [])
            expect(count).toBeLessThanOrEqual(counts.get(JSON.stringify(way)) ?? 0);
        }
      }),
      { numRuns: 20 },
    );
  });
});
