/**
 * Everything minit can learn, as facts in the past tense. An event carries all that the
 * fold needs, so that a log replays without the tree, the clock or the processes.
 *
 * @module
 */
import type { ServiceDefinition, ServiceName } from './definition';

/** How a process ended: its exit status, or the signal that ended it; neither for one that was not our child. */
export type ExitStatus =
  | { readonly code: number }
  | { readonly signal: number; readonly coreDumped?: true }
  | { readonly unknown: true };

/**
 * - `machine`: PID 1 of a booted kernel.
 * - `container`: PID 1 of a PID namespace.
 * - `process`: any other PID.
 */
export type Role = 'machine' | 'container' | 'process';

/** Where the start of a process failed. */
export type SpawnStage =
  | 'read-directory'
  | 'params'
  | 'open-in'
  | 'open-out'
  | 'log-pipe'
  | 'change-directory'
  | 'execute'
  | 'fork'
  /** Never the outcome of a spawn: what was spawned has gone to the background. */
  | 'learn-pid';

/** An error of the operating system: `code` is the symbolic name (`ENOENT`), `errno` its number. */
export interface SystemError {
  readonly code: string;
  readonly errno: number;
}

export type SignalName =
  'SIGHUP' | 'SIGINT' | 'SIGQUIT' | 'SIGTERM' | 'SIGWINCH' | 'SIGUSR1' | 'SIGUSR2' | 'SIGPWR';

export type MinitEvent =
  /** Always the first. `words` are the arguments that are no options, `-NAME` included. */
  | {
      readonly type: 'SupervisorStarted';
      readonly pid: number;
      readonly role: Role;
      readonly root: string;
      readonly words: readonly string[];
      readonly graceMs: number;
    }
  /** Outcomes of `ReadService`. */
  | {
      readonly type: 'ServiceRead';
      readonly service: ServiceName;
      readonly definition: ServiceDefinition;
    }
  | { readonly type: 'ServiceMissing'; readonly service: ServiceName; readonly error: SystemError }
  /** Outcomes of `SpawnProcess`. */
  | { readonly type: 'ProcessSpawned'; readonly service: ServiceName; readonly pid: number }
  | {
      readonly type: 'SpawnFailed';
      readonly service: ServiceName;
      readonly stage: SpawnStage;
      readonly error: SystemError;
      /** The file it failed on. */
      readonly path?: string;
      /** What the numbers do not tell: the missing interpreter, say. */
      readonly hint?: string;
    }
  /** waitpid(-1) returned it. The process may be a service's, or an adopted orphan. */
  | { readonly type: 'ProcessExited'; readonly pid: number; readonly status: ExitStatus }
  /** A watched process that is no child of ours has ended (pidfd). */
  | { readonly type: 'ProcessVanished'; readonly pid: number }
  /** Outcome of `ProbeProcess`. */
  | {
      readonly type: 'ProcessProbed';
      readonly request: number;
      readonly pid: number;
      readonly alive: boolean;
    }
  /** Outcome of `SendSignal` when it failed. */
  | {
      readonly type: 'SignalFailed';
      readonly service: ServiceName;
      readonly pid: number;
      readonly signal: number;
      readonly error: SystemError;
    }
  | { readonly type: 'SignalReceived'; readonly signal: SignalName }
  | { readonly type: 'TimerFired'; readonly timer: TimerId }
  /** One read of the FIFO `in`, as text, or as base64 where it is no valid UTF-8. */
  | { readonly type: 'RequestReceived'; readonly request: string }
  | { readonly type: 'RequestReceived'; readonly requestBase64: string; readonly bytes: number }
  | { readonly type: 'ControlOpened' }
  | {
      readonly type: 'ControlFailed';
      readonly path: string;
      readonly error: SystemError;
      readonly hint?: string;
    }
  | { readonly type: 'LogOpened'; readonly path: string }
  | { readonly type: 'LogFailed'; readonly path: string; readonly error: SystemError }
  /** Somebody set the wall clock. `byUs` is the step (positive: forward), `wallAt` the new time, ISO 8601. */
  | { readonly type: 'WallClockStepped'; readonly byUs: number; readonly wallAt: string };

export type MinitEventType = MinitEvent['type'];

/** Timers are named by purpose and service: `respawn:web`, `stop:web`, `pid:web`, `reply:17`, `log`, `control`. */
export type TimerId =
  | `read:${ServiceName}`
  | `respawn:${ServiceName}`
  | `stop:${ServiceName}`
  | `pid:${ServiceName}`
  | `reply:${string}`
  | 'log'
  | 'control';

/** An event as it stands in the log. */
export interface RecordedEvent {
  /** 1, 2, 3, … without a gap within one boot. */
  readonly seq: number;
  /** CLOCK_BOOTTIME, microseconds. */
  readonly at: number;
  /** The event whose effect led to this one; absent for what came from outside. */
  readonly cause?: number;
  readonly event: MinitEvent;
}
