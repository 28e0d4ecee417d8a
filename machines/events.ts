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

/** How the system can end. */
export type SystemEnd = 'reboot' | 'halt' | 'power-off';

/** What is wanted when the services have been taken down: the administrator's shell, or nothing more, too. */
export type ShutdownGoal = SystemEnd | 'sulogin' | 'services';

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

/**
 * What minit goes on without: to learn that somebody sets the wall clock (timerfd); to hold processes that
 * are no children (pidfd); to adopt orphans (subreaper); nice levels; ctrl-alt-del; memory that outlives its
 * program (memfd); to be executed anew after a fault that JavaScript does not see, or out of an endless loop;
 * to learn at once that its FIFOs have gone (inotify); the limit of open files that services had before Node.
 */
export const meansNames = [
  'clock-steps',
  'process-watch',
  'orphans',
  'nice',
  'ctrl-alt-del',
  'vital-memory',
  'crash-handler',
  'watchdog',
  'place-watch',
  'open-files',
] as const;
export type Means = (typeof meansNames)[number];

export type SignalName =
  'SIGHUP' | 'SIGINT' | 'SIGQUIT' | 'SIGTERM' | 'SIGWINCH' | 'SIGUSR1' | 'SIGUSR2' | 'SIGPWR';

/** Why minit was executed anew. `signal`: it ended the program in a way that JavaScript cannot catch. */
export type ResumeReason =
  | { readonly kind: 'update' }
  | { readonly kind: 'signal'; readonly signal: number }
  | { readonly kind: 'error'; readonly message: string; readonly stack?: string }
  | { readonly kind: 'exit'; readonly code: number }
  | { readonly kind: 'unknown' };

export type MinitEvent =
  /** Always the first. `words` are the arguments that are no options, `-NAME` included. */
  | {
      readonly type: 'SupervisorStarted';
      readonly pid: number;
      readonly role: Role;
      readonly root: string;
      readonly words: readonly string[];
      readonly graceMs: number;
      /** minit halts, powers off and reboots itself. Absent in logs from before it did, which replay as they were. */
      readonly endsSystem?: boolean;
    }
  /**
   * minit was executed anew and has taken over all that there was. `count`: how often in this boot;
   * `failuresInARow`: how often soon after the time before. `program`: the version that goes on.
   */
  | {
      readonly type: 'SupervisorResumed';
      readonly reason: ResumeReason;
      readonly count: number;
      readonly failuresInARow: number;
      readonly program: string;
    }
  /** Outcome of `UpdateSupervisor` when it failed: the program that runs goes on. */
  | { readonly type: 'UpdateFailed'; readonly error: SystemError; readonly hint?: string }
  /** Outcomes of `StartEmergencyShell`. */
  | { readonly type: 'EmergencyShellStarted'; readonly pid: number }
  | {
      readonly type: 'EmergencyShellFailed';
      readonly path: string;
      readonly error: SystemError;
      readonly hint?: string;
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
  /** Outcome of `EndProcesses`: all ended on TERM, or only on KILL, or `left`: some are there even so. */
  | { readonly type: 'ProcessesEnded'; readonly by: 'TERM' | 'KILL' | 'left' }
  /** Outcome of `EndSystem`, which has none where it succeeds. */
  | { readonly type: 'SystemEndFailed'; readonly how: SystemEnd; readonly error: SystemError }
  /** Somebody set the wall clock. `byUs` is the step (positive: forward), `wallAt` the new time, ISO 8601. */
  | { readonly type: 'WallClockStepped'; readonly byUs: number; readonly wallAt: string }
  /** The kernel refuses something that minit can do without, though not as well. Once for each. */
  | { readonly type: 'MeansMissing'; readonly means: Means; readonly error: SystemError };

export type MinitEventType = MinitEvent['type'];

/** Timers are named by purpose and service: `respawn:web`, `stop:web`, `pid:web`, `reply:17`, `log`, `control`. */
export type TimerId =
  | `read:${ServiceName}`
  | `respawn:${ServiceName}`
  | `stop:${ServiceName}`
  | `pid:${ServiceName}`
  | `reply:${string}`
  | 'log'
  | 'control'
  | 'emergency';

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
