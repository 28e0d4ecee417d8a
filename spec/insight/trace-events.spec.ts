import fc from 'fast-check';
import { traceOf, type Trace, type TraceEvent } from '../../insight/chart/trace-events';
import type { Timeline } from '../../insight/timeline';
import { gather, recordsOf, type Gathered } from '../support/gathered';
import { scenario } from '../support/scenarios';
import { bootTree } from '../support/world';

const traceFrom = ({ timeline, path, instants }: Gathered): Trace =>
  traceOf({ timeline, path, instants, title: 'a boot', otherData: { host: 'box' } });

type Complete = Extract<TraceEvent, { ph: 'X' }>;
type Metadata = Extract<TraceEvent, { ph: 'M' }>;

const isComplete = (event: TraceEvent): event is Complete => event.ph === 'X';
const isName = (event: TraceEvent): event is Metadata => event.name === 'thread_name';

/** `web 11100+500 starting`: what is drawn, on which thread. */
function drawn({ traceEvents }: Trace): string[] {
  const threads = new Map(
    traceEvents.filter(isName).map(({ tid, args }) => [tid, String(args['name'])]),
  );
  return traceEvents.flatMap((event) => {
    const thread = threads.get(event.tid) ?? '?';
    if (event.ph === 'X')
      return [`${thread} ${String(event.ts)}+${String(event.dur)} ${event.name}`];
    return event.ph === 'i' ? [`${thread} ${String(event.ts)} ${event.name}`] : [];
  });
}

const runs = { numRuns: 25 };

describe('a trace', () => {
  it('has a thread for each service, for minit and for the critical path', () => {
    const { world, run } = bootTree({
      tree: {
        default: { isBundle: true, depends: ['web', 'cron'] },
        web: { mode: 'respawn', depends: ['db'] },
        db: { mode: 'sync' },
        cron: { mode: 'respawn' },
      },
      behaviours: { cron: [{ livesUs: 5_000, exit: { code: 1 } }, {}] },
    });
    run(2_000_000);
    world.signal('SIGTERM');
    run(2_000_000);
    const trace = traceFrom(gather(world.records));
    expect(drawn(trace)).toMatchInlineSnapshot(`
      [
        "minit 0+11100 booting",
        "minit 11100+495000 running",
        "minit 506100+1100 shutting down",
        "minit 506100 minit got SIGTERM",
        "critical path 0+500 db: starting",
        "critical path 500+10100 db: running until it ended",
        "critical path 10600+500 web: starting",
        "default 0+11100 waiting-deps",
        "web 0+10600 waiting-deps",
        "web 10600+500 starting",
        "web 11100+495000 running",
        "web 506100+1100 stopping",
        "db 0+500 starting",
        "db 500+10100 running",
        "cron 0+500 starting",
        "cron 500+5100 running",
        "cron 5600 failed",
        "cron 5600+500000 respawning",
        "cron 505600 respawn",
        "cron 505600+0 starting",
        "cron 505600+500 starting",
        "cron 506100+0 running",
        "cron 506100+1100 stopping",
      ]
    `);
    expect(trace.traceEvents[0]).toEqual({
      ...{ pid: 1, tid: 1, ph: 'M', name: 'process_name' },
      args: { name: 'a boot' },
    });
    expect(trace.traceEvents.find(({ name }) => name === 'respawning')).toEqual({
      ...{ pid: 1, tid: 6, ph: 'X', name: 'respawning', cat: 'service', ts: 5_600, dur: 500_000 },
      args: { why: 'exited 1 after 0.01 s; again soon', seq: 11 },
    });
    expect([trace.displayTimeUnit, trace.otherData]).toEqual(['ms', { host: 'box' }]);
  });

  it('is what the format asks for, as JSON', () => {
    fc.assert(
      fc.property(scenario, (given) => {
        const gathered = gather(recordsOf(given));
        const trace = traceFrom(gathered);
        expect(JSON.parse(JSON.stringify(trace))).toEqual(trace);
        const length = gathered.timeline.end.at - gathered.timeline.begin.at;
        const names = new Map<number, number>();
        for (const event of trace.traceEvents) {
          expect([event.pid, Number.isInteger(event.tid)]).toEqual([1, true]);
          expect(event.name).not.toBe('');
          if (isName(event)) names.set(event.tid, (names.get(event.tid) ?? 0) + 1);
          if (event.ph === 'M') continue;
          const until = event.ts + (event.ph === 'X' ? event.dur : 0);
          expect(Number.isInteger(event.ts) && Number.isInteger(until)).toBe(true);
          expect(event.ts).toBeGreaterThanOrEqual(0);
          expect(until).toBeGreaterThanOrEqual(event.ts);
          expect(until).toBeLessThanOrEqual(length);
        }
        // Each thread that something is drawn on has one name.
        expect(new Set(trace.traceEvents.map(({ tid }) => tid))).toEqual(new Set(names.keys()));
        expect(new Set(names.values())).toEqual(new Set([1]));
      }),
      runs,
    );
  });

  it('has the events of each thread in order, and none that overlap', () => {
    fc.assert(
      fc.property(scenario, (given) => {
        const { traceEvents } = traceFrom(gather(recordsOf(given)));
        const ends = new Map<number, number>();
        for (const { tid, ts, dur } of traceEvents.filter(isComplete)) {
          expect(ts).toBeGreaterThanOrEqual(ends.get(tid) ?? 0);
          ends.set(tid, ts + dur);
        }
      }),
      runs,
    );
  });

  it('draws as much of each service as it was not at rest, and all of the critical path', () => {
    fc.assert(
      fc.property(scenario, (given) => {
        const gathered = gather(recordsOf(given));
        const { timeline, path } = gathered;
        const { traceEvents } = traceFrom(gathered);
        const total = (tid: number): number =>
          traceEvents
            .filter(isComplete)
            .reduce((sum, event) => (event.tid === tid ? sum + event.dur : sum), 0);
        expect(total(1)).toBe(timeline.end.at - timeline.begin.at);
        expect(total(2)).toBe(path.end.at - path.begin.at);
        for (const [index, { spans }] of timeline.services.entries()) {
          const busy = spans.filter(
            ({ state }) => !['down', 'finished', 'sync-done'].includes(state),
          );
          expect(total(3 + index)).toBe(
            busy.reduce((sum, { from, until }) => sum + (until ?? timeline.end).at - from.at, 0),
          );
        }
      }),
      runs,
    );
  });

  it('of a log whose beginning is gone does not claim to know the boot', () => {
    const moment = { seq: 5, at: 1_000 };
    const timeline: Timeline = {
      ...{ begin: moment, settled: moment, ending: undefined, isCutOff: true },
      ...{ end: { seq: 9, at: 3_000 }, services: [] },
    };
    const trace = traceOf({ timeline, path: undefined, instants: [], title: '', otherData: {} });
    expect(drawn(trace)).toEqual(['minit 0+2000 running']);
  });
});
