/**
 * How simulated programs behave, and what goes wrong around them. Plain data, so that a scenario
 * can be drawn, shrunk and printed.
 *
 * @module
 */
import type { ServiceMode } from '../../machines/definition';
import type { ExitStatus, SpawnStage, SystemError } from '../../machines/events';
import type { Random } from './random';

/** One process of a service, from its spawn to its end. What is left out: it does as a good program does. */
export interface Behaviour {
  /** It ends by itself after this time; left out: `respawn` services never, the others soon. */
  readonly livesUs?: number;
  readonly exit?: ExitStatus;
  /** How long it takes to end on SIGTERM, or that it does not. */
  readonly termUs?: number | 'ignored';
  /** Not even SIGKILL ends it, as in an uninterruptible sleep. */
  readonly isUnkillable?: boolean;
  /** Until it is there; and from then until minit is told, in which time it may have been reaped already. */
  readonly spawnUs?: number;
  readonly reportUs?: number;
  /** The exec never comes to an end. */
  readonly hangs?: boolean;
  /** `isLasting`: it is the tree's own, and healing the world does not mend it. */
  readonly failure?: SystemError & { readonly stage: SpawnStage; readonly isLasting?: true };
  /** From its end until it is reaped. */
  readonly reapUs?: number;
  /** A log service: from the end of its pipe to its own. */
  readonly drainUs?: number;
}

/** The first, the second, … process of a service; the last one goes for all that follow. */
export type Behaviours = Readonly<Record<string, readonly Behaviour[]>>;

/** Probabilities are for each single chance; everything is drawn from the seed. */
export interface Faults {
  /** A fork fails with EAGAIN. */
  readonly forkFailure?: number;
  /** A spawn takes up to 3 s longer. */
  readonly slowSpawn?: number;
  /** A process dies of SIGSEGV within 100 ms. */
  readonly crash?: number;
  /** Things that happen at the same instant are noticed in any order. */
  readonly reorders?: boolean;
  /** The disk of the log fills up, and has room again, at an append. */
  readonly logFull?: number;
  /** So often the FIFOs cannot be opened. */
  readonly controlFailures?: number;
  /** So often the wall clock is set in the first minute. */
  readonly clockSteps?: number;
  /** A directory is read up to 50 ms late. */
  readonly slowRead?: number;
  /** reboot(2) refuses. */
  readonly rebootFails?: boolean;
}

const errnoByCode = {
  EPERM: 1,
  ENOENT: 2,
  ESRCH: 3,
  ENXIO: 6,
  ENOEXEC: 8,
  EAGAIN: 11,
  EACCES: 13,
  ENOTDIR: 20,
  EISDIR: 21,
  ENOSPC: 28,
  EROFS: 30,
} as const;

/** Returns an error of the operating system by its name. */
export function simulatedError(code: keyof typeof errnoByCode): SystemError {
  return { code, errno: errnoByCode[code] };
}

/** What one process is going to do: everything decided. */
export interface Plan {
  readonly livesUs: number;
  readonly exit: ExitStatus;
  readonly termUs: number | undefined;
  readonly isUnkillable: boolean;
  readonly spawnUs: number;
  readonly reportUs: number;
  readonly hangs: boolean;
  readonly failure: Behaviour['failure'];
  readonly reapUs: number;
  readonly drainUs: number;
}

export const goodPlan: Plan = {
  livesUs: Infinity,
  exit: { code: 0 },
  termUs: 1_000,
  isUnkillable: false,
  spawnUs: 500,
  reportUs: 0,
  hangs: false,
  failure: undefined,
  reapUs: 100,
  drainUs: 1_000,
};

const shortLifeUs = 10_000;

/** Returns what a process of a service in this mode does when nothing goes wrong by chance. */
export function planOf(behaviour: Behaviour, mode: ServiceMode): Plan {
  const { termUs = goodPlan.termUs, ...rest } = behaviour;
  const livesUs = mode === 'respawn' ? Infinity : shortLifeUs;
  return { ...goodPlan, livesUs, ...rest, termUs: termUs === 'ignored' ? undefined : termUs };
}

/** Returns `plan` with what chance adds to it. */
export function spoil(plan: Plan, faults: Faults, random: Random): Plan {
  // Each process draws the same number of times, so that one fault does not move the others.
  const [fork, slow, crash, howMuch] = [random.next(), random.next(), random.next(), random.next()];
  const spawnUs =
    plan.spawnUs + (slow < (faults.slowSpawn ?? 0) ? Math.round(howMuch * 3_000_000) : 0);
  if (fork < (faults.forkFailure ?? 0)) {
    return {
      ...plan,
      spawnUs,
      hangs: false,
      failure: { ...simulatedError('EAGAIN'), stage: 'fork' },
    };
  }
  if (crash >= (faults.crash ?? 0)) return { ...plan, spawnUs };
  return { ...plan, spawnUs, livesUs: Math.round(howMuch * 100_000), exit: { signal: 11 } };
}

/** Returns what the same program does in a world that has been healed: it starts at once, and is done before long. */
export function healPlan(plan: Plan, mode: ServiceMode): Plan {
  const livesUs = mode === 'respawn' ? Infinity : Math.min(plan.livesUs, 1_000_000);
  return {
    ...plan,
    livesUs,
    spawnUs: 0,
    reportUs: 0,
    hangs: false,
    failure: plan.failure?.isLasting === true ? plan.failure : undefined,
    isUnkillable: false,
  };
}
