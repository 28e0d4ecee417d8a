/**
 * The small ports of a simulated world: clock, timers, turns, directories, control, signals,
 * console. Each does what its real counterpart does, on virtual time.
 *
 * @module
 */
import { Subject } from 'rxjs';
import type {
  Clock,
  Control,
  Occurrence,
  OwnProgram,
  ServiceDirectories,
  Timers,
} from '../../effects/ports';
import type { MinitEvent, TimerId } from '../../machines/events';
import { simulatedError } from './behaviours';
import type { Schedule, Ticket } from './schedule';
import { simulatedRoot, type Tree } from './tree';

/** Emits what happens, stamped with virtual time. */
export interface Emitter {
  readonly occurrence$: Subject<Occurrence>;
  emit(event: MinitEvent, cause?: number): void;
}

/** Returns a source for a port. */
export function createEmitter(schedule: Schedule): Emitter {
  const occurrence$ = new Subject<Occurrence>();
  return {
    occurrence$,
    emit(event, cause) {
      const at = schedule.now();
      occurrence$.next(cause === undefined ? { at, event } : { at, cause, event });
    },
  };
}

/** 2004-12-27T00:00:00Z, when minit was shown to the public. */
const wallStartMs = 1_104_105_600_000;
const microsecondsPerMillisecond = 1_000;

/** minit's own program, which is executed anew in no time, and is the same one. */
export function createSimulatedProgram(schedule: Schedule): OwnProgram {
  const { occurrence$, emit } = createEmitter(schedule);
  let count = 0;
  return {
    occurrence$,
    update(cause) {
      count += 1;
      const event: MinitEvent = {
        type: 'SupervisorResumed',
        reason: { kind: 'update' },
        count,
        failuresInARow: 0,
        program: 'simulated',
      };
      schedule.after(1_000, () => {
        emit(event, cause);
      });
    },
  };
}

export interface SimulatedClock extends Clock {
  step(byUs: number): void;
}

export function createSimulatedClock(schedule: Schedule): SimulatedClock {
  const { occurrence$, emit } = createEmitter(schedule);
  let steppedUs = 0;
  const wallAt = (): string =>
    new Date(
      wallStartMs + Math.floor((schedule.now() + steppedUs) / microsecondsPerMillisecond),
    ).toISOString();
  return {
    occurrence$,
    now: () => schedule.now(),
    wallAt,
    step(byUs) {
      steppedUs += byUs;
      emit({ type: 'WallClockStepped', byUs, wallAt: wallAt() });
    },
  };
}

export function createSimulatedTimers(schedule: Schedule): Timers {
  const { occurrence$, emit } = createEmitter(schedule);
  const pending = new Map<TimerId, Ticket>();
  const cancel = (timer: TimerId): void => {
    const ticket = pending.get(timer);
    if (ticket !== undefined) ticket.isCancelled = true;
    pending.delete(timer);
  };
  return {
    occurrence$,
    start({ timer, delayMs }, cause) {
      cancel(timer);
      const fire = (): void => {
        pending.delete(timer);
        emit({ type: 'TimerFired', timer }, cause);
      };
      pending.set(timer, schedule.after(delayMs * microsecondsPerMillisecond, fire));
    },
    cancel({ timer }) {
      cancel(timer);
    },
  };
}

export interface SimulatedDirectoriesOptions {
  readonly schedule: Schedule;
  readonly tree: Tree;
  /** How long the next read takes, µs; 0: it is done before `read` returns, as in the real one. */
  readonly latencyUs: () => number;
}

export function createSimulatedDirectories({
  schedule,
  tree,
  latencyUs,
}: SimulatedDirectoriesOptions): ServiceDirectories {
  const { occurrence$, emit } = createEmitter(schedule);
  return {
    occurrence$,
    read({ service }, cause) {
      const finish = (): void => {
        const definition = tree.get(service);
        if (definition === undefined)
          emit({ type: 'ServiceMissing', service, error: simulatedError('ENOENT') }, cause);
        else emit({ type: 'ServiceRead', service, definition }, cause);
      };
      const delayUs = latencyUs();
      if (delayUs === 0) finish();
      else schedule.after(delayUs, finish);
    },
  };
}

/** A request on its way through the FIFO, and what came back. */
export interface Exchange {
  readonly request: string;
  /** Its number in the log, when minit has read it. */
  seq: number | undefined;
  readonly replies: string[];
}

export interface SimulatedControl extends Control {
  readonly exchanges: readonly Exchange[];
  /** A client writes to the FIFO; minit reads it when the FIFO is open. */
  send(request: string): Exchange;
  /** Tells which number the next request that was read has in the log. */
  numbered(seq: number): void;
  /** The FIFOs can be opened from now on. */
  heal(): void;
}

/** Returns the FIFOs of a world, which cannot be opened the first `failures` times. */
export function createSimulatedControl(schedule: Schedule, failures: number): SimulatedControl {
  const { occurrence$, emit } = createEmitter(schedule);
  const exchanges: Exchange[] = [];
  const [unread, unnumbered]: [Exchange[], Exchange[]] = [[], []];
  let failuresLeft = failures;
  let isOpen = false;
  const read = (): void => {
    if (!isOpen) return;
    for (const exchange of unread.splice(0)) {
      unnumbered.push(exchange);
      emit({ type: 'RequestReceived', request: exchange.request });
    }
  };
  return {
    occurrence$,
    exchanges,
    open(cause) {
      if (failuresLeft > 0) {
        failuresLeft -= 1;
        emit(
          { type: 'ControlFailed', path: `${simulatedRoot}/in`, error: simulatedError('EROFS') },
          cause,
        );
        return;
      }
      isOpen = true;
      emit({ type: 'ControlOpened' }, cause);
      read();
    },
    reply({ request, text }) {
      exchanges.find(({ seq }) => seq === request)?.replies.push(text);
    },
    send(request) {
      const exchange: Exchange = { request, seq: undefined, replies: [] };
      exchanges.push(exchange);
      unread.push(exchange);
      schedule.after(0, read);
      return exchange;
    },
    numbered(seq) {
      const exchange = unnumbered.shift();
      if (exchange !== undefined) exchange.seq = seq;
    },
    heal() {
      failuresLeft = 0;
    },
  };
}
