/**
 * The simulated world is like the real one: the same directories, booted in both, give the same
 * states for each service, one after the other, and the same order between services that depend on
 * each other. Not compared: durations, PIDs, and the order of services that have nothing to do with
 * each other, which is chance in the real world.
 */
import { simulatedError, type Behaviours } from '../../adapters/simulated/behaviours';
import { treeFrom } from '../../adapters/simulated/tree';
import { readServiceDirectory } from '../../adapters/service-directories';
import type { ServiceDefinition, ServiceName } from '../../machines/definition';
import { stateName, type StateName } from '../../machines/state';
import { boot, cleanUp, makeRoot, type Files, type Supervisor } from '../support/supervisor';
import { bootTree } from '../support/world';
import { changesOf, effectsOf, sleeper, statesOf } from './fixtures/recorded';
import { copyTalk } from './fixtures/talk-tree';

afterAll(cleanUp);

type Change = { readonly service: string; readonly to: StateName };
type Definitions = ReadonlyMap<ServiceName, ServiceDefinition>;

/** All that `names` lead to, as minit reads it. */
function definitionsOf(root: string, names: readonly string[]): Definitions {
  const found = new Map<ServiceName, ServiceDefinition>();
  const waiting = [...names];
  for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
    const reading = readServiceDirectory(root, name);
    if (found.has(name) || 'error' in reading) continue;
    const { definition } = reading;
    found.set(name, definition);
    waiting.push(
      ...(definition.hasLog ? [`${name}/log`] : []),
      ...definition.depends.map((dependency) => dependency.name),
    );
  }
  return found;
}

/** For each dependency: where the one side is whenever the other one starts or is stopped. */
function orderOf(changes: readonly Change[], definitions: Definitions): string[] {
  const facts: string[] = [];
  for (const [dependent, { depends, hasLog }] of definitions) {
    for (const needed of [
      ...(hasLog ? [`${dependent}/log`] : []),
      ...depends.map(({ name }) => name),
    ]) {
      const now = new Map<string, StateName>();
      for (const { service, to } of changes) {
        now.set(service, to);
        const other = service === dependent ? needed : service === needed ? dependent : undefined;
        if (other === undefined || !['starting', 'stopping'].includes(to)) continue;
        facts.push(`${service} ${to} while ${other} ${now.get(other) ?? 'unknown'}`);
      }
    }
  }
  return facts;
}

interface Scenario {
  readonly root: string;
  readonly behaviours: Behaviours;
  readonly words?: readonly string[];
  readonly graceMs?: number;
  /** What the real one must have come to before it is told to stop; the simulated one runs until nothing more happens. */
  readonly isSettled: (minit: Supervisor) => Promise<void>;
}

async function compare({
  root,
  behaviours,
  words = [],
  graceMs = 3_000,
  isSettled,
}: Scenario): Promise<void> {
  const definitions = definitionsOf(root, ['default', ...words]);
  const simulated = bootTree({ tree: treeFrom(definitions), behaviours, words, graceMs });
  expect(simulated.run()).toBe('idle');
  simulated.world.signal('SIGTERM');
  expect(simulated.run()).toBe('exited');

  const minit = boot(root, { args: ['--grace', String(graceMs / 1_000), ...words] });
  await isSettled(minit);
  const finished = await minit.stopAndReplay();

  expect(finished.code).toBe(simulated.world.exitCode());
  const real = changesOf(minit);
  const virtual = simulated.world.transitions
    .map(({ before, after }) => ({
      service: after.context.name,
      from: before && stateName(before),
      to: stateName(after),
    }))
    .filter(({ from, to }) => from !== to);
  const states = (changes: readonly Change[]) =>
    Object.fromEntries(
      [...definitions.keys()].map((name) => [
        name,
        changes.filter(({ service }) => service === name).map(({ to }) => to),
      ]),
    );
  expect(states(real)).toEqual(states(virtual));
  expect(orderOf(real, definitions)).toEqual(orderOf(virtual, definitions));
  const reads = simulated.world.records.flatMap(({ effects }) =>
    effects.flatMap(({ type, params }) => (type === 'ReadService' ? [params.service] : [])),
  );
  expect(effectsOf(minit, 'ReadService').map(({ service }) => service)).toEqual(reads);
  expect(orderOf(real, definitions).length).toBeGreaterThan(5);
}

const stepUs = 300_000;

describe('the simulated and the real world agree', () => {
  it('on the tree of the talk', async () => {
    const steps = ['proc', 'keymap', 'net/eth0', 'net/route'];
    await compare({
      root: copyTalk(),
      words: ['default', 'xmode', '-sshd'],
      behaviours: Object.fromEntries(steps.map((name) => [name, [{ livesUs: stepUs }]])),
      async isSettled(minit) {
        await minit.booted();
        await minit.reaches('net/route', 'finished');
      },
    });
  });

  it('on crashes, failed steps, a program that is missing, loggers, and who ignores TERM', async () => {
    const files: Files = {
      'default/depends': 'web\nflaky\nbroken\nstubborn\nno-such\n',
      'web/run': sleeper,
      'web/respawn': '',
      'web/log/run': '#!/bin/sh\nexec cat\n',
      'web/log/respawn': '',
      'web/depends': 'step\nbundle\n',
      'step/run': '#!/bin/sh\nsleep 0.3\nexit 4\n',
      'step/sync': '',
      'bundle/depends': 'killed\n',
      'killed/run': '#!/bin/sh\nsleep 0.1\nkill -9 $$\n',
      'killed/sync': '',
      // Its lives: one short, one long, and one for ever.
      'flaky/run':
        '#!/bin/sh\necho >> lives\ncase $(wc -l < lives) in 1) exit 1;; 2) exec sleep 1.1;; esac\nexec sleep 1000\n',
      'flaky/respawn': '',
      'flaky/depends': 'step\n',
      'broken/run': '->/no/such/program',
      'broken/depends': 'killed\n',
      'stubborn/run': "#!/bin/sh\ntrap '' TERM\necho stubborn\nexec sleep 1000\n",
      'stubborn/depends': 'web\n',
    };
    await compare({
      root: makeRoot(files),
      graceMs: 300,
      behaviours: {
        step: [{ livesUs: stepUs, exit: { code: 4 } }],
        killed: [{ livesUs: 100_000, exit: { signal: 9 } }],
        flaky: [{ livesUs: 10_000, exit: { code: 1 } }, { livesUs: 1_100_000 }, {}],
        broken: [{ failure: { ...simulatedError('ENOENT'), stage: 'execute' } }],
        stubborn: [{ livesUs: Infinity, termUs: 'ignored' }],
      },
      async isSettled(minit) {
        await minit.booted();
        await minit.prints(/^stubborn$/mu);
        await minit.reaches('flaky', 'running', 3);
      },
    });
  });

  it('the comparison sees a difference', () => {
    const definitions = new Map(
      Object.entries({ a: { depends: [{ name: 'b', line: 1 }] }, b: { depends: [] } }),
    ) as unknown as Definitions;
    const [a, b] = (['a', 'b'] as const).map((service) => ({ service, to: 'starting' as const }));
    if (a === undefined || b === undefined) throw new Error('no services');
    expect(orderOf([b, a], definitions)).not.toEqual(orderOf([a, b], definitions));
    expect(statesOf([], 'a')).toEqual([]);
  });
});
