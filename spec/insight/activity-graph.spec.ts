import fc from 'fast-check';
import { innerState, isSettled, stateName } from '../../machines/state';
import { gather, recordsOf } from '../support/gathered';
import { scenario } from '../support/scenarios';
import { bootTree } from '../support/world';

const runs = { numRuns: 25 };

describe('an activity graph', () => {
  it('tells what each instant came after', () => {
    const { world, run } = bootTree({
      tree: {
        default: { isBundle: true, depends: ['web'] },
        web: { mode: 'respawn', depends: ['db'] },
        db: { mode: 'sync' },
      },
    });
    run(1_000_000);
    const { graph } = gather(world.records);
    const told = graph.nodes.map(({ moment, service, isRelease, after }, index) => {
      const edges = after.map(
        ({ from, activity, us }) => `${activity} ${String(from)}+${String(us)}`,
      );
      const what = `${String(index)} ${String(moment.at - 1_000_000)} ${service ?? '-'}`;
      return `${what}${isRelease ? ' let go' : ''}: ${edges.join(', ')}`;
    });
    expect(told).toMatchInlineSnapshot(`
      [
        "0 0 -: ",
        "1 0 default: reading 0+0",
        "2 0 web: reading 1+0",
        "3 0 -: outside 0+0",
        "4 0 -: outside 0+0",
        "5 0 -: outside 0+0",
        "6 0 db: reading 2+0",
        "7 0 db let go: nothing 6+0",
        "8 500 db: starting 7+500",
        "9 10600 db: running 8+10100",
        "10 10600 web let go: nothing 9+0, nothing 2+0",
        "11 11100 web: starting 10+500",
        "12 11100 default let go: nothing 11+0, nothing 1+0",
        "13 11100 -: nothing 8+0, nothing 11+0, nothing 12+0, nothing 6+0",
      ]
    `);
    expect(graph.releases.get('web')).toMatchObject({ by: 'db', needs: ['db'] });
    expect(graph.releases.get('db')).toMatchObject({ by: undefined, needs: [] });
  });

  it('has edges that go back, and nodes at the latest time that those allow', () => {
    fc.assert(
      fc.property(scenario, (drawn) => {
        const { nodes } = gather(recordsOf(drawn)).graph;
        for (const [index, { moment, after }] of nodes.entries()) {
          expect(after.length > 0).toBe(index > 0);
          let latest = -Infinity;
          for (const { from, us, activity } of after) {
            expect(from).toBeLessThan(index);
            expect(us).toBeGreaterThanOrEqual(0);
            if (activity === 'nothing') expect(us).toBe(0);
            latest = Math.max(latest, (nodes[from]?.moment.at ?? NaN) + us);
          }
          if (index > 0) expect(latest).toBe(moment.at);
        }
      }),
      runs,
    );
  });

  it('calls stopping what ends a service that was told to stop, and nothing else', () => {
    fc.assert(
      fc.property(scenario, (drawn) => {
        const { graph, states } = gather(recordsOf(drawn));
        for (const { after, moment, service } of graph.nodes) {
          const [activity] = after.map((edge) => edge.activity);
          const before = states[moment.seq - 2]?.services.get(service ?? '');
          if (before === undefined || (activity !== 'stopping' && activity !== 'running')) continue;
          if (activity === 'stopping') expect(stateName(before)).toBe('stopping');
          // Who may read its pipe to the end, or ends a daemon's start, was sent no signal.
          else if (stateName(before) === 'stopping')
            expect(innerState(before)).not.toBe('terminating');
        }
      }),
      runs,
    );
  });

  it('has each service settled, and let go, where it was for the first time', () => {
    fc.assert(
      fc.property(scenario, fc.boolean(), (drawn, isBootOnly) => {
        const { graph, transitions, timeline } = gather(recordsOf(drawn), isBootOnly);
        const settled = new Map<string, number>();
        const released = new Set<string>();
        for (const { before, after } of transitions) {
          const { name, changedAt } = after.context;
          const hasWaited = before !== undefined && stateName(before) === 'waiting-deps';
          if (hasWaited && stateName(after) === 'starting') released.add(name);
          if (isSettled(after) && !settled.has(name)) settled.set(name, changedAt);
        }
        const until = isBootOnly ? (timeline.settled?.at ?? Infinity) : Infinity;
        for (const [name, node] of graph.settledByService)
          expect([name, graph.nodes[node]?.moment.at]).toEqual([name, settled.get(name)]);
        for (const [name, at] of settled)
          if (at < until) expect(graph.settledByService.has(name)).toBe(true);
        for (const name of released) expect(graph.releases.has(name)).toBe(true);
        for (const { service, at, by, needs } of graph.releases.values()) {
          if (by !== undefined) expect(needs).toContain(by);
          const line = timeline.services.find(({ name }) => name === service);
          expect(line?.spans.some(({ from }) => from.seq === at.seq)).toBe(true);
        }
        const { settled: end } = graph;
        expect(end === undefined ? undefined : graph.nodes[end]?.moment).toEqual(timeline.settled);
      }),
      runs,
    );
  });

  it('of the boot alone is the same up to its end', () => {
    fc.assert(
      fc.property(scenario, (drawn) => {
        const records = recordsOf(drawn);
        const [whole, boot] = [gather(records).graph, gather(records, true).graph];
        expect(boot.settled).toBe(whole.settled);
        expect(boot.nodes).toEqual(
          whole.nodes.slice(0, whole.settled === undefined ? undefined : whole.settled + 1),
        );
        expect(boot.releases).toEqual(whole.releases);
      }),
      runs,
    );
  });
});
