/**
 * The simulation of a user's tree: it says the same for the same seed, finds what was broken on purpose,
 * and makes the schedule that shows it as short as can be.
 *
 * @module
 */
import fc from 'fast-check';
import { drawScenario, faultKinds } from '../../adapters/simulation/draw';
import { encodeLog } from '../../adapters/simulation/log-file';
import { simulationJson, simulationText } from '../../adapters/simulation/report';
import { runScenario } from '../../adapters/simulation/run';
import { shrink } from '../../adapters/simulation/shrink';
import { simulate } from '../../adapters/simulation/simulate';
import type { SimulatedTree } from '../../adapters/simulation/tree';
import { defineTree } from '../../adapters/simulated/tree';
import type { Effect } from '../../machines/effects';
import { fold } from '../../machines/fold';

type Fold = typeof fold;

const entries = {
  default: { isBundle: true, depends: ['web', 'cron'] },
  web: { mode: 'respawn', depends: ['db', 'migrate'] },
  db: { mode: 'respawn', hasLog: true },
  'db/log': { mode: 'respawn' },
  migrate: { mode: 'sync', depends: ['db'] },
  cron: { mode: 'oneshot' },
} as const;
const small: SimulatedTree = {
  root: '/etc/minit',
  tree: defineTree(entries),
  broken: {},
  words: [],
  role: 'process',
};
const services = Object.keys(entries);
const seed = fc.integer({ min: 0, max: 2 ** 31 - 1 });
const drawn = seed.map((each) => drawScenario(each, { services, faults: faultKinds }));

/** Counts one service too many from the first crash on. */
const miscounts: Fold = (state, recorded) => {
  const folded = fold(state, recorded);
  const { event } = recorded;
  const isCrash =
    event.type === 'ProcessExited' && 'signal' in event.status && event.status.signal === 11;
  return isCrash
    ? { ...folded, state: { ...folded.state, active: folded.state.active + 1 } }
    : folded;
};

/** Forgets to wait before it starts a service again, so that it never does. */
const forgetsTimers: Fold = (state, recorded) => {
  const folded = fold(state, recorded);
  return { ...folded, effects: folded.effects.filter(({ type }) => type !== 'StartTimer') };
};

/** Answers what was asked twice. */
const answersTwice: Fold = (state, recorded) => {
  const folded = fold(state, recorded);
  const replies = folded.effects.filter(({ type }) => type === 'Reply');
  return { ...folded, effects: [...folded.effects, ...replies] };
};

/** Waits, and never kills. */
const sparesTheDeaf: Fold = (state, recorded) => {
  const folded = fold(state, recorded);
  const isKill = ({ type, params }: Effect): boolean =>
    type === 'SendSignal' && params.signal === 9;
  return { ...folded, effects: folded.effects.filter((effect) => !isKill(effect)) };
};

const options = { runs: 1_000, seed: 1, faults: faultKinds };

describe('a simulation', () => {
  it('finds nothing in a sound tree', () => {
    const { findings, runs } = simulate(small, { ...options, runs: 300 });
    expect(findings).toEqual([]);
    expect(runs).toBe(300);
  });

  it.each(['container', 'machine'] as const)(
    'finds nothing where minit is PID 1 of a %s',
    (role) => {
      expect(simulate({ ...small, role }, { ...options, runs: 200 }).findings).toEqual([]);
    },
  );

  it('runs the same from the same seed, byte for byte, and whatever was folded before', () => {
    const { path } = runScenario(small, { seed: 0, incidents: [] });
    fc.assert(
      fc.property(drawn, (scenario) => {
        const logs = [
          runScenario(small, scenario),
          runScenario(small, scenario, { known: path }),
        ].map(({ records }) => encodeLog({ seed: 1, program: '0', argv: [], records }));
        expect(logs[0]).toBe(logs[1]);
      }),
      { numRuns: 50 },
    );
  });

  it('is told the same from the same seed', () => {
    const told = [1, 2].map(() => {
      const simulation = simulate(small, { ...options, runs: 60, fold: miscounts });
      return [simulationJson(simulation, 1), ...simulationText(simulation, 1)].join('\n');
    });
    expect(told[0]).toBe(told[1]);
  });

  it.each([
    ['a wrong count', miscounts, /the counts are right: active/u],
    ['timers that are never started', forgetsTimers, /never comes up: respawning/u],
    ['two answers to one request', answersTwice, /a second reply/u],
    ['a service that is not killed', sparesTheDeaf, /still has a process when minit ends/u],
  ])('finds %s within 1,000 runs, by a single incident', (_, broken, text) => {
    const { findings } = simulate(small, { ...options, fold: broken, findingsMax: 1 });
    const found = findings.find(({ finding }) => text.test(finding.text));
    expect(found?.scenario.incidents).toHaveLength(1);
  });

  it('tells what of the tree itself never comes up', () => {
    const failure = { code: 'ENOENT', errno: 2, stage: 'execute', isLasting: true } as const;
    const broken = { ...small, broken: { migrate: [{ failure }], db: [{ failure }] } };
    const missing = { ...entries.default, depends: ['web', 'ghost'] };
    const tree = defineTree({ ...entries, default: missing });
    const { findings } = simulate({ ...broken, tree }, { ...options, runs: 100 });
    expect(findings.map(({ finding: { kind, service } }) => `${kind} ${String(service)}`)).toEqual([
      'never-up db',
      'never-up migrate',
      'never-up ghost',
    ]);
  });
});

describe('shrinking', () => {
  const key = (incident: object): string => JSON.stringify(incident);

  it('keeps the failure, and nothing that it does not need', () => {
    const withCulprits = fc.tuple(drawn, fc.array(fc.nat(11), { minLength: 1, maxLength: 3 }));
    fc.assert(
      fc.property(withCulprits, ([scenario, picks]) => {
        const { incidents } = scenario;
        const culprits = new Set(
          picks.map((pick) => incidents[pick % incidents.length]?.kind).filter(Boolean),
        );
        const fails = (each: typeof scenario): boolean =>
          [...culprits].every((kind) => each.incidents.some((incident) => incident.kind === kind));
        const shortest = shrink(scenario, fails);
        expect(fails(shortest)).toBe(true);
        expect(shortest.incidents).toHaveLength(culprits.size);
      }),
    );
  });

  it('keeps what a broken minit does wrong, and cannot be shortened further', () => {
    const keyOf = (scenario: Parameters<typeof shrink>[0]): string | undefined =>
      runScenario(small, scenario, { fold: miscounts }).finding?.key;
    const failing = Array.from({ length: 40 }, (_, index) =>
      drawScenario(index, { services, faults: faultKinds }),
    ).filter((scenario) => keyOf(scenario) !== undefined);
    expect(failing.length).toBeGreaterThan(1);
    for (const scenario of failing) {
      const shortest = shrink(scenario, (each) => keyOf(each) === keyOf(scenario));
      expect(keyOf(shortest)).toBe(keyOf(scenario));
      for (const incident of shortest.incidents) {
        const incidents = shortest.incidents.filter((each) => key(each) !== key(incident));
        expect(keyOf({ ...shortest, incidents })).not.toBe(keyOf(scenario));
      }
    }
  });
});
