/**
 * What is drawn at random in specs: trees, programs, faults and requests, sense or nonsense. Plain
 * data, so that a counterexample can be read and pinned.
 *
 * @module
 */
import fc from 'fast-check';
import {
  simulatedError,
  type Behaviour,
  type Behaviours,
  type Faults,
} from '../../adapters/simulated/behaviours';
import type { TreeEntry } from '../../adapters/simulated/tree';
import type { DefinitionProblem } from '../../machines/definition';
import { extensionPrefix } from '../../machines/requests';

/** Few names, so that what is drawn meets often. */
export const serviceNames = [
  'default',
  'a',
  'b',
  'c',
  'd',
  'e',
  'f/g',
  'a/log',
  'b/log',
  'e/log',
] as const;
const strangeNames = [
  'missing',
  'ctrlaltdel',
  'reboot',
  'halt',
  '__proto__',
  'toString',
  'ä',
] as const;

export const serviceName = fc.constantFrom(...serviceNames);
const anyName = fc.oneof({ weight: 5, arbitrary: serviceName }, fc.constantFrom(...strangeNames));

const badParams: DefinitionProblem = {
  severity: 'error',
  code: 'bad-params',
  file: 'params',
  text: 'a NUL byte',
};

export const treeEntry: fc.Arbitrary<TreeEntry> = fc.record(
  {
    mode: fc.constantFrom('respawn', 'respawn', 'oneshot', 'sync'),
    depends: fc.array(anyName, { maxLength: 3 }),
    isBundle: fc.nat(5).map((n) => n === 0),
    problems: fc.constantFrom([], [], [], [], [], [], [badParams]),
  },
  { requiredKeys: ['mode'] },
);

/** A tree in which every name may be missing, and services may have logs. */
export const treeEntries: fc.Arbitrary<Readonly<Record<string, TreeEntry>>> = fc
  .tuple(
    fc.dictionary(serviceName, treeEntry, { maxKeys: serviceNames.length }),
    fc.array(anyName, { minLength: 1, maxLength: 5 }),
  )
  .map(([entries, wanted]) => {
    const whole: Record<string, TreeEntry> = {
      default: { mode: 'oneshot', isBundle: true, depends: wanted },
      ...entries,
    };
    const hasLog = (name: string): boolean => Object.hasOwn(whole, `${name}/log`);
    return Object.fromEntries(
      Object.entries(whole).map(([name, entry]) => [
        name,
        { ...entry, hasLog: entry.isBundle !== true && hasLog(name) },
      ]),
    );
  });

export const delayUs = fc.constantFrom(0, 0, 100, 1_000, 100_000, 999_999, 1_000_000, 2_500_000);

export const behaviour: fc.Arbitrary<Behaviour> = fc.record(
  {
    livesUs: fc.constantFrom(0, 10, 1_000, 500_000, 1_000_000, 5_000_000),
    exit: fc.constantFrom({ code: 0 }, { code: 1 }, { signal: 11, coreDumped: true as const }),
    termUs: fc.oneof(delayUs, fc.constant('ignored' as const)),
    isUnkillable: fc.nat(20).map((n) => n === 0),
    spawnUs: delayUs,
    reportUs: delayUs,
    hangs: fc.nat(15).map((n) => n === 0),
    failure: fc.constantFrom(
      { ...simulatedError('ENOENT'), stage: 'execute' as const },
      { ...simulatedError('EAGAIN'), stage: 'fork' as const },
    ),
    reapUs: fc.constantFrom(0, 100, 1_000_000),
    drainUs: fc.constantFrom(0, 1_000, 10_000_000),
  },
  { requiredKeys: [] },
);

/** Mostly good programs: each trait of {@link behaviour} is an exception. */
const calmBehaviour = fc
  .tuple(
    behaviour,
    fc.subarray(
      [
        'livesUs',
        'exit',
        'termUs',
        'spawnUs',
        'reportUs',
        'hangs',
        'failure',
        'isUnkillable',
        'drainUs',
      ] as const,
      { maxLength: 2 },
    ),
  )
  .map(([all, kept]): Behaviour =>
    Object.fromEntries(
      Object.entries(all).filter(([key]) => (kept as readonly string[]).includes(key)),
    ),
  );

export const behaviours: fc.Arbitrary<Behaviours> = fc.dictionary(
  serviceName,
  fc.array(fc.oneof(calmBehaviour, behaviour), { minLength: 1, maxLength: 3 }),
);

export const faults: fc.Arbitrary<Faults> = fc.record(
  {
    forkFailure: fc.constantFrom(0.1, 0.5),
    slowSpawn: fc.constantFrom(0.1, 0.5),
    crash: fc.constantFrom(0.1, 0.7),
    reorders: fc.constant(true),
    logFull: fc.constantFrom(0.02, 0.3),
    controlFailures: fc.nat(2),
    clockSteps: fc.nat(2),
    slowRead: fc.constantFrom(0.2, 1),
    rebootFails: fc.constant(true),
  },
  { requiredKeys: [] },
);

const json = (body: fc.Arbitrary<object>): fc.Arbitrary<string> =>
  body.map((value) => `${extensionPrefix}${JSON.stringify(value)}`);

const pidText = fc.oneof(
  fc.integer({ min: 98, max: 110 }).map(String),
  fc.constantFrom('', '0', '1', '42', 'x', '99999999'),
);

/** What comes through the FIFO: the original's letters, our own client's JSON, and garbage. */
export const request: fc.Arbitrary<string> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .tuple(fc.constantFrom('s', 's', 'r', 'R', 'C', 'p', 'u', 'd'), anyName)
      .map((parts) => parts.join('')),
  },
  { weight: 2, arbitrary: fc.tuple(anyName, pidText).map(([name, pid]) => `P${name}\0${pid}\0`) },
  {
    weight: 6,
    arbitrary: json(
      fc.record({
        do: fc.constantFrom(
          'start',
          'stop',
          'stop',
          'expect-pid',
          'clear',
          'dependents',
          'respawn',
        ),
        service: anyName,
        respawn: fc.boolean(),
      }),
    ),
  },
  {
    weight: 4,
    arbitrary: json(
      fc.record({
        do: fc.constant('signal'),
        service: anyName,
        signal: fc.constantFrom(1, 9, 15, 18, 19, 64),
      }),
    ),
  },
  {
    weight: 1,
    arbitrary: json(
      fc.record({
        do: fc.constant('set-pid'),
        service: anyName,
        pid: fc.integer({ min: 98, max: 110 }),
      }),
    ),
  },
  {
    weight: 1,
    arbitrary: json(
      fc.record({ do: fc.constantFrom('state', 'status', 'history', 'dependents', 'nonsense') }),
    ),
  },
  {
    weight: 1,
    arbitrary: json(
      fc.record(
        {
          do: fc.constant('shutdown'),
          how: fc.constantFrom('reboot', 'halt', 'power-off', 'sulogin', 'services', 'nonsense'),
          isOrdered: fc.boolean(),
          graceMs: fc.constantFrom(0, 100, 2_000, -1),
        },
        { requiredKeys: ['do', 'how'] },
      ),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.oneof(
      fc.constantFrom('h', 'd-', '', 'D', 'U', 'update', `${extensionPrefix}{`),
      fc.string(),
      fc.string({ unit: 'binary', maxLength: 1_600 }),
    ),
  },
);
