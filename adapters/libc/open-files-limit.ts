/**
 * How many files a process may open: RLIMIT_NOFILE. prlimit(2)
 *
 * @module
 */
import { bind, resultOrErrno } from './koffi';

const RLIMIT_NOFILE = 7;
const F_DUPFD_CLOEXEC = 1_030;
const infinity = 2n ** 64n - 1n;

const getLimits = bind<[number, number, bigint, BigUint64Array]>(
  'int prlimit(int, int, uintptr_t, void *)',
);
const setLimits = bind<[number, number, BigUint64Array, bigint]>(
  'int prlimit(int, int, void *, uintptr_t)',
);
// Not declared variadic: on x86-64 and arm64 Linux integers go into the same registers either way.
const fcntl = bind<[number, number, number]>('int fcntl(int, int, long)');

/** The soft one counts; whoever has it may raise it up to the hard one. */
export interface OpenFilesLimits {
  readonly soft: number;
  readonly hard: number;
}

/** Returns the limits of process `pid` (0: our own); −errno where that is not to be known. */
export function openFilesLimits(pid = 0): OpenFilesLimits | number {
  const limits = new BigUint64Array(2);
  const result = resultOrErrno(getLimits(pid, RLIMIT_NOFILE, 0n, limits));
  if (result < 0) return result;
  const [soft = 0n, hard = 0n] = limits;
  return { soft: Number(soft), hard: hard === infinity ? Infinity : Number(hard) };
}

let lowered: { readonly max: number; readonly before: OpenFilesLimits } | undefined;

/** Sets our soft limit to `max`, unless it is lower. Returns 0 or −errno. */
export function lowerOpenFilesLimit(max: number): number {
  const before = openFilesLimits();
  if (typeof before === 'number') return before;
  if (before.soft <= max) return 0;
  const result = setOwnLimits({ ...before, soft: max });
  if (result === 0) lowered = { max, before };
  return result;
}

/** Says whether the number `fd` is one that we could not be given now. */
export const isAboveLimit = (fd: number): boolean => lowered !== undefined && fd >= lowered.max;

/** The limit to which ours was lowered. */
export const loweredLimit = (): number | undefined => lowered?.max;

/**
 * Calls `act` with the limit as it was before it was lowered. A process that another thread makes at
 * that very moment has it, too.
 */
export function withLimitOfBefore(act: () => void): void {
  if (lowered === undefined) {
    act();
    return;
  }
  const { max, before } = lowered;
  setOwnLimits(before);
  act();
  setOwnLimits({ ...before, soft: max });
}

function setOwnLimits({ soft, hard }: OpenFilesLimits): number {
  const limits = BigUint64Array.of(BigInt(soft), hard === Infinity ? infinity : BigInt(hard));
  return resultOrErrno(setLimits(0, RLIMIT_NOFILE, limits, 0n));
}

/** Returns a close-on-exec copy of `fd` whose number is `min` or higher, or −errno. */
export function copyDescriptor(fd: number, min: number): number {
  return resultOrErrno(fcntl(fd, F_DUPFD_CLOEXEC, min));
}
