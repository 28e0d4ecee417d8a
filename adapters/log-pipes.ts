/**
 * The pipes between services and their loggers.
 *
 * minit holds both ends for its whole life: a logger that dies finds the rest of the log when it
 * is back, and the writer meanwhile blocks when the pipe is full instead of getting SIGPIPE.
 *
 * @module
 */
import { closeSync } from 'node:fs';
import type { ServiceName } from '../machines/definition';
import { errnos } from './errnos';
import { openPipe, type Pipe } from './libc/pipe';
import { isAmongTheLast, isInTheWay, outOfTheWay } from './open-files';

/** A pipe that stays open until it is released, whoever closes it meanwhile. */
export interface BorrowedPipe extends Pipe {
  readonly release: () => void;
}

export interface LogPipes {
  /** Lends the pipe of the logged `service`, made at first mention; the errno where it cannot be made. */
  borrow(service: ServiceName): BorrowedPipe | number;
  /** Lets go of both ends, so that the logger comes to the end of the log. */
  close(service: ServiceName): void;
  /** Says whether {@link makeRoom} should be called before the next process is made. */
  readonly isCrowded: () => boolean;
  /** Moves the pipes that nobody has borrowed out of the way of other descriptors. */
  makeRoom(): void;
  closeAll(): void;
}

interface Owned {
  pipe: Pipe;
  /** Spawns under way that use it: their children copy the fds on another thread, at some later time. */
  borrowers: number;
  isClosed: boolean;
}

/** Where a minit that is executed anew finds its pipes again. */
export interface PipeKeeper {
  keep(service: ServiceName, pipe: Pipe): void;
  drop(service: ServiceName): void;
}

/** Returns a collection of log pipes with those that were kept. */
export function createLogPipes(
  keeper?: PipeKeeper,
  kept: ReadonlyMap<ServiceName, Pipe> = new Map(),
): LogPipes {
  const ownedByService = new Map<ServiceName, Owned>();
  for (const [service, pipe] of kept)
    ownedByService.set(service, { pipe, borrowers: 0, isClosed: false });
  let isCrowded = [...kept.values()].some(({ writeFd }) => isInTheWay(writeFd));
  const close = (service: ServiceName): void => {
    const owned = ownedByService.get(service);
    if (owned === undefined) return;
    ownedByService.delete(service);
    keeper?.drop(service);
    owned.isClosed = true;
    closeUnused(owned);
  };
  return {
    borrow(service) {
      const known = ownedByService.get(service);
      const owned = known ?? makePipe();
      if (typeof owned === 'number') return owned;
      if (known === undefined) {
        ownedByService.set(service, owned);
        keeper?.keep(service, owned.pipe);
        isCrowded ||= isInTheWay(owned.pipe.writeFd);
      }
      owned.borrowers += 1;
      const release = (): void => {
        owned.borrowers -= 1;
        closeUnused(owned);
      };
      return { ...owned.pipe, release };
    },
    close,
    isCrowded: () => isCrowded,
    makeRoom() {
      isCrowded = false;
      const idle = [...ownedByService].filter(([, { borrowers }]) => borrowers === 0);
      // As long as they are open: what is kept over an execve(2) is known by its number.
      for (const [service] of idle) keeper?.drop(service);
      const moved = outOfTheWay(idle.flatMap(([, { pipe }]) => [pipe.readFd, pipe.writeFd]));
      for (const [index, [service, owned]] of idle.entries()) {
        const [readFd = -1, writeFd = -1] = moved.slice(2 * index);
        owned.pipe = { readFd, writeFd };
        keeper?.keep(service, owned.pipe);
      }
    },
    closeAll() {
      for (const service of [...ownedByService.keys()]) close(service);
    },
  };
}

function makePipe(): Owned | number {
  const pipe = openPipe();
  if (typeof pipe === 'number') return pipe;
  const owned = { pipe, borrowers: 0, isClosed: false };
  if (!isAmongTheLast(pipe.writeFd)) return owned;
  closeUnused({ ...owned, isClosed: true });
  return errnos.EMFILE;
}

/** Closed earlier, the number of the fd could by then be that of some other file. */
function closeUnused({ pipe, borrowers, isClosed }: Owned): void {
  if (!isClosed || borrowers > 0) return;
  closeSync(pipe.readFd);
  closeSync(pipe.writeFd);
}
