/**
 * Everything minit can do to the world, as data: `{type, params}`, the shape of an XState
 * action, because the machines emit them as actions. Performing them is the shell's business.
 *
 * @module
 */
import type { ServiceName } from './definition';
import type { SystemEnd, TimerId } from './events';

export interface SpawnProcessParams {
  readonly service: ServiceName;
  /** Absolute path. */
  readonly path: string;
  readonly argv: readonly string[];
  readonly argvEncoding?: 'latin1';
  readonly workingDirectory: string;
  /** Absolute paths for fd 0, and for fds 1 and 2. */
  readonly input?: string;
  readonly output?: string;
  /** Added to the nice level. */
  readonly nice?: number;
  /** The service whose log pipe becomes fd 0 (its read end) / fds 1 and 2 (its write end). */
  readonly readsLogOf?: ServiceName;
  readonly writesLogOf?: ServiceName;
}

export interface ReportParams {
  readonly severity: 'error' | 'warning' | 'note';
  readonly code: ReportCode;
  readonly service?: ServiceName;
  /** Absolute path of the file that is to blame, and its 1-based line. */
  readonly file?: string;
  readonly line?: number;
  /** One sentence for people, without the file name: lower case, no full stop. */
  readonly text: string;
}

export type ReportCode =
  | 'definition'
  | 'dependency-missing'
  | 'read-delayed'
  | 'dependency-cycle'
  | 'dependency-black-listed'
  | 'word-ignored'
  | 'nothing-to-start'
  | 'spawn-failed'
  | 'service-failed'
  | 'signal-failed'
  | 'request-refused'
  | 'control'
  | 'log'
  | 'clock'
  | 'means'
  | 'shutdown'
  | 'boot'
  | 'emergency'
  | 'update'
  | 'resumed'
  | 'internal';

/** An effect that says it all by its type. */
type NoParams = Readonly<Record<string, never>>;

export interface EffectParamsByType {
  /** Outcome: `ServiceRead` or `ServiceMissing`. `cause`: the seq that asked, where it is not the present event. */
  ReadService: { readonly service: ServiceName; readonly cause?: number };
  /** Outcome: `ProcessSpawned` or `SpawnFailed`. */
  SpawnProcess: SpawnProcessParams;
  /** Outcome: none, or `SignalFailed`. Never reaches a PID that has been reaped. */
  SendSignal: { readonly service: ServiceName; readonly pid: number; readonly signal: number };
  /** Outcome: `ProcessVanished` when a process that is no child of ours ends. */
  WatchProcess: { readonly service: ServiceName; readonly pid: number };
  /** Outcome: `ProcessProbed`. */
  ProbeProcess: { readonly request: number; readonly pid: number };
  /** Outcome: `TimerFired`. Starting a timer that is pending replaces it. */
  StartTimer: { readonly timer: TimerId; readonly delayMs: number };
  CancelTimer: { readonly timer: TimerId };
  /** minit lets go of its ends of a log pipe, so that the logger reads to the end of it. */
  CloseLogPipe: { readonly service: ServiceName };
  /**
   * The one answer to the request recorded as `request`. `isLate`: a newer one came meanwhile, so that
   * the asker is gone, and nothing must be sent to its successor. `wholeLength`, on record only: how long the text
   * is of which this is the beginning.
   */
  Reply: {
    readonly request: number;
    readonly text: string;
    readonly isLate?: true;
    readonly wholeLength?: number;
  };
  Report: ReportParams;
  /** Outcome: `LogOpened` or `LogFailed`. */
  OpenLog: NoParams;
  /** Outcome: `ControlOpened` or `ControlFailed`. */
  OpenControl: NoParams;
  /** Executes minit anew, with all it has. Outcome: `SupervisorResumed`, or `UpdateFailed`. */
  UpdateSupervisor: NoParams;
  /**
   * An administrator's shell on the console (sulogin(8)); minit goes on beside it. Outcome:
   * `EmergencyShellStarted` or `EmergencyShellFailed`, and `ProcessExited` when it has ended.
   */
  StartEmergencyShell: NoParams;
  /** Of a booted machine: TERM to every process there is, after `graceMs` KILL. Outcome: `ProcessesEnded`. */
  EndProcesses: { readonly graceMs: number };
  /** Of a booted machine: lets go of the event log, swap and file systems, then reboot(2). Outcome: none, or `SystemEndFailed`. */
  EndSystem: { readonly how: SystemEnd };
  /** Ends minit: `code` for whoever waits for it. */
  ExitSupervisor: { readonly code: number };
}

export type EffectType = keyof EffectParamsByType;
export type EffectParams<K extends EffectType> = EffectParamsByType[K];
export type Effect = {
  [K in EffectType]: { readonly type: K; readonly params: EffectParams<K> };
}[EffectType];

/** Returns an effect as data. Pure: runs nothing. */
export function effect<K extends EffectType>(type: K, params: EffectParams<K>): Effect {
  return { type, params } as Effect;
}
