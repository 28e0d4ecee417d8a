/**
 * The ports: all that minit needs of the world. `adapters/` has each of them twice, for real
 * and simulated; one contract suite holds both to what is written here.
 *
 * No port decides anything. Whatever a port learns leaves through its observable as an
 * {@link Occurrence}; it never throws for something the world did.
 *
 * @module
 */
import type { Observable } from 'rxjs';
import type { EffectParams } from '../machines/effects';
import type { MinitEvent, RecordedEvent } from '../machines/events';
import type { Effect } from '../machines/effects';
import type { Transition } from '../machines/fold';

/** An event on its way in: not yet numbered. `at`: CLOCK_BOOTTIME in µs when it was noticed. */
export interface Occurrence {
  readonly at: number;
  readonly cause?: number;
  readonly event: MinitEvent;
}

/** Something that happens in the world and is noticed by a port. Never completes by itself, never errors. */
export interface Source {
  readonly occurrence$: Observable<Occurrence>;
}

export interface Clock extends Source {
  /** CLOCK_BOOTTIME, µs: goes on in suspend, nobody can set it. */
  now(): number;
  /** Wall time, ISO 8601 in UTC; for people only. Emits `WallClockStepped`. */
  wallAt(): string;
}

export interface Timers extends Source {
  /** Starts or replaces `timer`. Emits `TimerFired` with `cause` once, after `delayMs`. */
  start(params: EffectParams<'StartTimer'>, cause: number): void;
  cancel(params: EffectParams<'CancelTimer'>): void;
}

/** One owner for all children: spawns, signals, watches and reaps. */
export interface Processes extends Source {
  /**
   * Emits `ProcessSpawned` or `SpawnFailed`, later `ProcessExited`. Returns at once. The outcome may come a moment later than it
   * could, unless it `isAwaited`.
   */
  spawn(params: EffectParams<'SpawnProcess'>, cause: number, isAwaited?: boolean): void;
  /** Never signals a PID that has been reaped: that is `SignalFailed` with ESRCH. */
  signal(params: EffectParams<'SendSignal'>, cause: number): void;
  watch(params: EffectParams<'WatchProcess'>, cause: number): void;
  probe(params: EffectParams<'ProbeProcess'>, cause: number): void;
  closeLogPipe(params: EffectParams<'CloseLogPipe'>): void;
  /** Emits `EmergencyShellStarted` or `EmergencyShellFailed`, later `ProcessExited`. */
  startEmergencyShell(cause: number): void;
}

export interface ServiceDirectories extends Source {
  /** Emits `ServiceRead` or `ServiceMissing` with `cause`. */
  read(params: EffectParams<'ReadService'>, cause: number): void;
}

/** The FIFOs `ROOT/in` and `ROOT/out`. */
export interface Control extends Source {
  /** Makes what is missing and opens. Emits `ControlOpened` or `ControlFailed`, then `RequestReceived`s. */
  open(cause: number): void;
  reply(params: EffectParams<'Reply'>): void;
}

/** SIGTERM, SIGINT, … to minit itself; SIGCHLD belongs to {@link Processes}. */
export type Signals = Source;

/** What the kernel refuses to minit, once for each: emits `MeansMissing`. */
export type MissingMeans = Source;

/** One recorded event with what the fold made of it. */
export interface LogRecord extends RecordedEvent {
  readonly effects: readonly Effect[];
}

export interface EventLog extends Source {
  /** Tries to open the log directory. Emits `LogOpened` or `LogFailed`. */
  open(cause: number): void;
  /**
   * Takes the records of one turn; written with one write(2), or held while nothing can be written.
   * `snapshot` gives the state after the last of them, for a new segment or to bound what is held.
   */
  append(records: readonly LogRecord[], snapshot: () => unknown): void;
  /**
   * Writes what is held and lets go of its file, so that its file system can be unmounted. What comes
   * after that is held until {@link EventLog.open} is asked again.
   */
  release(): void;
  /** Writes what is held, for the end of minit. */
  close(): void;
}

/** What a minit that is executed anew goes on from; see adapters/re-exec/. */
export interface Journal {
  /** Takes the records of one turn, before any of their effects is performed. */
  append(records: readonly LogRecord[], snapshot: () => unknown): void;
  /** All effects of the events up to `seq` have been performed. */
  performed(seq: number): void;
}

/**
 * The end of a booted machine. Takes as long as it takes, beside everything else, but never for ever:
 * each step has a limit, after which it goes on and says so on the console.
 */
export interface SystemEnding extends Source {
  /** TERM and CONT to all processes, after the grace time KILL. Emits `ProcessesEnded`. */
  endProcesses(params: EffectParams<'EndProcesses'>, cause: number): void;
  /** Emits `SystemEndFailed`, or nothing any more. The event log is held in memory from its first step on. */
  endSystem(params: EffectParams<'EndSystem'>, cause: number): void;
}

/** What people see while minit runs. */
export interface Console {
  /** Those of one turn, in order; maybe none. */
  transitions(transitions: readonly Transition[]): void;
  report(params: EffectParams<'Report'>, at: number): void;
}

/** minit's own program. */
export interface OwnProgram extends Source {
  /** Emits `SupervisorResumed`, from the program that comes of it, or `UpdateFailed`. */
  update(cause: number): void;
}

/** Calls `turn` soon, once, after what is under way: `setImmediate`, or the simulated world's own. */
export interface Turns {
  schedule(turn: () => void): void;
}

export interface Ports {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly processes: Processes;
  readonly directories: ServiceDirectories;
  readonly control: Control;
  readonly signals: Signals;
  readonly log: EventLog;
  readonly journal: Journal;
  readonly systemEnding: SystemEnding;
  readonly means: MissingMeans;
  readonly console: Console;
  readonly turns: Turns;
  /** Executes minit anew, with all it has, or emits `UpdateFailed`. */
  readonly program: OwnProgram;
  /** Ends the program (or the simulation) with an exit status. */
  exit(code: number): void;
  /** The loop has come to its end by `error`, a bug of ours: minit is executed anew, where that can be. */
  fail(error: unknown): void;
}
