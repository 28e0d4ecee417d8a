import fc from 'fast-check';
import { replay } from '../../effects/replay';
import { BootFactsBuilder, type ServiceFacts } from '../../insight/compare/boot-facts';
import { initialState } from '../../machines/fold';
import { stateName } from '../../machines/state';
import { factsOf, gather, recordsOf } from '../support/gathered';
import { scenario } from '../support/scenarios';
import { bootTree } from '../support/world';

const runs = { numRuns: 25 };
const total = (ends: ReadonlyMap<string, number>): number =>
  [...ends.values()].reduce((sum, times) => sum + times, 0);

describe('the facts of a boot', () => {
  it('tell when each service began and was up, and what became of it', () => {
    const { world, advance, run } = bootTree({
      tree: {
        default: { isBundle: true, depends: ['web', 'cron'] },
        web: { mode: 'respawn', depends: ['db'] },
        db: { mode: 'sync' },
        cron: { mode: 'respawn' },
      },
      behaviours: { cron: [{ livesUs: 5_000, exit: { code: 1 } }, {}] },
      words: ['default'],
    });
    advance(5_000_000);
    world.signal('SIGTERM');
    run();
    const { services, ...boot } = factsOf(world.records);
    expect(boot).toEqual({
      ...{ words: ['default'], role: 'process', state: 'halted', resumes: 0 },
      ...{ settledUs: 11_100, endingUs: 1_100, isCutOff: false },
    });
    const none = new Map<string, number>();
    const stopped = new Map([['killed by SIGTERM', 1]]);
    const facts: readonly ServiceFacts[] = [
      {
        ...{ name: 'default', startedUs: undefined, upUs: 11_100, tookUs: 0 },
        ...{ state: 'finished', inner: undefined, why: undefined, restarts: 0 },
        ...{ ends: none, lastEnds: none, needs: ['web', 'cron'] },
      },
      {
        ...{ name: 'web', startedUs: 10_600, upUs: 11_100, tookUs: 500 },
        ...{ state: 'running', inner: 'ready', why: undefined, restarts: 0 },
        ...{ ends: none, lastEnds: stopped, needs: ['db'] },
      },
      {
        ...{ name: 'db', startedUs: 0, upUs: 10_600, tookUs: 10_600 },
        ...{ state: 'sync-done', inner: undefined, why: 'exited 0', restarts: 0 },
        ...{ ends: new Map([['exited 0', 1]]), lastEnds: none, needs: [] },
      },
      {
        ...{ name: 'cron', startedUs: 0, upUs: 500, tookUs: 500 },
        ...{ state: 'running', inner: 'ready', why: undefined, restarts: 1 },
        ...{ ends: new Map([['exited 1', 1]]), lastEnds: stopped, needs: [] },
      },
    ];
    expect(services).toEqual(facts);
  });

  it('are those of the last state before all services were told to go down', () => {
    fc.assert(
      fc.property(scenario, (drawn) => {
        const records = recordsOf(drawn);
        const { states, timeline } = gather(records);
        const { services, settledUs, endingUs } = factsOf(records);
        const { begin, settled, ending, end } = timeline;
        expect(settledUs).toBe(settled && settled.at - begin.at);
        expect(endingUs).toBe(ending && end.at - ending.at);
        const last = states.findLast(({ seq }) => ending === undefined || seq < ending.seq);
        expect(services.map(({ name, state, restarts }) => [name, state, restarts])).toEqual(
          [...(last?.services.values() ?? [])]
            .sort((a, b) => a.context.order - b.context.order)
            .map((each) => [each.context.name, stateName(each), each.context.restarts]),
        );
      }),
      runs,
    );
  });

  it('count each process that has ended, and no time that runs backwards', () => {
    fc.assert(
      fc.property(scenario, (drawn) => {
        const records = recordsOf(drawn);
        const { transitions } = gather(records);
        const { services } = factsOf(records);
        const ended = new Map<string, number>();
        for (const { before, after } of transitions) {
          const { name, pid } = after.context;
          if (before?.context.pid !== undefined && pid === undefined)
            ended.set(name, (ended.get(name) ?? 0) + 1);
        }
        for (const { name, ends, lastEnds, startedUs, upUs, tookUs } of services) {
          expect([name, total(ends) + total(lastEnds)]).toEqual([name, ended.get(name) ?? 0]);
          for (const us of [startedUs, upUs, tookUs]) expect(us ?? 0).toBeGreaterThanOrEqual(0);
          expect(tookUs ?? 0).toBeLessThanOrEqual(upUs ?? 0);
        }
      }),
      runs,
    );
  });

  it('of a log whose beginning is gone say so; after a gap they go on', () => {
    fc.assert(
      fc.property(scenario, fc.double({ min: 0, max: 1, noNaN: true }), (drawn, part) => {
        const records = recordsOf(drawn);
        const cut = Math.ceil(records.length * part);
        const [rest, gap] = [new BootFactsBuilder(), new BootFactsBuilder()];
        for (const { record, state, transitions } of replay(initialState(), records)) {
          if (record.seq === 1) gap.observe(record, state, transitions);
          if (record.seq === cut) for (const builder of [rest, gap]) builder.resume(state);
          if (record.seq > cut)
            for (const builder of [rest, gap]) builder.observe(record, state, transitions);
        }
        if (cut < 2) return;
        const whole = factsOf(records);
        const became = ({ services }: typeof whole) =>
          services.map(({ name, state, inner, why, restarts }) => [
            name,
            state,
            inner,
            why,
            restarts,
          ]);
        expect(rest.finish().isCutOff).toBe(true);
        expect(gap.finish()).toMatchObject({ isCutOff: false, words: whole.words });
        // Where the end began in the gap, what was before it is gone.
        if (whole.endingUs !== undefined) return;
        expect(became(gap.finish())).toEqual(became(whole));
        expect(became(rest.finish())).toEqual(became(whole));
      }),
      runs,
    );
  });

  it('are none without an event', () => {
    expect(() => new BootFactsBuilder().finish()).toThrow('there is no event');
  });
});
