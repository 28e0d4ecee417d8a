/**
 * How many files a service may open. Node has set the soft limit to the hard one at its start, and
 * children inherit it, though programs that use select(2) break with descriptors above 1023. minit itself
 * therefore runs with the limit that its services are to have: it only decides which number a new
 * descriptor may have, so that those which stay open for long are moved above it. See decision 0015.
 *
 * @module
 */
import { closeSync } from 'node:fs';
import {
  copyDescriptor,
  isAboveLimit,
  loweredLimit,
  lowerOpenFilesLimit,
  openFilesLimits,
  withLimitOfBefore,
} from './libc/open-files-limit';

/** What a kernel gives its first process, and the most that select(2) can take. */
const usualMax = 1_024;
/** minit itself needs as many, and some to spare. */
const ownMin = 256;

/**
 * Returns the soft limit that services get: that which minit was started with, where it is to be known.
 * Only the parent can tell, as long as it has the same hard limit; it is asked before it may have gone.
 */
export function openFilesOfServices(parent = process.ppid): number {
  const own = openFilesLimits();
  const hard = typeof own === 'number' ? usualMax : own.hard;
  // Of PID 1 there is nothing to learn: it has no parent, or is a service manager that has raised its own limits.
  const inherited = parent > 1 ? openFilesLimits(parent) : -1;
  const isKnown = typeof inherited !== 'number' && inherited.hard === hard;
  return Math.max(Math.min(isKnown ? inherited.soft : usualMax, hard), Math.min(ownMin, hard));
}

/** After standard input, standard output and standard error. */
const firstFree = 3;

/** From now on new processes get `max` as their soft limit. Returns the errno, 0 for success. */
export const limitOpenFiles = (max: number): number => -lowerOpenFilesLimit(max);

/** Says whether `fd`, which stays open for long, should be moved: the numbers below the limit are few. */
export function isInTheWay(fd: number): boolean {
  const max = loweredLimit();
  return max !== undefined && fd >= max / 2 && fd < max;
}

/** For what is opened and closed again: without it no directory can be read, and no service be started again. */
const spareMin = 8;

/** Says whether `fd`, which would stay open for long, is one of the few that must be left for everything else. */
export function isAmongTheLast(fd: number): boolean {
  const limits = openFilesLimits();
  return typeof limits !== 'number' && fd >= limits.soft - spareMin;
}

/**
 * Returns fds for the same files above the limit. Meanwhile the old limit is in force: call it when no
 * process is being made.
 */
export function outOfTheWay(fds: readonly number[]): number[] {
  const max = loweredLimit();
  if (max === undefined) return [...fds];
  const copies: number[] = [];
  withLimitOfBefore(() => {
    copies.push(...fds.map((fd) => (fd < max ? copyDescriptor(fd, max) : fd)));
  });
  return fds.map((fd, index) => {
    const copy = copies[index] ?? -1;
    // The hard limit is reached: it stays where it is.
    if (copy < 0 || copy === fd) return fd;
    closeSync(fd);
    return copy;
  });
}

/**
 * Returns an fd for the same file that posix_spawn(3) takes: glibc refuses numbers above the limit. The
 * caller closes it, unless it is `fd` itself. −errno where there is none.
 */
export const withinReach = (fd: number): number =>
  isAboveLimit(fd) ? copyDescriptor(fd, firstFree) : fd;
