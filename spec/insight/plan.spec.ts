import { test } from '@fast-check/jest';
import { defineTree, simulatedRoot, type TreeEntry } from '../../adapters/simulated/tree';
import { openLog } from '../../adapters/event-log/reader';
import { runReplay } from '../../adapters/replay-log';
import type { ReadDirectory } from '../../insight/plan/ideal-world';
import { planOf, stateAfter, type Plan, type PlanOrder } from '../../insight/plan/plan';
import { planLines, planToJson } from '../../insight/plan/plan-report';
import type { Effect } from '../../machines/effects';
import { initialState } from '../../machines/fold';
import { loggedService } from '../../machines/names';
import { isSettled, servicesInOrder, stateName, type SupervisorState } from '../../machines/state';
import { treeEntries } from '../support/arbitraries';
import { bootTree } from '../support/world';

type Entries = Readonly<Record<string, TreeEntry>>;

function readerOf(entries: Entries): ReadDirectory {
  const tree = defineTree(entries);
  return (service) => {
    const definition = tree.get(service);
    return definition === undefined ? { error: { code: 'ENOENT', errno: 2 } } : { definition };
  };
}

const bootOf = (...words: string[]): PlanOrder => ({
  kind: 'boot',
  words,
  root: simulatedRoot,
  graceMs: 3_000,
});

const booted = (entries: Entries, ...words: string[]): SupervisorState =>
  stateAfter({ order: bootOf(...words), state: initialState(), read: readerOf(entries) });

function plan(entries: Entries, order: PlanOrder, state = initialState()): Plan {
  return planOf({ order, state, read: readerOf(entries) });
}

const texts = ({ steps }: Plan): string[][] =>
  steps.map(({ actions }) => actions.map(({ text }) => text));

const web: Entries = {
  default: { isBundle: true, depends: ['web', 'once'] },
  web: { mode: 'respawn', depends: ['db', 'check'], hasLog: true },
  'web/log': { mode: 'respawn' },
  db: { mode: 'respawn' },
  check: { mode: 'sync', depends: ['db'] },
  once: {},
  spare: { mode: 'respawn', depends: ['db'] },
};

describe('the plan of a boot', () => {
  it('says in each step what goes on in parallel', () => {
    expect(texts(plan(web, bootOf()))).toEqual([
      [
        'start web/log (/sbin/web/log), and again whenever it exits',
        'start db (/sbin/db), and again whenever it exits',
        'start once (/sbin/once) once',
      ],
      ['start check (/sbin/check) and wait until it has terminated, after db'],
      ['start web (/sbin/web), and again whenever it exits, after web/log, db, check'],
      ['default is complete: a bundle, without a program of its own'],
    ]);
  });

  it('leaves out what the words leave out, and says so', () => {
    const { steps, warnings } = plan(web, bootOf('web', '-db'));
    expect(steps.flatMap(({ actions }) => actions.map(({ service }) => service))).toEqual([
      'web/log',
      'check',
      'web',
    ]);
    expect(warnings).toEqual([
      {
        severity: 'note',
        code: 'dependency-black-listed',
        service: 'web',
        file: '/etc/minit/web/depends',
        line: 1,
        text: 'dependency "db" skipped: black-listed on the command line',
      },
      expect.objectContaining({ service: 'check', code: 'dependency-black-listed' }),
    ]);
  });

  it('warns of what is missing, of cycles, and of what can never start', () => {
    const { warnings } = plan(
      {
        default: { isBundle: true, depends: ['a', 'ghost'] },
        a: { mode: 'respawn', depends: ['b'] },
        b: { depends: ['a'], problems: [badParams] },
      },
      bootOf(),
    );
    expect(warnings.map(({ code, file, line }) => [code, file, line])).toEqual([
      ['dependency-cycle', '/etc/minit/b/depends', 1],
      ['spawn-failed', '/etc/minit/b/params', undefined],
      ['dependency-missing', '/etc/minit/default/depends', 2],
    ]);
  });

  it('is refused nothing where there is nothing to start, and tells how it ends', () => {
    const { steps, warnings } = plan({}, bootOf());
    expect(steps.map(({ actions }) => actions.map(({ text }) => text))).toEqual([
      ['minit exits 100'],
    ]);
    expect(warnings.map(({ code }) => code)).toEqual(['nothing-to-start']);
  });
});

const badParams = {
  severity: 'error',
  code: 'bad-params',
  file: 'params',
  text: 'a NUL byte',
} as const;

describe('the plan of a start', () => {
  it('starts only what is not there yet', () => {
    const made = plan(web, { kind: 'start', services: ['spare'] }, booted(web));
    expect(texts(made)).toEqual([
      ['start spare (/sbin/spare), and again whenever it exits, after db'],
    ]);
    expect(made.unchanged).toEqual([expect.objectContaining({ service: 'db', state: 'running' })]);
    expect(made.changes).toEqual([{ service: 'spare', before: undefined, after: 'running' }]);
  });

  it('has nothing to do for what runs', () => {
    const made = plan(web, { kind: 'start', services: ['web'] }, booted(web));
    expect(made.steps).toEqual([]);
    expect(planLines(made, 'here')[1]).toBe('  nothing to do');
  });

  it.each([
    ['db', false, 'not started again when it exits', { want: { before: 'up', after: 'once' } }],
    ['slow', true, 'started again whenever it exits', { want: { before: 'once', after: 'up' } }],
  ] as const)('tells of %s, which runs, that it is to respawn: %s', (name, respawn, will, want) => {
    const entries: Entries = {
      default: { isBundle: true, depends: ['db', 'slow'] },
      db: { mode: 'respawn' },
      slow: {},
    };
    const boot = bootTree({ tree: entries, behaviours: { slow: [{ livesUs: 60_000_000 }] } });
    boot.advance(1_000_000);
    const made = plan(entries, { kind: 'start', services: [name], respawn }, boot.state());
    expect(texts(made)).toEqual([[`${name}, which runs already, is ${will}`]]);
    expect(made.changes).toEqual([
      {
        ...{ service: name, before: 'running', after: 'running', ...want },
        respawns: { before: !respawn, after: respawn },
      },
    ]);
    expect(made.unchanged).toEqual([]);
    const again = plan(
      entries,
      { kind: 'start', services: [name], respawn: !respawn },
      boot.state(),
    );
    expect([again.steps, again.changes]).toEqual([[], []]);
    expect(again.unchanged).toMatchObject([{ service: name, state: 'running' }]);
  });

  it('is refused for what does not exist', () => {
    const made = plan(web, { kind: 'start', services: ['ghost', '../x'] }, booted(web));
    expect(made.refused).toEqual([
      { service: '../x', problem: 'the name has a component ".."' },
      { service: 'ghost', problem: 'no such service' },
    ]);
  });

  it('obeys -u and -o', () => {
    const order = (respawn: boolean): PlanOrder => ({ kind: 'start', services: ['db'], respawn });
    const state = { ...initialState(), active: 1 };
    expect(texts(plan(web, order(false), state))[0]).toEqual([
      'start db (/sbin/db), but not again when it exits',
    ]);
    const sync: Entries = { db: { mode: 'sync' }, web: { depends: ['db'] } };
    expect(texts(plan(sync, order(true), state))[0]).toEqual([
      'start db (/sbin/db), and again whenever it exits',
    ]);
  });

  it('waits for a sync service that runs already', () => {
    const order: PlanOrder = { kind: 'start', services: ['late'] };
    const entries: Entries = {
      default: { isBundle: true, depends: ['slow'] },
      slow: { mode: 'sync' },
      late: { depends: ['slow'] },
    };
    const boot = bootTree({ tree: entries, behaviours: { slow: [{ livesUs: 60_000_000 }] } });
    boot.advance(1_000_000);
    expect(boot.stateOf('slow')).toBe('running');
    const made = plan(entries, order, boot.state());
    expect(texts(made)).toEqual([
      [
        'wait until slow, which runs already, has terminated',
        'start late (/sbin/late) once, after slow',
        'default is complete: a bundle, without a program of its own',
      ],
      ['minit exits 0'],
    ]);
    expect(made.warnings.map(({ code }) => code)).toEqual(['under-way']);
  });
});

describe('the plan of a stop', () => {
  it('stops what it names, and tells who needs it', () => {
    const made = plan(web, { kind: 'stop', services: ['db'] }, booted(web));
    expect(texts(made)).toEqual([['stop db: send it SIGTERM']]);
    expect(made.warnings).toEqual([
      {
        severity: 'warning',
        code: 'dependents-stay',
        service: 'db',
        text: 'web needs db, and is not stopped with it',
      },
    ]);
  });

  it('of the whole goes down in the reverse order', () => {
    expect(texts(plan(web, { kind: 'shutdown', how: 'power-off' }, booted(web, 'web')))).toEqual([
      ['stop web: send it SIGTERM, and SIGKILL after 3 s if it has not ended'],
      [
        'close the log pipe of web: web/log reads the rest and ends',
        'stop db: send it SIGTERM, and SIGKILL after 3 s if it has not ended',
      ],
      ['minit exits 0'],
    ]);
  });
});

/** A log that reads a pipe for ever, or ends: the simulated world has its own mind. */
const isLog = (name: string): boolean => loggedService(name) !== undefined;

describe('a plan', () => {
  test.prop([treeEntries])('of a boot comes to what a boot without faults comes to', (entries) => {
    const boot = bootTree({ tree: entries, role: 'process' });
    boot.advance(2_000_000);
    const end = booted(entries);
    const of = (state: SupervisorState): [string, string][] =>
      servicesInOrder(state)
        .filter(({ context }) => !isLog(context.name))
        .map((service) => [service.context.name, stateName(service)]);
    if (servicesInOrder(end).some(({ context }) => isLog(context.name))) return;
    expect(of(end)).toEqual(of(boot.state()));
  });

  test.prop([treeEntries])('starts nothing before what it needs', (entries) => {
    const { steps } = plan(entries, bootOf());
    const stepOf = new Map(
      steps.flatMap(({ actions }, index) =>
        actions.flatMap(({ service, after }) =>
          service === undefined || after === undefined ? [] : [[service, index] as const],
        ),
      ),
    );
    const end = booted(entries);
    for (const { actions } of steps)
      for (const { service = '', after = [] } of actions)
        for (const need of after) {
          const needed = end.services.get(need);
          expect(needed && isSettled(needed)).toBe(true);
          const needStep = stepOf.get(need);
          if (needStep !== undefined)
            expect([service, need, needStep < (stepOf.get(service) ?? -1)]).toEqual([
              service,
              need,
              true,
            ]);
        }
  });

  test.prop([treeEntries])(
    'does not touch what it is made from, and is the same again',
    (entries) => {
      const state = booted(entries);
      const order: PlanOrder = { kind: 'shutdown', how: 'reboot' };
      const first = planToJson(plan(entries, order, state), '');
      expect(planToJson(plan(entries, order, state), '')).toBe(first);
    },
  );

  test.prop([treeEntries])('of a shutdown leaves nothing that runs', (entries) => {
    const end = stateAfter({
      order: { kind: 'shutdown', how: 'power-off' },
      state: booted(entries),
      read: readerOf(entries),
    });
    expect(end.serviceByPid.size).toBe(0);
  });
});

describe('the plans from a real log', () => {
  const log = openLog(`${__dirname}/../golden/demo.v1.jsonl`);
  if ('code' in log) throw new Error(log.text);

  const planAt = (order: PlanOrder, seq: number): Plan => {
    const { state } = runReplay(log, { seq });
    const read: ReadDirectory = (service) => {
      const known = state.services.get(service);
      return known === undefined
        ? { error: { code: 'ENOENT', errno: 2 } }
        : { definition: known.context.definition };
    };
    return planOf({ order, state, read });
  };

  it.each<[string, PlanOrder, number]>([
    ['stop web', { kind: 'stop', services: ['web'] }, 36],
    ['start web and motd', { kind: 'start', services: ['web', 'motd'] }, 36],
    ['shut down', { kind: 'shutdown', how: 'power-off' }, 36],
    ['shut down in the middle of a boot', { kind: 'shutdown', how: 'reboot' }, 20],
    ['start web when all is over', { kind: 'start', services: ['web'] }, 43],
  ])('%s', (_, order, seq) => {
    expect(planLines(planAt(order, seq), 'the log').join('\n')).toMatchSnapshot();
  });

  it('tell of what is just being started whether it is to respawn', () => {
    const made = planAt({ kind: 'start', services: ['web'], respawn: false }, 30);
    expect(texts(made)[0]).toContain(
      'web, which is just being started, is not started again when it exits',
    );
    expect(texts(planAt({ kind: 'start', services: ['web'], respawn: true }, 30))[0]).toEqual(
      texts(made)[0]?.filter((text) => !text.startsWith('web,')),
    );
  });

  it('ask of a shutdown what the shutdown has asked then', () => {
    const recorded = [...log.items()].flatMap((item) =>
      item.kind === 'record' && item.record.seq > 36 ? item.record.effects : [],
    );
    const planned = planAt({ kind: 'shutdown', how: 'power-off' }, 36).steps.flatMap(
      ({ actions }) => actions.flatMap(({ effects }) => effects),
    );
    const told = (effects: readonly Effect[]): string[] =>
      effects
        .filter(({ type }) => ['SendSignal', 'CloseLogPipe', 'ExitSupervisor'].includes(type))
        .map((effect) => JSON.stringify(effect))
        .sort();
    expect(told(planned)).toEqual(told(recorded));
    expect(told(planned).length).toBeGreaterThan(6);
  });
});
