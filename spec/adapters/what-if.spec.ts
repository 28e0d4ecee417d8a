/**
 * Boots of a simulated world, imagined anew with changes: what would have come of them, what is assumed, and
 * what cannot be.
 *
 * @module
 */
import { compareWhatIf, type Comparison } from '../../adapters/what-if/compare';
import { simulatedError } from '../../adapters/simulated/behaviours';
import { Recorder } from '../../adapters/what-if/recorded-world';
import { replay } from '../../effects/replay';
import { parseChange, type Change } from '../../insight/what-if/what-if-changes';
import { TimelineBuilder } from '../../insight/timeline';
import { whatIfText } from '../../insight/what-if/what-if-text';
import { initialState } from '../../machines/fold';
import type { LoggedRecord } from '../../machines/log-format';
import { bootTree, type BootOptions } from '../support/world';

const seconds = (count: number): number => count * 1_000_000;

/** Boots for a minute; then asks what if. */
function compare(options: BootOptions, ...texts: readonly string[]): Comparison {
  const boot = bootTree(options);
  boot.advance(seconds(60));
  const recorder = new Recorder();
  const timeline = new TimelineBuilder();
  const events = boot.world.records as readonly LoggedRecord[];
  for (const { record, state, transitions } of replay(initialState(), events)) {
    recorder.observe(record, state);
    timeline.observe(state, transitions);
  }
  const changes = texts.map((text) => parseChange(text) as Change);
  const lived = { timeline: timeline.finish(), state: boot.state().init.value, events };
  const services = new Set<string>();
  const log = {
    recording: recorder.finish(),
    boot: lived,
    services,
    divergence: undefined,
    damage: [],
  };
  return compareWhatIf(log, { changes, tree: undefined }, events[0]?.at ?? 0);
}

const fail = (): never => {
  throw new Error('nothing is otherwise');
};

const textOf = ({ diff, assumed }: Comparison): string[] =>
  whatIfText({ changes: [], diff, assumed });

const webOnDb: BootOptions = {
  tree: {
    default: { isBundle: true, depends: ['web', 'cron'] },
    web: { mode: 'respawn', depends: ['db'] },
    db: { mode: 'sync' },
    cron: { mode: 'respawn' },
  },
  behaviours: {
    db: [{ livesUs: seconds(2) }],
    cron: [{ livesUs: seconds(5), exit: { code: 1 } }, {}],
  },
};

describe('what if', () => {
  it('a step takes longer: what waits for it comes later, the rest as it was', () => {
    expect(textOf(compare(webOnDb, 'db ready 20s later'))).toEqual([
      'first difference at +2.00 s: not any more: process 100 exited 0',
      '(minit)  settled at  +2.00 s -> +22.0 s',
      'default  done at     +2.00 s -> +22.0 s',
      'web      up at       +2.00 s -> +22.0 s',
      '         time up     30.0 s -> 10.0 s',
      'db       done at     +2.00 s -> +22.0 s',
      '         time up     2.00 s -> 22.0 s',
      'as before: 1 service',
      'assumed, not on record:',
      '  how it goes on after the log ends, at +5.00 s',
    ]);
  });

  it('a process ends: it is started again, and lives as the last that is on record', () => {
    const { diff, assumed } = compare(webOnDb, 'web exits 1 at +12s');
    expect(
      diff.services.map(({ service, changes }) => [service, changes.map(({ field }) => field)]),
    ).toEqual([['web', expect.arrayContaining(['starts', 'failures'])]]);
    expect(diff.services[0]?.after).toMatchObject({ state: 'running', starts: 2, failures: 1 });
    expect(assumed).toEqual([
      'process 2 of web lives as process 1 did, the last on record (it was there when the log ended)',
      'how it goes on after the log ends, at +5.00 s',
    ]);
  });

  it('a service did not respawn: it stays down', () => {
    const [cron] = compare(webOnDb, 'drop respawn of cron').diff.services;
    expect([cron?.before?.state, cron?.after?.state]).toEqual(['running', 'finished']);
    expect([cron?.before?.starts, cron?.after?.starts]).toEqual([2, 1]);
  });

  it('a program is missing: it is tried again and again, and no process is imagined', () => {
    const { diff, assumed } = compare(webOnDb, "cron's spawn fails ENOENT");
    const [cron] = diff.services;
    expect(assumed).toEqual([]);
    expect(cron?.after).toMatchObject({ upAtUs: null, starts: 0 });
    expect(cron?.after?.failures).toBeGreaterThan(5);
  });

  it('a step never ends: nothing is assumed of how long it lives', () => {
    const { assumed } = compare(webOnDb, 'db never ready', 'request start db at +30s');
    expect(assumed.filter((text) => text.includes(' lives as '))).toEqual([]);
  });

  it('the last start on record had failed: further ones fail so, which is assumed', () => {
    const failure = { ...simulatedError('ENOENT'), stage: 'execute' } as const;
    const broken = { ...webOnDb, behaviours: { ...webOnDb.behaviours, cron: [{ failure }] } };
    const { assumed } = compare(broken, 'web exits 1 at +90s');
    expect(assumed).toContainEqual(
      expect.stringMatching(/^start (\d+) of cron fails as start \d+ did, the last on record$/u),
    );
    expect(assumed.filter((text) => text.includes('of cron lives as'))).toEqual([]);
  });

  it('a crash loop goes on: what is assumed alike of its processes, or its starts, is told once', () => {
    const failure = { ...simulatedError('ENOENT'), stage: 'execute' } as const;
    const loops = (cron: NonNullable<BootOptions['behaviours']>[string]): string[] => {
      const behaviours = { ...webOnDb.behaviours, cron };
      return textOf(compare({ ...webOnDb, behaviours }, 'db ready 200s later')).filter((text) =>
        text.includes(' of cron '),
      );
    };
    expect(loops([{ livesUs: 0, exit: { code: 1 } }])).toEqual([
      expect.stringMatching(/^ {2}process \d+ of cron lives as .* 0[.]00 s[)]; so do \d+ more$/u),
    ]);
    expect(loops([{ failure }])).toEqual([
      expect.stringMatching(/^ {2}start \d+ of cron fails as .* on record; so do \d+ more$/u),
    ]);
  });

  it('a service that could not be started is ready: it lives as a good program does', () => {
    const failure = { ...simulatedError('ENOENT'), stage: 'execute' } as const;
    const broken = { ...webOnDb, behaviours: { ...webOnDb.behaviours, cron: [{ failure }] } };
    const { diff, assumed } = compare(broken, 'cron ready at +3s');
    const cron = diff.services.find(({ service }) => service === 'cron');
    expect(cron?.after).toMatchObject({ state: 'running', upAtUs: seconds(3), failures: 0 });
    expect(assumed).toContain(
      'process 1 of cron starts at once and does as a good program does: none of its processes is on record',
    );
    expect(() => compare(broken, 'cron ready 5s later')).toThrow(
      'cron cannot be ready later: it could not be started, so that it never was ready; say when it is: cron ready at +…',
    );
  });

  it('a difference is told also where both times look the same', () => {
    const told = compare(webOnDb, 'db ready 20s later');
    const web = told.diff.services.find(({ service }) => service === 'web') ?? fail();
    const changes = [
      { field: 'upUs', from: 87_419_715, to: 86_919_715 },
      { field: 'doneAtUs', from: 87_419_715, to: 87_429_715 },
    ] as const;
    const diff = { ...told.diff, minit: [], services: [{ ...web, changes }] };
    expect(textOf({ ...told, diff }).slice(1, 3)).toEqual([
      'web  time up  1 min 27 s -> 0.50 s less',
      '     done at  +1 min 27 s -> 0.01 s later',
    ]);
  });

  it('a process is there later: it lives as long as it did', () => {
    const behaviours = { ...webOnDb.behaviours, cron: [{ livesUs: seconds(1) }] };
    const tree = { default: { isBundle: true, depends: ['cron'] }, cron: {} };
    const { diff } = compare({ tree, behaviours }, 'cron ready at +10s');
    const cron = diff.services.find(({ service }) => service === 'cron');
    expect(cron?.after).toMatchObject({ state: 'finished', upAtUs: seconds(10) });
    expect(cron?.after?.upUs).toBe(cron?.before?.upUs);
  });

  it('a dependency goes: nobody waits for it, and nobody asks for it', () => {
    const { diff } = compare(webOnDb, 'drop depends db of web');
    expect(diff.services.map(({ service, is }) => [service, is])).toEqual([
      ['default', 'changed'],
      ['web', 'changed'],
      ['db', 'gone'],
    ]);
    expect(diff.services[1]?.after?.upAtUs).toBeLessThan(seconds(1));
  });

  it('an operator had stopped it: it ends of SIGTERM as nobody has seen it do', () => {
    const { diff, assumed } = compare(webOnDb, 'request stop web at +10s');
    expect(diff.services[0]?.after).toMatchObject({
      state: 'finished',
      upUs: expect.any(Number) as number,
    });
    expect(assumed).toContain('process 1 of web ends at once of SIGTERM');
  });

  it('something happens after the end of the log: both boots go on until then', () => {
    const comparison = compare(webOnDb, 'web exits 1 at +90s');
    expect(comparison.diff.services.map(({ service }) => service)).toEqual(['web']);
    expect(comparison.diff.first?.atUs).toBe(seconds(90));
    expect(comparison.assumed.join()).toMatch(/how it goes on after the log ends, at \+5\.\d\d s/u);
  });

  it.each([
    ['web exits 1 at +606s', '+10 min 6 s'],
    ['request stop web at +606s', '+10 min 6 s'],
    ['db ready at +606s', '+10 min 6 s'],
    ['db ready 606s later', '+10 min 6 s'],
    ['web exits 1 at +99999999s', '+27777 h 46 min'],
  ])('%s: so far beyond the end of the log nothing is imagined', (text, when) => {
    expect(() => compare(webOnDb, text)).toThrow(
      `${when} is too late: the log ends at +5.00 s, and what follows is imagined for ten minutes at most`,
    );
  });

  it('up to ten minutes after the end of the log it is imagined', () => {
    expect(compare(webOnDb, 'web exits 1 at +604s').diff.first?.atUs).toBe(seconds(604));
    expect(compare(webOnDb, 'db ready at +604s').diff.services.length).toBeGreaterThan(0);
  });

  it.each([
    ['web exits 1 at +1s', 'web cannot exit at +1.00 s: it is not running then (waiting-deps)'],
    ['db exits 1 at +9s', 'db cannot exit at +9.00 s: it is not running then (sync-done)'],
    ['web ready at +1s', 'web cannot be ready at +1.00 s: it is started only at +2.00 s'],
    [
      'nobody exits at +9s',
      'nobody cannot exit at +9.00 s: it is not running then (nobody has asked for it by then)',
    ],
    [
      'default never ready',
      'default is never started in this boot: finished, a bundle of dependencies without a process',
    ],
    ['drop sync of web', 'web has no sync that could be dropped: it is respawn'],
    ['add sync to web', 'web is respawn: drop that first'],
    ['add respawn to web', 'web has respawn already'],
    ['add depends db to web', 'web depends on db already'],
    ['add depends web to web', 'web cannot depend on itself'],
    ['drop depends cron of web', 'web does not depend on cron'],
    ['no request at +3s', 'there is no request at +3.00 s: the log has no request at all'],
    ['drop respawn of nobody', 'the directory of nobody is never read in this boot'],
  ])('%s: that cannot be, and is told why', (text, why) => {
    expect(() => compare(webOnDb, text)).toThrow(why);
  });
});
