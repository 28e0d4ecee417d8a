/**
 * What one service's machine knows, and the events it understands. The fold translates
 * what minit learns ({@link MinitEvent}) into these, one service at a time.
 *
 * @module
 */
import type { ServiceDefinition, ServiceName } from './definition';
import type { ExitStatus, SpawnStage, SystemError } from './events';
import type { PersistentMap } from './persistent-map';

/** What the operator wants; kept apart from what is. `once`: started, but not again when it exits. */
export type Want = 'up' | 'once' | 'down';

/** Why a process could not be started. */
export interface StartFailure {
  readonly stage: SpawnStage;
  readonly error: SystemError;
  readonly path?: string;
  /** 1-based, of a text file. */
  readonly line?: number;
  readonly hint?: string;
}

export interface ServiceContext {
  readonly name: ServiceName;
  /** 1, 2, 3, … in the order of first mention. */
  readonly order: number;
  /** As it was last read. */
  readonly definition: ServiceDefinition;
  /** `respawn` as read at first mention, or as the operator set it since. */
  readonly respawns: boolean;
  readonly want: Want;
  /** Grace time of the shutdown that is under way, for each step towards KILL; 0 when there is none. */
  readonly graceMs: number;
  /** A shutdown took it down, and nobody has started it since: once at rest it counts as never started. */
  readonly takenDown: true | undefined;
  /** `waiting-deps`: the directory has been read for this start. */
  readonly isRead: boolean;
  /** Dependencies that count for the present start: existing, not black-listed, closing no cycle. */
  readonly needs: readonly ServiceName[];
  /** Those of `needs` that are not settled yet. */
  readonly waitingFor: PersistentMap<true>;
  readonly pid: number | undefined;
  /** A PID that was set from outside while our own spawn was under way. */
  readonly pidToAdopt: number | undefined;
  /** Somebody has said that the PID of a daemon is to come in place of that of `run`. */
  readonly expectsPid: true | undefined;
  /** CLOCK_BOOTTIME in µs: of the present process, or the last one, and of the last change of state. */
  readonly spawnedAt: number | undefined;
  readonly changedAt: number;
  /** How the last process ended, and how long it had lived. */
  readonly exit: ExitStatus | undefined;
  readonly livedUs: number | undefined;
  /** Why the last attempt to start failed; none after one that did not. */
  readonly failure: StartFailure | undefined;
  /** Failed attempts to start, in a row. */
  readonly failures: number;
  /** Processes started by respawn. */
  readonly restarts: number;
}

export type ServiceEvent =
  | { readonly type: 'StartRequested'; readonly at: number }
  /** The directory was read for a start: `needs` and `waitingFor` are worked out by the fold. */
  | {
      readonly type: 'DefinitionRead';
      readonly at: number;
      readonly definition: ServiceDefinition;
      readonly needs: readonly ServiceName[];
      readonly waitingFor: PersistentMap<true>;
    }
  | { readonly type: 'DefinitionMissing'; readonly at: number; readonly failure: StartFailure }
  | { readonly type: 'DependencySettled'; readonly at: number; readonly dependency: ServiceName }
  /** It is missing, black-listed or closes a cycle: go on without it. */
  | { readonly type: 'DependencyDropped'; readonly at: number; readonly dependency: ServiceName }
  | { readonly type: 'ProcessSpawned'; readonly at: number; readonly pid: number }
  | { readonly type: 'SpawnFailed'; readonly at: number; readonly failure: StartFailure }
  | { readonly type: 'ProcessExited'; readonly at: number; readonly status: ExitStatus }
  | { readonly type: 'RespawnTimerFired'; readonly at: number }
  | { readonly type: 'StopTimerFired'; readonly at: number }
  | { readonly type: 'RespawnEnabled'; readonly at: number }
  | { readonly type: 'RespawnDisabled'; readonly at: number }
  | { readonly type: 'SignalRequested'; readonly at: number; readonly signal: number }
  | { readonly type: 'PidSet'; readonly at: number; readonly pid: number }
  | { readonly type: 'PidExpected'; readonly at: number }
  | { readonly type: 'PidTimerFired'; readonly at: number }
  /** The operator's `msvc -d`: TERM and CONT, however long it takes. */
  | { readonly type: 'StopRequested'; readonly at: number }
  /** minit's own shutdown: TERM and CONT, KILL after the grace time. */
  | { readonly type: 'ShutdownRequested'; readonly at: number; readonly graceMs: number }
  /** minit's own shutdown of a log service: it may read its pipe to the end first. */
  | { readonly type: 'DrainRequested'; readonly at: number; readonly graceMs: number }
  /** minit's own shutdown when it is asked for again: KILL at once. */
  | { readonly type: 'KillRequested'; readonly at: number; readonly graceMs: number };

export type ServiceEventType = ServiceEvent['type'];

export interface ServiceInput {
  readonly name: ServiceName;
  readonly order: number;
  readonly definition: ServiceDefinition;
  readonly at: number;
}

/** Signal numbers that are the same on every Linux minit knows (signal(7)); the last three on all but alpha, sparc and mips. */
export const signals = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGKILL: 9,
  SIGALRM: 14,
  SIGTERM: 15,
  SIGCHLD: 17,
  SIGCONT: 18,
  SIGSTOP: 19,
} as const;
