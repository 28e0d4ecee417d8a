import fc from 'fast-check';
import { TimelineBuilder, type Span, type Timeline } from '../../insight/timeline';
import { initialState } from '../../machines/fold';
import { innerState, stateName } from '../../machines/state';
import { replay } from '../../effects/replay';
import { gather, recordsOf } from '../support/gathered';
import { scenario } from '../support/scenarios';
import { bootTree } from '../support/world';

const runs = { numRuns: 25 };

/** The span that a service is in after event `seq`. */
const spanAt = ({ services }: Timeline, name: string, seq: number): Span | undefined =>
  services.find((line) => line.name === name)?.spans.findLast(({ from }) => from.seq <= seq);

describe('a timeline', () => {
  it('tells each stay of each service', () => {
    const { world, run } = bootTree({
      tree: {
        default: { isBundle: true, depends: ['web'] },
        web: { mode: 'respawn', depends: ['db'] },
        db: { mode: 'sync' },
      },
      behaviours: { web: [{ livesUs: 2_000_000, exit: { code: 1 } }, {}] },
    });
    run(10_000_000);
    const { timeline } = gather(world.records);
    const told = Object.fromEntries(
      timeline.services.map(({ name, spans }) => [
        name,
        spans.map(
          ({ from, state, inner, reason, isFailure, restarts }) =>
            `${String(from.at - timeline.begin.at)} ${state} ${inner ?? '-'}: ${reason}${isFailure ? ' (bad)' : ''} ${String(restarts)}`,
        ),
      ]),
    );
    expect(told).toEqual({
      default: [
        '0 waiting-deps -: waiting for web 0',
        '11100 finished -: a bundle: its dependencies were started 0',
      ],
      web: [
        '0 waiting-deps -: waiting for db 0',
        '10600 starting spawning: its process is being made 0',
        '11100 running ready: pid 101 0',
        '2011200 starting reading: exited 1 after 2.00 s; again (bad) 1',
        '2011200 starting spawning: its process is being made 1',
        '2011700 running ready: pid 102 1',
      ],
      db: [
        '0 starting spawning: its process is being made 0',
        '500 running ready: pid 100 0',
        '10600 sync-done -: exited 0 after 0.01 s 0',
      ],
    });
    expect([timeline.settled?.at, timeline.ending, timeline.isCutOff]).toEqual([
      timeline.begin.at + 11_100,
      undefined,
      false,
    ]);
  });

  it('begins a span where a service that runs is told another PID', () => {
    const records = recordsOf({
      ...{ seed: 0, words: [], role: 'process', behaviours: {}, faults: {}, lastPid: 32_768 },
      tree: { default: { mode: 'respawn', depends: [], hasLog: false } },
      acts: [
        { act: 'advance', byUs: 100_000 },
        { act: 'adopt', service: 'default', livesUs: 0 },
      ],
    });
    const [line] = gather(records).timeline.services;
    const pids = line?.spans.flatMap(({ state, pid }) => (state === 'running' ? [pid] : []));
    expect(pids?.slice(0, 2)).toEqual([100, 101]);
  });

  it('has each service in one span at any time, which tells its state', () => {
    fc.assert(
      fc.property(scenario, (drawn) => {
        const { timeline, states, records } = gather(recordsOf(drawn));
        expect([timeline.begin.seq, timeline.end.seq]).toEqual([1, records.length]);
        for (const { spans } of timeline.services) {
          for (const [index, span] of spans.entries()) {
            const next = spans[index + 1];
            expect(span.until).toEqual(next?.from);
            if (next !== undefined) expect(next.from.seq).toBeGreaterThan(span.from.seq);
          }
        }
        for (const state of states) {
          expect(timeline.settled !== undefined && timeline.settled.seq <= state.seq).toBe(
            state.init.context.bootedAt !== undefined,
          );
          for (const service of state.services.values()) {
            const { name, pid, restarts } = service.context;
            const span = spanAt(timeline, name, state.seq);
            expect([name, span?.state, span?.inner, span?.pid]).toEqual([
              name,
              stateName(service),
              innerState(service),
              pid,
            ]);
            expect(span?.restarts).toBe(restarts);
          }
        }
      }),
      runs,
    );
  });

  it('of a log whose beginning is gone is the rest of the whole one', () => {
    fc.assert(
      fc.property(scenario, fc.double({ min: 0, max: 1, noNaN: true }), (drawn, part) => {
        const records = recordsOf(drawn);
        const { timeline: whole } = gather(records);
        const builder = new TimelineBuilder();
        const cut = Math.ceil(records.length * part);
        for (const { state, transitions } of replay(initialState(), records)) {
          if (state.seq === cut) builder.resume(state);
          if (state.seq > cut) builder.observe(state, transitions);
        }
        const rest = builder.finish();
        if (cut === 0) return;
        expect([rest.isCutOff, rest.begin.seq, rest.end]).toEqual([true, cut, whole.end]);
        const facts = (span: Span | undefined) => [
          span?.state,
          span?.inner,
          span?.pid,
          span?.until,
        ];
        for (const { name, spans } of whole.services) {
          const later = spans.filter(({ until }) => until === undefined || until.seq > cut);
          const found = rest.services.find((line) => line.name === name)?.spans ?? [];
          expect(found.map(facts)).toEqual(later.map(facts));
        }
      }),
      runs,
    );
  });
});
