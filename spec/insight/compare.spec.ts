import fc from 'fast-check';
import { compareBoots, toleranceDefault } from '../../insight/compare/compare';
import { compareReport } from '../../insight/compare/compare-report';
import type { Behaviours } from '../../adapters/simulated/behaviours';
import type { TreeEntry } from '../../adapters/simulated/tree';
import type { LoggedRecord } from '../../machines/log-format';
import { factsOf, recordsOf } from '../support/gathered';
import { scenario, type Act, type Scenario } from '../support/scenarios';
import { bootTree } from '../support/world';

const tree: Readonly<Record<string, TreeEntry>> = {
  default: { isBundle: true, depends: ['web', 'cron'] },
  web: { mode: 'respawn', depends: ['db'] },
  db: { mode: 'sync' },
  cron: { mode: 'respawn' },
};

function boot(
  behaviours: Behaviours = {},
  { changed = {}, words = [], signal }: Partial<Changes> = {},
) {
  const { world, run, advance } = bootTree({ tree: { ...tree, ...changed }, behaviours, words });
  advance(20_000_000);
  if (signal !== undefined) world.signal(signal);
  run(20_000_000);
  return factsOf(world.records);
}

interface Changes {
  readonly changed: Readonly<Record<string, TreeEntry>>;
  readonly words: readonly string[];
  readonly signal: 'SIGTERM';
}

const report = (from: ReturnType<typeof boot>, to: ReturnType<typeof boot>): string[] =>
  compareReport(compareBoots(from, to));

const exact = { us: 0, share: 0 };

describe('the comparison of two boots', () => {
  it('finds no difference where there is none', () => {
    expect(compareBoots(boot(), boot())).toEqual({
      isSame: true,
      minit: [],
      changed: [],
      missing: [],
      new: [],
      boot: undefined,
      ending: undefined,
      took: [],
      shifted: [],
      moved: [],
    });
    expect(report(boot(), boot())).toEqual([]);
  });

  it('tells who took longer apart from who had to wait for that', () => {
    expect(report(boot(), boot({ db: [{ livesUs: 2_000_000 }] }))).toEqual([
      'the boot took 11.1 ms -> 2.001 s  (+1.990 s)',
      'took longer or less long until up:',
      '  db  10.6 ms -> 2.001 s  +1.990 s',
      'took as long as before, but up later or sooner:',
      '  default  11.1 ms -> 2.001 s  +1.990 s',
      '  web      11.1 ms -> 2.001 s  +1.990 s',
    ]);
  });

  it('tells what became of a service: its state first, then exits and restarts', () => {
    const now = boot({
      web: [
        { livesUs: 500_000, exit: { code: 7 } },
        { livesUs: 700_000, exit: { signal: 11 } },
        {},
      ],
      db: [{ failure: { code: 'ENOENT', errno: 2, stage: 'execute' } }],
    });
    expect(report(boot(), now)).toEqual([
      'the boot took 11.1 ms -> 1.0 ms  (-10.1 ms)',
      'went otherwise:',
      '  db   state     sync-done -> failed',
      '       why       exited 0 -> cannot execute its program (run): no such file or directory (ENOENT)',
      '       exits     exited 0 -> none',
      '  web  restarts  0 -> 2',
      '       exits     none -> exited 7, killed by SIGSEGV',
      'took longer or less long until up:',
      '  db  10.6 ms -> 500 µs  -10.1 ms',
      'took as long as before, but up later or sooner:',
      '  default  11.1 ms -> 1.0 ms  -10.1 ms',
      '  web      11.1 ms -> 1.0 ms  -10.1 ms',
    ]);
  });

  it('tells what is new, what is missing and who asks for it', () => {
    const changed = {
      default: { isBundle: true, depends: ['web', 'ntp'] },
      ntp: { mode: 'respawn' as const },
    };
    expect(report(boot(), boot({}, { changed, words: ['default', '-db'] }))).toEqual([
      'the boot took 11.1 ms -> 500 µs  (-10.6 ms)',
      'minit:',
      '  words  none -> default -db',
      'went otherwise:',
      '  default  needs now      ntp',
      '           needs no more  cron',
      '  web      needs no more  db',
      'missing now:',
      '  db    sync-done: exited 0',
      '  cron  running',
      'new:',
      '  ntp  running',
      'took as long as before, but up later or sooner:',
      '  default  11.1 ms -> 500 µs  -10.6 ms',
      '  web      11.1 ms -> 500 µs  -10.6 ms',
    ]);
  });

  it('tells a boot that never settled', () => {
    const { minit, changed, boot: took } = compareBoots(boot(), boot({ db: [{ hangs: true }] }));
    expect(minit).toEqual([
      { field: 'settled', from: true, to: false },
      { field: 'state', from: 'running', to: 'booting' },
    ]);
    expect(changed.find(({ service }) => service === 'web')?.changes).toEqual([
      { field: 'state', from: 'running', to: 'waiting-deps' },
      { field: 'inner', from: 'ready', to: null },
      { field: 'why', from: null, to: 'waiting for db' },
      { field: 'upInBoot', from: true, to: false },
    ]);
    expect(took).toBeUndefined();
  });

  it('compares what was up before the end, and the end only with another end', () => {
    const ended = boot({}, { signal: 'SIGTERM' });
    expect(report(boot(), ended)).toEqual([
      'minit:',
      '  state        running -> halted',
      '  told to end  no -> yes',
    ]);
    const unwilling = boot({ cron: [{ termUs: 'ignored' }] }, { signal: 'SIGTERM' });
    expect(report(ended, unwilling)).toEqual([
      'went otherwise:',
      '  cron  at the end  killed by SIGTERM -> killed by SIGKILL',
      'the shutdown took 1.1 ms -> 3.000 s  (+2.999 s)',
    ]);
  });

  it('tells the order where it is another one, but not of starts at about the same time', () => {
    const [quick, slow] = [boot(), boot({ db: [{ livesUs: 2_000_000 }] })];
    const early = boot({}, { changed: { cron: { mode: 'respawn', depends: ['web'] } } });
    expect(compareBoots(quick, slow).moved).toEqual([]);
    expect(report(slow, early).slice(-2)).toEqual([
      'started in another order:',
      '  web  now before cron',
    ]);
    expect(compareBoots(quick, early, exact).moved).toEqual([
      { service: 'web', nowAfter: [], nowBefore: ['cron'] },
    ]);
  });

  it('takes small differences of time for none', () => {
    const lives = (us: number) => boot({ db: [{ livesUs: us }] });
    const isSame = (a: number, b: number): boolean => compareBoots(lives(a), lives(b)).isSame;
    // Not more than 10 ms.
    expect(isSame(5_000, 15_000)).toBe(true);
    expect(isSame(5_000, 15_100)).toBe(false);
    // Not more than 20 % of the shorter one, which is 600 µs longer than the process lives.
    expect(isSame(1_000_000, 1_200_000)).toBe(true);
    expect(isSame(1_200_000, 1_000_000)).toBe(true);
    expect(isSame(1_000_000, 1_201_000)).toBe(false);
    expect(compareBoots(lives(5_000), lives(5_001), exact).isSame).toBe(false);
    expect(compareBoots(lives(5_000), lives(9_000), { us: 1_000, share: 1 }).isSame).toBe(true);
  });

  it('tells no more than a few of those that only had to wait', () => {
    const many = Array.from({ length: 8 }, (_, index) => `s${String(index)}`);
    const changed: Record<string, TreeEntry> = {
      default: { isBundle: true, depends: many },
      ...Object.fromEntries(many.map((name) => [name, { mode: 'respawn', depends: ['db'] }])),
    };
    const lines = report(
      boot({}, { changed }),
      boot({ db: [{ livesUs: 1_000_000 }] }, { changed }),
    );
    expect(lines.slice(4)).toHaveLength(6);
    expect(lines.at(-1)).toBe('  and 4 more');
  });
});

/** What names PIDs itself is not the same story with other PIDs. */
const namesNoPid = (act: Act): boolean =>
  act.act !== 'adopt' && !(act.act === 'request' && /^P|set-pid/u.test(act.text));

const withoutPids = (drawn: Scenario): Scenario => ({
  ...drawn,
  acts: drawn.acts.filter(namesNoPid),
});

/** The same events with other PIDs, at another time of the machine. */
function elsewhere(
  records: readonly LoggedRecord[],
  byPid: number,
  byUs: number,
): readonly LoggedRecord[] {
  const moved = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(moved);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [
        key,
        key === 'pid' && typeof inner === 'number' ? inner + byPid : moved(inner),
      ]),
    );
  };
  return records.map((record) => ({
    ...(moved(record) as LoggedRecord),
    at: record.at + byUs,
  }));
}

const runs = { numRuns: 25 };

describe('any boot', () => {
  it('compared with itself gives no difference', () => {
    fc.assert(
      fc.property(scenario, (drawn) => {
        const facts = factsOf(recordsOf(drawn));
        const comparison = compareBoots(facts, facts, exact);
        expect(comparison).toMatchObject({ isSame: true });
        expect(compareReport(comparison)).toEqual([]);
      }),
      runs,
    );
  });

  it('gives no difference with other PIDs and another clock', () => {
    fc.assert(
      fc.property(scenario, fc.integer({ min: 1, max: 1e6 }), fc.nat(1e12), (drawn, pid, us) => {
        const records = recordsOf(withoutPids(drawn));
        const [here, there] = [factsOf(records), factsOf(elsewhere(records, pid, us))];
        expect(there).toEqual(here);
        expect(compareBoots(here, there, exact).isSame).toBe(true);
      }),
      runs,
    );
  });

  it('is compared the same both ways', () => {
    fc.assert(
      fc.property(scenario, scenario, (one, other) => {
        const [a, b] = [factsOf(recordsOf(one)), factsOf(recordsOf({ ...other, tree: one.tree }))];
        const [there, back] = [compareBoots(a, b), compareBoots(b, a)];
        const turn = <T extends { from: unknown; to: unknown }>(each: T): T => ({
          ...each,
          from: each.to,
          to: each.from,
        });
        const byName = (x: { service: string }, y: { service: string }): number =>
          x.service < y.service ? -1 : 1;
        expect(back.isSame).toBe(there.isSame);
        expect([back.new, back.missing]).toEqual([there.missing, there.new]);
        expect(back.minit).toEqual(there.minit.map(turn));
        expect([back.boot, back.ending]).toEqual([
          there.boot && turn(there.boot),
          there.ending && turn(there.ending),
        ]);
        for (const field of ['took', 'shifted'] as const)
          expect([...back[field]].sort(byName)).toEqual(there[field].map(turn).sort(byName));
        expect([...back.changed].sort(byName)).toEqual(
          there.changed
            .map(({ service, changes, needsNow, needsNoMore }) => ({
              service,
              changes: changes.map(turn),
              needsNow: needsNoMore,
              needsNoMore: needsNow,
            }))
            .sort(byName),
        );
        expect(back.moved.length > 0).toBe(there.moved.length > 0);
        expect(compareReport(there).length > 0).toBe(!there.isSame);
        expect(compareReport(there).join('\n')).not.toMatch(/undefined|NaN|\[object/u);
        expect(toleranceDefault).toEqual({ us: 10_000, share: 0.2 });
      }),
      runs,
    );
  });
});
