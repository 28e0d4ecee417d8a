/**
 * All ports for real, put together for one run of minit.
 *
 * @module
 */
import { hostname } from 'node:os';
import type { Ports } from '../effects/ports';
import type { Means, Role } from '../machines/events';
import type { Verbosity } from '../machines/kernel-words';
import { createClock } from './clock';
import { createConsole } from './console';
import { createControl } from './control-fifo';
import { createEventLog } from './event-log/writer';
import { bootTimeUs } from './libc/clock';
import { firstByteHolder, isTerminal, lockSecondByte } from './libc/fcntl';
import { makeFifo } from './libc/pipe';
import { isWritable } from './libc/poll';
import { randomUuid } from './libc/random';
import { watchReadable, watchWritable } from './libc/readiness';
import { createMissingMeans } from './missing-means';
import { createProcesses } from './processes';
import { createServiceDirectories } from './service-directories';
import { createSignals } from './signals';
import { createTimers } from './timers';
import { createTurns } from './turns';

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
}

export function createRealPorts(options: RealPortsOptions): Ports {
  const { root, logDirectory, role, verbosity, program, greeting = [] } = options;
  const means = createMissingMeans(bootTimeUs);
  for (const [name, errno] of options.missing ?? []) means.note(name, errno);
  const clock = createClock(means.note);
  const now = (): number => clock.now();
  const log = createEventLog({
    directory: logDirectory,
    now,
    header: {
      boot: randomUuid(),
      wallAt: clock.wallAt(),
      at: now(),
      program,
      flags: [],
      // Not the path of the program: where it is installed is nobody's business who reads the log.
      argv: ['minit', ...process.argv.slice(2)],
      host: hostname(),
      node: process.version,
    },
  });
  return {
    clock,
    log,
    means,
    timers: createTimers({ now }),
    processes: createProcesses({ now, onMissing: means.note }),
    directories: createServiceDirectories({ root, now }),
    control: createControl({
      root,
      now,
      mkfifo: makeFifo,
      lockServer: lockSecondByte,
      lockHolder: firstByteHolder,
      poll: watchReadable,
      pollWritable: watchWritable,
    }),
    signals: createSignals({ now, role }),
    console: createConsole({
      startedAt: now(),
      isColoured: isTerminal(1) && process.env['NO_COLOR'] === undefined,
      verbosity,
      greeting,
      isWritable,
    }),
    turns: createTurns(),
    exit(code) {
      log.close();
      process.exit(code);
    },
  };
}
