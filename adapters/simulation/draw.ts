/**
 * Draws the schedule of a run from its seed: which incidents there are, of which kinds, and when.
 *
 * @module
 */
import type { ServiceName } from '../../machines/definition';
import type { ExitStatus } from '../../machines/events';
import { signals } from '../../machines/service-context';
import { createRandom, type Random } from '../simulated/random';
import type { Incident, Scenario } from './incidents';
import { drawRequest } from './requests';

interface Dice {
  readonly random: Random;
  readonly services: readonly ServiceName[];
}

type Draw = (dice: Dice) => readonly Incident[];

const second = 1_000_000;
/** Incidents happen in the first seconds of a run. */
const windowUs = 10 * second;
const delays = [0, 0, 100, 1_000, 100_000, 999_999, second, 2_500_000];

const any = <T>(random: Random, [first, ...rest]: readonly [T, ...T[]]): T =>
  rest[random.integer(-1, rest.length - 1)] ?? first;
const delay = (random: Random): number => any(random, delays as [number, ...number[]]);
const service = ({ random, services }: Dice): ServiceName =>
  any(random, services as [ServiceName, ...ServiceName[]]);
/** Mostly the first process. */
const nth = (random: Random): number => (random.chance(0.7) ? 1 : random.integer(2, 4));
const atUs = (random: Random): number => random.integer(0, windowUs);
const ofOne = (dice: Dice) => ({ service: service(dice), nth: nth(dice.random), count: 1 });

const exits: readonly [ExitStatus, ...ExitStatus[]] = [
  { code: 0 },
  { code: 1 },
  { code: 100 },
  { signal: signals.SIGTERM },
];
const signalsToMinit = ['SIGHUP', 'SIGWINCH', 'SIGUSR1', 'SIGINT', 'SIGTERM'] as const;
const killSignals = [signals.SIGKILL, signals.SIGTERM, signals.SIGSTOP, signals.SIGCONT] as const;

/** Every kind of fault by its name on the command line. */
const draws = {
  exits: (dice) => [
    { kind: 'ends', ...ofOne(dice), afterUs: delay(dice.random), exit: any(dice.random, exits) },
  ],
  crashes: (dice) => [
    {
      kind: 'ends',
      ...ofOne(dice),
      count: dice.random.integer(1, 12),
      afterUs: dice.random.integer(0, 100_000),
      exit: { signal: 11 },
    },
  ],
  'slow-starts': (dice) => [
    { kind: 'starts-slowly', ...ofOne(dice), byUs: dice.random.integer(1, 3 * second) },
    ...(dice.random.chance(0.5)
      ? [{ kind: 'told-late' as const, ...ofOne(dice), byUs: delay(dice.random) }]
      : []),
  ],
  'never-ready': (dice) => [
    { kind: dice.random.chance(0.5) ? 'hangs' : 'never-ends', ...ofOne(dice) },
  ],
  stubborn: (dice) => [
    { kind: 'ignores-term', ...ofOne(dice), isUnkillable: dice.random.chance(0.2) },
  ],
  forks: (dice) => [{ kind: 'fork-fails', ...ofOne(dice), count: dice.random.integer(1, 3) }],
  commands: (dice) => [
    {
      kind: 'request',
      atUs: atUs(dice.random),
      request: drawRequest(dice.random, service(dice)),
    },
  ],
  kills: (dice) => [
    {
      kind: 'kill',
      atUs: atUs(dice.random),
      service: service(dice),
      signal: any(dice.random, killSignals),
    },
  ],
  signals: ({ random }) => [
    { kind: 'signal', atUs: atUs(random), signal: any(random, signalsToMinit) },
  ],
  orphans: ({ random }) => [{ kind: 'orphan', atUs: atUs(random) }],
  clock: ({ random }) => [
    { kind: 'clock-step', atUs: atUs(random), byUs: random.integer(-3_600, 3_600) * second },
  ],
  disk: ({ random }) => [
    { kind: 'disk', atUs: atUs(random), isFull: true },
    { kind: 'disk', atUs: atUs(random), isFull: false },
  ],
  control: ({ random }) => [{ kind: 'control-fails', count: random.integer(1, 3) }],
  order: () => [{ kind: 'reordered' }],
} as const satisfies Readonly<Record<string, Draw>>;

export type FaultKind = keyof typeof draws;
export const faultKinds = Object.keys(draws) as readonly FaultKind[];

const incidentsMax = 12;

export interface DrawOptions {
  readonly services: readonly ServiceName[];
  /** None: nothing happens but the boot and its end. */
  readonly faults: readonly FaultKind[];
}

/** Returns the scenario of `seed`: always the same one for the same tree and kinds of faults. */
export function drawScenario(seed: number, { services, faults }: DrawOptions): Scenario {
  const [firstKind, ...otherKinds] = faults;
  if (firstKind === undefined || services.length === 0) return { seed, incidents: [] };
  const random = createRandom(seed).fork('incidents');
  const dice = { random, services };
  const incidents: Incident[] = [];
  for (let left = random.integer(1, incidentsMax); left > 0; left -= 1)
    incidents.push(...(draws[any(random, [firstKind, ...otherKinds])] as Draw)(dice));
  return { seed, incidents };
}
