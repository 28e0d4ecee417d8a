/**
 * Why a service is in its state, as data: links from the service back to root causes. Pure.
 *
 * @module
 */
import type { ServiceMode, ServiceName } from '../../machines/definition';
import type { ExitStatus, ShutdownGoal, SystemError } from '../../machines/events';
import type { StartFailure, Want } from '../../machines/service-context';
import type { Asker } from '../../machines/state';
import type { OrderKind } from './why-orders';
import type { SkipReason } from './why-skips';
import type { Moment } from '../timeline';

/**
 * Where a chain ends.
 *
 * - `event`: something from outside: a signal, a request, the end of a process, a refusal of the kernel.
 * - `configuration`: a file of the tree, or a word of minit's command line.
 * - `never-asked`: nobody ever asked for the service.
 * - `not-recorded`: the log does not reach back to it, or there is no log.
 */
export type Root = 'event' | 'configuration' | 'never-asked' | 'not-recorded';

/** What a link says of its subject. Times are CLOCK_BOOTTIME µs, durations µs. */
export type Claim =
  /** Its state. */
  | { readonly kind: 'waits'; readonly for: readonly Need[]; readonly more: number }
  | { readonly kind: 'is-read'; readonly failures: number; readonly again: boolean }
  | { readonly kind: 'is-spawned' }
  | {
      readonly kind: 'runs';
      readonly pid: number;
      readonly since: number;
      readonly isHard: boolean;
    }
  | { readonly kind: 'paused'; readonly pid: number }
  | { readonly kind: 'in-background'; readonly dueAt: number }
  | { readonly kind: 'respawns'; readonly restart: number; readonly dueAt: number }
  | {
      readonly kind: 'stops';
      readonly want: Want;
      readonly pid: number | undefined;
      /** When it is asked more firmly, or given up. */ readonly nextStepAt: number | undefined;
    }
  | { readonly kind: 'bundle' }
  | {
      readonly kind: 'ended';
      readonly respawns: boolean;
      readonly mode: ServiceMode;
      readonly want: Want;
      /** It had ended by itself before it was asked to. */ readonly isKeptDown?: true;
    }
  | { readonly kind: 'failed' }
  | { readonly kind: 'never-ran' }
  /** Not loaded. */
  | { readonly kind: 'queued'; readonly behind: ServiceName | undefined }
  | { readonly kind: 'not-loaded'; readonly isBlackListed: boolean }
  /** Why it is so. */
  | {
      readonly kind: 'process-ended';
      readonly status: ExitStatus;
      readonly livedUs: number;
      readonly count: number;
      readonly withinUs: number;
      readonly isSame: boolean;
      /** Of the process before that one of which the state tells. */ readonly isPast?: true;
    }
  | {
      readonly kind: 'start-failed';
      readonly failure: StartFailure;
      readonly failures: number;
      /** It has succeeded since. */ readonly isPast?: true;
    }
  /** A dependency that it waited for let it go on, or was dropped. */
  | { readonly kind: 'released'; readonly by: ServiceName; readonly isDropped: boolean }
  | { readonly kind: 'restarted'; readonly restarts: number }
  | { readonly kind: 'adopted' }
  | { readonly kind: 'ordered'; readonly order: OrderKind; readonly signal?: number }
  | { readonly kind: 'asked'; readonly asker: Asker }
  | { readonly kind: 'asker-unknown' }
  | { readonly kind: 'stopped-by-whom' }
  /** So many services more, of which each is the reason for the one before. */
  | { readonly kind: 'and-so-on'; readonly count: number }
  | { readonly kind: 'missing'; readonly asker: Asker; readonly error: SystemError }
  | {
      readonly kind: 'skipped';
      readonly dependency: ServiceName;
      readonly file: string | undefined;
      readonly line: number | undefined;
      readonly why: SkipReason;
    }
  | { readonly kind: 'listed-since'; readonly dependent: ServiceName }
  /** It goes without it, and why is not on record. */
  | { readonly kind: 'goes-without' }
  | { readonly kind: 'walk-dropped'; readonly dependent: ServiceName }
  | { readonly kind: 'held-by'; readonly dependents: readonly ServiceName[]; readonly more: number }
  /** Of minit itself. */
  | {
      readonly kind: 'shutdown';
      /** minit has gone on since. */
      readonly isOver?: true;
      readonly goal: ShutdownGoal | undefined;
      readonly reading: ServiceName | undefined;
    }
  | { readonly kind: 'init-state' };

export interface Need {
  readonly name: ServiceName;
  /** Until it has terminated (`sync`), not only until it has been started; unknown before its directory was read. */
  readonly isHard: boolean | undefined;
}

/** An event, and what it was in words. */
export interface ToldEvent extends Moment {
  readonly text: string;
}

/** An event that a claim follows from, and the one from outside that its recorded causes lead back to. */
export interface Cause extends ToldEvent {
  readonly origin: ToldEvent;
}

export interface Link {
  /** `undefined`: minit itself. */
  readonly subject: ServiceName | undefined;
  /** As `msvc --json` has it; `unknown` for what is not loaded; or the state of minit. */
  readonly state: string;
  readonly inner: string | undefined;
  readonly claim: Claim;
  readonly cause: Cause | undefined;
  /** Places, in `links`, of what this rests on; where there are none, `root` says what the chain ends at. */
  readonly because: readonly number[];
  readonly root: Root | undefined;
}

export interface Explanation {
  readonly service: ServiceName;
  /** The event after which this holds. */
  readonly seq: number;
  readonly at: number;
  /** The first is about the service itself. */
  readonly links: readonly Link[];
}
