/**
 * All ports for real, put together for one run of minit, or for one that goes on after minit was
 * executed anew.
 *
 * @module
 */
import type { Control, Ports } from '../effects/ports';
import type { Means, Role, SystemError } from '../machines/events';
import type { Verbosity } from '../machines/kernel-words';
import { createClock } from './clock';
import { mayColour } from './colour';
import { createConsole } from './console';
import { createControl, type ControlOptions } from './control-fifo';
import { createEndingCalls } from './ending-calls';
import { createEventLog, type RealEventLog } from './event-log/writer';
import type { SegmentListener } from './event-log/writer-options';
import { say } from './last-words';
import { bootTimeUs } from './libc/clock';
import { firstByteHolder, isTerminal, lockSecondByte } from './libc/fcntl';
import { makeFifo } from './libc/pipe';
import { randomUuid } from './libc/random';
import { watchReadable, watchWritable } from './libc/readiness';
import { watchPath } from './libc/same-file';
import { createMissingMeans } from './missing-means';
import { limitOpenFiles, openFilesOfServices } from './open-files';
import { outputOf } from './output';
import { createProcesses, type RealProcesses } from './processes';
import { endProgram } from './program-end';
import { exitInternalError, type Guard } from './re-exec/guard';
import { Journal, type BootFacts, type JournalOptions, type Keeper } from './re-exec/journal';
import type { Legacy } from './re-exec/journal-reader';
import { createOwnProgram } from './re-exec/own-program-port';
import { keptKeys, resumedControl, resumedLog, resumedProcesses } from './re-exec/resumption';
import type { VitalMemory } from './re-exec/vital-memory';
import { openByLibc } from './libc/directory';
import { hostName } from './libc/machine';
import { createServiceDirectories } from './service-directories';
import { createSignals } from './signals';
import { systemError } from './system-error';
import { createSystemEnding } from './system-ending';
import { createTimers } from './timers';
import { afterNextTurn, createTurns } from './turns';
import { whenQuiet } from './when-quiet';

export interface RealPortsOptions {
  /** Absolute path of ROOT. */
  readonly root: string;
  /** Absolute path of the directory of the event log. */
  readonly logDirectory: string;
  readonly role: Role;
  readonly verbosity: Verbosity;
  /** What the kernel has refused so far: errno by means. */
  readonly missing?: readonly (readonly [Means, number])[];
  /** minit's version, for the log. */
  readonly program: string;
  /** Lines for people, before all others; not where it is quiet. */
  readonly greeting?: readonly string[];
  /** What lets minit go on after it was executed anew; none where the kernel refuses memory for it. */
  readonly survival?: Survival;
}

export interface Survival {
  readonly memory: VitalMemory;
  readonly guard: Guard;
  /** What the program before has left. */
  readonly legacy?: Legacy;
}

export function createRealPorts(options: RealPortsOptions): Ports {
  const { root, role, verbosity, greeting = [], survival } = options;
  // What goes on after this, goes on without what the program before has left: it is as large as all that minit knows.
  const { guard, legacy } = survival ?? {};
  const means = createMissingMeans(bootTimeUs);
  const missing = [...(options.missing ?? []), ...(guard?.missing ?? [])];
  for (const [name, errno] of missing) means.note(name, errno);
  const clock = createClock(means.note);
  const now = (): number => clock.now();
  const facts = legacy?.facts ?? bootFacts(options, { at: now(), wallAt: clock.wallAt() });
  const refused = limitOpenFiles(facts.openFiles ?? openFilesOfServices());
  if (refused !== 0) means.note('open-files', refused);
  // Nothing is opened before the first turn, so that the journal is there when it is needed.
  const keeper: { journal?: Journal } = {};
  const log = createEventLog({
    directory: facts.logDirectory,
    now,
    header: facts.header,
    ...(legacy && { resumed: resumedLog(legacy) }),
    later: afterNextTurn,
    watchPath,
    onSegment: (segment) => {
      keepSegment(keeper.journal, segment);
    },
  });
  const processes = createProcesses({
    now,
    onMissing: means.note,
    pipeKeeper: {
      keep: (service, { readFd, writeFd }) =>
        keeper.journal?.keep(keptKeys.pipe + service, { fds: [readFd, writeFd] }),
      drop: (service) => keeper.journal?.drop(keptKeys.pipe + service),
    },
    ...(survival && { pidMemory: survival.memory.page }),
    ...(survival && legacy && { resumed: resumedProcesses(legacy, survival.memory) }),
  });
  const control = createRealControl({ root, now, onMissing: means.note }, legacy, (fds) => {
    if (fds === undefined) keeper.journal?.drop(keptKeys.control);
    else keeper.journal?.keep(keptKeys.control, { fds: [fds.requests, fds.replies] });
  });
  const console = createConsole({
    startedAt: legacy?.state.init.context.startedAt ?? now(),
    isColoured: isTerminal(1) && mayColour(process.env),
    verbosity,
    greeting,
    outputOf,
  });
  const journal =
    survival && createJournal(survival, facts, { log, processes, onMissing: means.note });
  Object.assign(keeper, { journal });
  return {
    clock,
    log,
    means,
    processes,
    control,
    journal: journal ?? { append: () => undefined, performed: () => undefined },
    program: createOwnProgram({ now, processes, execute: () => executeAnew(guard) }),
    timers: createTimers({ now }),
    directories: createServiceDirectories({ root, now, open: openByLibc }),
    signals: createSignals({ now, role }),
    console,
    systemEnding: createSystemEnding({ role, calls: createEndingCalls(now), console, log }),
    turns: createTurns(guard?.alive),
    ...createEnds(log, guard),
  };
}

function createEnds(
  log: Pick<Ports['log'], 'close'>,
  guard: Guard | undefined,
): Pick<Ports, 'exit' | 'fail'> {
  return {
    exit(code) {
      log.close();
      guard?.release();
      endProgram(code);
    },
    fail(error) {
      guard?.fail(error);
      say(`fatal: internal error: ${error instanceof Error ? error.message : String(error)}`);
      log.close();
      endProgram(exitInternalError);
    },
  };
}

function createRealControl(
  place: Pick<ControlOptions, 'root' | 'now' | 'onMissing'>,
  legacy: Legacy | undefined,
  onConnection: NonNullable<ControlOptions['onConnection']>,
): Control {
  const resumed = legacy && resumedControl(legacy);
  return createControl({
    ...place,
    mkfifo: makeFifo,
    lockServer: lockSecondByte,
    lockHolder: firstByteHolder,
    poll: watchReadable,
    pollWritable: watchWritable,
    onConnection,
    ...(resumed && { resumed }),
  });
}

/** Before the pages that it needs are given back: see cli/minit.ts. */
const journalQuietMs = 100;

const executeAnew = (guard: Guard | undefined): SystemError =>
  guard?.execute({ kind: 'update' }) ?? systemError('ENOSYS');

function bootFacts(
  { root, logDirectory, verbosity, program }: RealPortsOptions,
  start: { readonly at: number; readonly wallAt: string },
): BootFacts {
  return {
    root,
    logDirectory,
    verbosity,
    openFiles: openFilesOfServices(),
    header: {
      boot: randomUuid(),
      ...start,
      program,
      flags: [],
      // Not the path of the program: where it is installed is nobody's business who reads the log.
      argv: ['minit', ...process.argv.slice(2)],
      host: hostName(),
      node: process.version,
    },
  };
}

interface JournalSurroundings extends Required<Pick<JournalOptions, 'onMissing'>> {
  readonly log: RealEventLog;
  readonly processes: RealProcesses;
}

function createJournal(
  { memory, guard, legacy }: Survival,
  facts: BootFacts,
  { log, processes, onMissing }: JournalSurroundings,
): Journal {
  const journal = new Journal({
    ...memory,
    facts,
    onMissing,
    held: () => log.held(),
    whenQuiet: (task) => {
      whenQuiet(processes.occurrence$, journalQuietMs, task);
    },
    ...(legacy && { outstanding: legacy.outstanding, kept: legacy.kept }),
  });
  guard.onReason((reason) => {
    journal.noteReason(reason);
  });
  return journal;
}

function keepSegment(keeper: Keeper | undefined, segment: Parameters<SegmentListener>[0]): void {
  if (segment === undefined) {
    keeper?.drop(keptKeys.log);
    return;
  }
  const { fd, path, number } = segment;
  keeper?.keep(keptKeys.log, { fds: [fd], note: { path, number } });
}
